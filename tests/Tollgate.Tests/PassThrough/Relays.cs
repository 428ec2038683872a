using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Tests.Loopback;
using Tollgate.Tests.Stored;

namespace Tollgate.Tests.PassThrough;

/// <summary>Gateways before a fake API.</summary>
internal static class Relays
{
    public const string ProviderKey = "provider-secret-0815";

    /// <summary>A gateway whose prefixes all lead to the fake.</summary>
    public static Task<GatewayFixture> StartAsync(FakeApi api, GatewaySetup? setup = null)
    {
        setup ??= new GatewaySetup();
        (string, string)[] environment =
        [
            ("ANTHROPIC_API_BASE", api.Address), ("ANTHROPIC_API_KEY", ProviderKey), ("GEMINI_API_BASE", api.Address), ("GEMINI_API_KEY", ProviderKey),
            ("OPENAI_API_BASE", api.Address + "/v1"), ("OPENAI_API_KEY", ProviderKey), ("COHERE_API_BASE", api.Address), ("COHERE_API_KEY", ProviderKey),
            ("MISTRAL_API_BASE", api.Address), ("MISTRAL_API_KEY", ProviderKey), ("AZURE_API_BASE", api.Address), ("AZURE_API_KEY", ProviderKey),
            ("HOSTED_VLLM_API_BASE", api.Address), ("LANGFUSE_HOST", api.Address), ("LANGFUSE_PUBLIC_KEY", "pk-lf"), ("LANGFUSE_SECRET_KEY", ProviderKey),
        ];
        return GatewayFixture.StartAsync(setup with { Environment = [.. setup.Environment, .. environment.ExceptBy(setup.Environment.Select(own => own.Name), variable => variable.Item1)] });
    }

    /// <summary>A new key; the store must be there.</summary>
    public static async Task<string> NewKeyAsync(this GatewayFixture gateway, string members = "") =>
        (await gateway.PostAsync("key/generate", "{" + members + "}").OkAsync()).GetProperty("key").GetString()!;

    /// <summary>The log rows, once there are as many as asked for.</summary>
    public static async Task<IReadOnlyList<JsonObject>> LogAsync(this GatewayFixture gateway, int rows)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var log = await gateway.ReadAsync(reader => reader.SelectAsync(Tables.SpendLogs, Filter.None));
            if (log.Count >= rows)
            {
                return log;
            }

            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    public static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
