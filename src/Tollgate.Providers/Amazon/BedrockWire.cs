using Tollgate.Wire;

namespace Tollgate.Providers.Amazon;

/// <summary>How a model of Bedrock is spoken to (05-bedrock-sagemaker.md sections 1 and 5).</summary>
/// <param name="Spoken">The dialect of chat calls.</param>
/// <param name="Family">Family of the models that take one prompt; null for the others.</param>
/// <param name="Invokes">Called by InvokeModel and not by Converse.</param>
internal readonly record struct BedrockWire(Surface Spoken, string? Family, bool Invokes)
{
    private static readonly BedrockWire Converse = new(Surface.Converse, null, Invokes: false);

    /// <summary>Models that are only reached by InvokeModel unless Converse is asked for; all others, unknown ones too, are spoken to in Converse.</summary>
    private static readonly string[] Older =
    [
        "anthropic.claude-v", "anthropic.claude-instant", "amazon.titan-t", "meta.llama2", "cohere.command-text", "cohere.command-light", "ai21.j2",
        "mistral.mistral-7b", "mistral.mixtral",
    ];

    /// <summary>Chooses.</summary>
    public static BedrockWire Of(BedrockModel model) => model.Route switch
    {
        "invoke" => Invoke(model.Name),
        "llama" => Prompt("llama3"),
        "deepseek_r1" => Prompt("deepseek_r1"),
        "qwen2" or "qwen3" => Prompt("qwen"),
        "moonshot" or "openai" => new BedrockWire(Surface.Chat, null, Invokes: true),
        "" when Array.Exists(Older, start => model.Name.StartsWith(start, StringComparison.OrdinalIgnoreCase)) => Invoke(model.Name),
        _ => Converse,
    };

    /// <summary>True for Claude, whose own dialect Bedrock takes as it is.</summary>
    public static bool IsClaude(BedrockModel model)
        => model.Route is "" or "invoke" && model.Name.StartsWith("anthropic.claude", StringComparison.OrdinalIgnoreCase)
            && Invoke(model.Name).Spoken is Surface.Messages;

    private static BedrockWire Invoke(string name)
    {
        bool Is(string start) => name.StartsWith(start, StringComparison.OrdinalIgnoreCase);
        return Is("anthropic.claude-v") || Is("anthropic.claude-instant") ? Prompt("claude2")
            : Is("anthropic.") ? new BedrockWire(Surface.Messages, null, Invokes: true)
            : Is("amazon.titan") ? Prompt("titan")
            : Is("amazon.nova") ? new BedrockWire(Surface.Converse, null, Invokes: true)
            : Is("meta.llama2") ? Prompt("llama2")
            : Is("meta.") ? Prompt("llama3")
            : Is("mistral.mistral-7b") || Is("mistral.mixtral") || Is("mistral.mistral-large-2402") || Is("mistral.mistral-small-2402") ? Prompt("mistral")
            : Is("cohere.command-r") ? Converse
            : Is("cohere.") ? Prompt("cohere")
            : Is("ai21.j2") ? Prompt("j2")
            : Is("deepseek.r1") ? Prompt("deepseek_r1")
            : Is("ai21.") || Is("mistral.") || Is("openai.") || Is("moonshot") || Is("qwen.") || Is("deepseek.") || Is("minimax.") || Is("zai.")
                || Is("nvidia.") || Is("google.") || Is("writer.") ? new BedrockWire(Surface.Chat, null, Invokes: true)
            : Converse;
    }

    private static BedrockWire Prompt(string family) => new(Surface.Prompt, family, Invokes: true);
}
