using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pricing;

namespace Tollgate.FirstRun;

/// <summary>What a gateway without any configuration serves: models that answer by themselves, so that a first call works.</summary>
internal static class QuickStart
{
    /// <summary>The chat model.</summary>
    public const string ChatModel = "fake-gpt";

    /// <summary>The embedding model.</summary>
    public const string EmbeddingModel = "fake-embedding";

    private static readonly ReadOnlyMemory<byte> Answer =
        "\"Hello from Tollgate. This answer is made by the gateway itself; add a model_list to your config to reach real models.\""u8.ToArray();

    /// <summary>What the gateway says itself costs nothing.</summary>
    private static readonly PriceFields Free = PriceFields.Of(
        [new(new PriceKey(PriceKind.Input), 0), new(new PriceKey(PriceKind.Output), 0)], "built in");

    /// <summary>Adds the models and the key.</summary>
    public static GatewayConfig Apply(GatewayConfig config, string masterKey) => config with
    {
        Deployments = [Fake(ChatModel, "chat"), Fake(EmbeddingModel, "embedding"), .. config.Deployments],
        General = config.General with { MasterKey = config.General.MasterKey ?? masterKey },
    };

    private static DeploymentConfig Fake(string name, string mode) => new()
    {
        ModelGroup = name,
        Id = name,
        Model = name,
        CustomProvider = "openai",
        MockResponse = Answer,
        Prices = Free,
        Info = new DeploymentInfo { Mode = mode },
    };
}
