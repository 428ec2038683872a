using System.Collections.Immutable;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>What one request says about its own parameters, apart from the parameters (llm-api.md section 6).</summary>
public sealed record RequestPolicy
{
    /// <summary>A request that says nothing.</summary>
    public static RequestPolicy Default { get; } = new();

    /// <summary>Body field <c>drop_params</c>; null when absent.</summary>
    public bool? DropParams { get; init; }

    /// <summary>Body field <c>additional_drop_params</c>.</summary>
    public ImmutableArray<string> AdditionalDropParams { get; init; } = [];

    /// <summary>Body field <c>allowed_openai_params</c>.</summary>
    public ImmutableArray<string> AllowedOpenAiParams { get; init; } = [];

    /// <summary>Body field <c>merge_reasoning_content_in_choices</c>.</summary>
    public bool? MergeReasoningContent { get; init; }

    /// <summary>Members of a fallback step that replace the client's.</summary>
    public ImmutableArray<JsonMember> Overrides { get; init; } = [];
}
