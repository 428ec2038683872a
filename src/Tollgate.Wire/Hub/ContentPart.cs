using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>A piece of a message or an answer.</summary>
public abstract record ContentPart
{
    /// <summary>The provider's prompt cache may end here.</summary>
    public CacheHint? Cache { get; init; }
}

/// <summary>Text.</summary>
/// <param name="Text">The text.</param>
public sealed record TextPart(string Text) : ContentPart
{
    /// <summary>Where parts of the text come from.</summary>
    public IReadOnlyList<Citation> Citations { get; init; } = [];

    /// <summary>What the provider says of the text besides (Gemini's thought signature).</summary>
    public string? Signature { get; init; }
}

/// <summary>The model's thoughts, as far as they are shown.</summary>
/// <param name="Text">The thoughts or their summary; may be empty where only the signature is shown.</param>
/// <param name="Signature">The provider's seal, to be sent back unchanged; null for none.</param>
public sealed record ThinkingPart(string Text, string? Signature) : ContentPart;

/// <summary>Thoughts that only the provider can read.</summary>
/// <param name="Data">To be sent back unchanged.</param>
public sealed record RedactedThinkingPart(string Data) : ContentPart;

/// <summary>The model's words for not answering.</summary>
/// <param name="Text">The words.</param>
public sealed record RefusalPart(string Text) : ContentPart;

/// <summary>An image, of a prompt or an answer.</summary>
/// <param name="Source">Where it is.</param>
/// <param name="Detail">OpenAI's <c>low</c>, <c>high</c>, <c>auto</c>; null when not said.</param>
public sealed record ImagePart(MediaSource Source, string? Detail = null) : ContentPart;

/// <summary>Sound, of a prompt or an answer.</summary>
/// <param name="Source">Where it is.</param>
public sealed record AudioPart(MediaSource Source) : ContentPart
{
    /// <summary>What is said in it, where an answer tells.</summary>
    public string? Transcript { get; init; }

    /// <summary>Id under which the provider keeps an answer's audio.</summary>
    public string? Id { get; init; }

    /// <summary>Unix seconds at which it is gone.</summary>
    public long? ExpiresAt { get; init; }
}

/// <summary>A film.</summary>
/// <param name="Source">Where it is.</param>
public sealed record VideoPart(MediaSource Source) : ContentPart;

/// <summary>A document: PDF or text.</summary>
/// <param name="Source">Where it is.</param>
public sealed record DocumentPart(MediaSource Source) : ContentPart
{
    /// <summary>Name of the file or title of the document.</summary>
    public string? Title { get; init; }

    /// <summary>What the model is told about it besides.</summary>
    public string? Context { get; init; }

    /// <summary>The model is to cite it.</summary>
    public bool WantsCitations { get; init; }
}

/// <summary>A call of a tool.</summary>
/// <param name="Id">Links it to its result.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">JSON text of the arguments, or the free text of a custom tool. May be broken: it is the model's writing.</param>
public sealed record ToolCallPart(string Id, string Name, string Arguments) : ContentPart
{
    /// <summary>Function or custom; hosted calls are <see cref="OpaquePart"/>.</summary>
    public ToolKind Kind { get; init; } = ToolKind.Function;

    /// <summary>The provider's seal on the thought before the call (Gemini), to be sent back unchanged.</summary>
    public string? Signature { get; init; }
}

/// <summary>What a tool returned.</summary>
/// <param name="CallId">The call.</param>
public sealed record ToolResultPart(string CallId) : ContentPart
{
    /// <summary>The tool; null when the dialect does not repeat it.</summary>
    public string? Name { get; init; }

    /// <summary>Texts, images, documents.</summary>
    public IReadOnlyList<ContentPart> Content { get; init; } = [];

    /// <summary>The tool failed.</summary>
    public bool IsError { get; init; }

    /// <summary>The result of a custom tool.</summary>
    public ToolKind Kind { get; init; } = ToolKind.Function;
}

/// <summary>A part of one dialect that no other has: written by that dialect as it came, dropped and named by others.</summary>
/// <param name="Origin">The surface it belongs to.</param>
/// <param name="Kind">Its type in that dialect, for the header that says what was dropped.</param>
/// <param name="Raw">The part.</param>
public sealed record OpaquePart(Surface Origin, string Kind, JsonElement Raw) : ContentPart;

/// <summary>Where a piece of text comes from.</summary>
public sealed record Citation
{
    public string? Url { get; init; }

    public string? Title { get; init; }

    /// <summary>The words cited.</summary>
    public string? CitedText { get; init; }

    /// <summary>Character of the answer's text at which the cited part begins; null when not said.</summary>
    public int? Start { get; init; }

    /// <summary>Character behind its end.</summary>
    public int? End { get; init; }

    /// <summary>The citation as it came.</summary>
    public JsonElement? Raw { get; init; }

    /// <summary>The surface that <see cref="Raw"/> belongs to.</summary>
    public Surface RawOrigin { get; init; }
}
