using System.Collections.Immutable;

namespace Tollgate.Wire.OpenAi;

/// <summary>When a list of content parts becomes one string.</summary>
public enum ContentFlattening : byte
{
    Never,

    /// <summary>When all parts are text.</summary>
    TextOnly,

    /// <summary>Always; parts that are no text are lost.</summary>
    Always,
}

/// <summary>Which messages may carry <c>name</c>.</summary>
public enum MessageNames : byte
{
    Any,
    ToolOnly,
    UserOnly,
    None,
}

/// <summary>What is done inside <c>messages</c> for upstreams that are not the dialect's home (02-openai-azure.md section 1.2).</summary>
public sealed record MessageRules
{
    /// <summary>
    /// Fields that answers carry and that no upstream of the dialect takes back are removed, odd shapes put right. Default true.
    /// </summary>
    public bool Sanitize { get; init; } = true;

    /// <summary>
    /// Nothing is done but that seals of other providers' thoughts leave the ids of tool calls, which may not be that long. Default false.
    /// </summary>
    public bool OnlyThoughtIds { get; init; }

    /// <summary><c>reasoning_content</c> of earlier turns stays. Default false.</summary>
    public bool KeepReasoning { get; init; }

    /// <summary>Prompt-cache marks stay. Default false.</summary>
    public bool KeepCacheControl { get; init; }

    /// <summary>Lists of content parts as strings.</summary>
    public ContentFlattening Flatten { get; init; }

    /// <summary>Further members that are removed.</summary>
    public ImmutableArray<string> StripFields { get; init; } = [];

    /// <summary>Members that are null are removed. Default false.</summary>
    public bool DropNull { get; init; }

    /// <summary>Who may have a name.</summary>
    public MessageNames Names { get; init; }

    /// <summary>Role that system messages get instead, or null.</summary>
    public string? SystemRole { get; init; }

    /// <summary>System text becomes part of the user message behind it. Default false.</summary>
    public bool FoldSystem { get; init; }

    /// <summary>Assistant messages that say and call nothing are removed. Default false.</summary>
    public bool DropEmptyAssistant { get; init; }

    /// <summary>Neighbours of the same role become one message. Default false.</summary>
    public bool MergeSameRole { get; init; }

    /// <summary>
    /// Assistant messages with tool calls get a <c>reasoning_content</c> of one space when they have none, if this accepts the request.
    /// </summary>
    public Func<RequestView, bool>? PadReasoning { get; init; }

    /// <summary>Decides by request whether <see cref="KeepReasoning"/> holds; null for always.</summary>
    public Func<RequestView, bool>? KeepReasoningWhen { get; init; }

    /// <summary>A user message that is added at the end, if this accepts the request: whole JSON object.</summary>
    public Func<RequestView, ReadOnlyMemory<byte>>? AppendMessage { get; init; }

    /// <summary>Put behind the URL of images, or null.</summary>
    public string? ImageUrlSuffix { get; init; }

    /// <summary>True when there is nothing to do in messages without a seal.</summary>
    internal bool NeedsThoughtIds => OnlyThoughtIds && SystemRole is null && AppendMessage is null && ImageUrlSuffix is null && PadReasoning is null
        && StripFields.IsEmpty && Flatten is ContentFlattening.Never && Names is MessageNames.Any && !DropNull;

    /// <summary>True when messages are moved or merged, not only edited.</summary>
    internal bool Restructures => FoldSystem || DropEmptyAssistant || MergeSameRole;
}
