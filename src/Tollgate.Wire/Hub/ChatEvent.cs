using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>What happens in a stream.</summary>
public enum ChatEventKind : byte
{
    /// <summary>The answer begins: <see cref="ChatEvent.Id"/>; <see cref="ChatEvent.Usage"/> of the prompt where it is known already.</summary>
    Start,

    /// <summary>
    /// More text: <see cref="ChatEvent.Text"/>; <see cref="ChatEvent.Part"/> is there when the text has a signature, a <see cref="TextPart"/>.
    /// </summary>
    Text,

    /// <summary>More of the thoughts: <see cref="ChatEvent.Text"/>.</summary>
    Thinking,

    /// <summary>The seal of the thoughts before it: <see cref="ChatEvent.Text"/>.</summary>
    Signature,

    /// <summary>Thoughts that only the provider can read, whole: <see cref="ChatEvent.Text"/>.</summary>
    RedactedThinking,

    /// <summary>More words for not answering: <see cref="ChatEvent.Text"/>.</summary>
    Refusal,

    /// <summary>
    /// A tool call begins: <see cref="ChatEvent.Index"/> numbers the calls of a choice from 0, with <see cref="ChatEvent.Id"/>,
    /// <see cref="ChatEvent.Name"/> and <see cref="ChatEvent.ToolKind"/>.
    /// </summary>
    ToolCallStart,

    /// <summary>More of a call's arguments: <see cref="ChatEvent.Index"/>, <see cref="ChatEvent.Text"/>.</summary>
    ToolCallArguments,

    /// <summary>A whole part that does not come in pieces (image, audio piece, opaque part): <see cref="ChatEvent.Part"/>.</summary>
    Part,

    /// <summary>A citation of the text before it: <see cref="ChatEvent.Citation"/>.</summary>
    Citation,

    /// <summary>
    /// The block being written ends (text, thoughts or tool call). Only dialects with blocks say so; writers close blocks by themselves when
    /// the kind changes.
    /// </summary>
    BlockEnd,

    /// <summary>Log probabilities of the text with it, in OpenAI's form: <see cref="ChatEvent.Json"/>.</summary>
    LogProbs,

    /// <summary>A choice is complete: <see cref="ChatEvent.Stop"/>, <see cref="ChatEvent.NativeStop"/>.</summary>
    Finish,

    /// <summary>The newest count, which replaces earlier ones: <see cref="ChatEvent.Usage"/>.</summary>
    Usage,

    /// <summary>A member of the answer's root without a field: <see cref="ChatEvent.Name"/>, <see cref="ChatEvent.Json"/>.</summary>
    Extra,
}

/// <summary>
/// One step of a stream in no dialect. JSON in it lives until the next payload is read; text is its own.
/// </summary>
/// <param name="Kind">What happens; decides which other members mean something.</param>
public readonly record struct ChatEvent(ChatEventKind Kind)
{
    /// <summary>Number of the choice, from 0.</summary>
    public int Choice { get; init; }

    /// <summary>Number of the tool call within its choice.</summary>
    public int Index { get; init; }

    public string? Id { get; init; }

    public string? Name { get; init; }

    public string? Text { get; init; }

    public ToolKind ToolKind { get; init; }

    /// <summary>Null keeps what was said before.</summary>
    public TokenUsage? Usage { get; init; }

    public StopReason Stop { get; init; }

    public string? NativeStop { get; init; }

    public ContentPart? Part { get; init; }

    public Citation? Citation { get; init; }

    public JsonElement? Json { get; init; }

    /// <summary>More text.</summary>
    public static ChatEvent OfText(string text, int choice = 0) => new(ChatEventKind.Text) { Text = text, Choice = choice };

    /// <summary>More of the thoughts.</summary>
    public static ChatEvent OfThinking(string text, int choice = 0) => new(ChatEventKind.Thinking) { Text = text, Choice = choice };

    /// <summary>The newest count.</summary>
    public static ChatEvent OfUsage(TokenUsage usage) => new(ChatEventKind.Usage) { Usage = usage };

    /// <summary>The end of a choice.</summary>
    public static ChatEvent OfFinish(StopReason stop, string? native = null, int choice = 0)
        => new(ChatEventKind.Finish) { Stop = stop, NativeStop = native, Choice = choice };
}
