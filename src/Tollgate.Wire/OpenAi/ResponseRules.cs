using System.Collections.Immutable;

namespace Tollgate.Wire.OpenAi;

/// <summary>What must be changed in the <c>choices</c> of an upstream's answers before a client of the OpenAI dialect sees them.</summary>
public sealed record ResponseRules
{
    /// <summary>Nothing to change.</summary>
    public static ResponseRules Identity { get; } = new();

    /// <summary>Members of message or delta whose text is the reasoning; the first one present becomes <c>reasoning_content</c>.</summary>
    public ImmutableArray<string> ReasoningNames { get; init; } = [];

    /// <summary>A leading <c>&lt;think&gt;…&lt;/think&gt;</c> in content is reasoning.</summary>
    public bool ThinkTags { get; init; }

    /// <summary>Reasoning is put into content inside think tags.</summary>
    public bool MergeReasoning { get; init; }

    /// <summary>Content may be a list of parts: text parts become the content string, thinking parts the reasoning.</summary>
    public bool ContentParts { get; init; }

    /// <summary>A choice with tool calls finishes with <c>tool_calls</c>, also where the upstream says <c>stop</c> or nothing.</summary>
    public bool FinishOnToolCalls { get; init; }

    /// <summary>Foreign finish reasons and what they are called in the dialect; an empty one becomes null.</summary>
    public ImmutableDictionary<string, string> FinishReasons { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>True when answers may be relayed as they are.</summary>
    public bool IsIdentity
        => ReasoningNames.IsEmpty && !ThinkTags && !MergeReasoning && !ContentParts && !FinishOnToolCalls && FinishReasons.IsEmpty;
}
