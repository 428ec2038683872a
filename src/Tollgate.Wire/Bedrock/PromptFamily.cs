using System.Collections.Frozen;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>What models that take one prompt call their parameters (05-bedrock-sagemaker.md sections 5 and 9). Null where a model has none.</summary>
internal sealed record PromptFamily
{
    public static FrozenDictionary<string, PromptFamily> All { get; } = new Dictionary<string, PromptFamily>(StringComparer.Ordinal)
    {
        ["claude2"] = new()
        {
            Template = "human",
            MaxTokens = "max_tokens_to_sample",
            DefaultMaxTokens = 4096,
            TopP = "top_p",
            TopK = "top_k",
            Stop = "stop_sequences",
        },
        ["titan"] = new()
        {
            Template = "user_bot",
            Prompt = "inputText",
            Nest = "textGenerationConfig",
            MaxTokens = "maxTokenCount",
            TopP = "topP",
            Stop = "stopSequences",
        },
        ["llama2"] = new() { Template = "llama2", MaxTokens = "max_gen_len", TopP = "top_p" },
        ["llama3"] = new() { Template = "llama3", MaxTokens = "max_gen_len", TopP = "top_p" },
        ["mistral"] = new() { Template = "mistral", MaxTokens = "max_tokens", TopP = "top_p", TopK = "top_k", Stop = "stop" },
        ["cohere"] = new() { Template = "plain", MaxTokens = "max_tokens", TopP = "p", TopK = "k", Stop = "stop_sequences", Stream = "stream" },
        ["j2"] = new() { Template = "plain", MaxTokens = "maxTokens", TopP = "topP", Stop = "stopSequences" },
        ["deepseek_r1"] = new() { Template = "deepseek", MaxTokens = "max_tokens", TopP = "top_p", Stop = "stop", Thinks = true },
        ["qwen"] = new() { Template = "chatml", MaxTokens = "max_gen_len", TopP = "top_p", TopK = "top_k", Stop = "stop" },
        ["tgi"] = new()
        {
            Template = "plain",
            Prompt = "inputs",
            Nest = "parameters",
            MaxTokens = "max_new_tokens",
            TopP = "top_p",
            TopK = "top_k",
            Stop = "stop",
            Seed = "seed",
            Stream = "stream",
            ReturnsPromptUnlessTold = true,
        },
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public required string Template { get; init; }

    public string Prompt { get; init; } = "prompt";

    /// <summary>Object that holds the parameters; null when they stand beside the prompt.</summary>
    public string? Nest { get; init; }

    public required string MaxTokens { get; init; }

    /// <summary>Sent when the client gives no limit, by models that demand one.</summary>
    public long? DefaultMaxTokens { get; init; }

    public required string TopP { get; init; }

    public string? TopK { get; init; }

    public string? Stop { get; init; }

    public string? Seed { get; init; }

    /// <summary>Member that asks for a stream besides the address.</summary>
    public string? Stream { get; init; }

    /// <summary>The prompt is asked for to finish a thought, which ends with <c>&lt;/think&gt;</c>.</summary>
    public bool Thinks { get; init; }

    public bool ReturnsPromptUnlessTold { get; init; }

    /// <summary>The family of a model.</summary>
    public static PromptFamily Of(TargetModel target) => All[target.Options.GetValueOrDefault(PromptCodec.FamilyOption, "tgi")];
}
