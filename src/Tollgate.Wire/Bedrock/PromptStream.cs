using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Bedrock;

/// <summary>Reads streams of models that take one prompt.</summary>
internal sealed class PromptStream(PromptFamily family) : ChatStreamReader
{
    private const string ThoughtEnd = "</think>";

    private TokenUsage? _usage;
    private string _held = "";
    private bool _thinks = family.Thinks;
    private bool _started;
    private bool _finished;

    /// <inheritdoc/>
    public override ChunkAction Read(ReadOnlyMemory<byte> payload, ICollection<ChatEvent> events)
    {
        if (payload.Span.SequenceEqual("[DONE]"u8))
        {
            return ChunkAction.Done;
        }

        try
        {
            using var document = JsonDocument.Parse(payload);
            if (PromptAnswer.First(document.RootElement) is not { } piece)
            {
                return ChunkAction.Malformed;
            }

            if (piece.Member("error"u8).IsGiven())
            {
                return ChunkAction.Error;
            }

            Read(piece, events);
            return ChunkAction.Forward;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return ChunkAction.Malformed;
        }
    }

    /// <inheritdoc/>
    public override void Finish(ICollection<ChatEvent> events) => Release(events);

    private void Read(JsonElement piece, ICollection<ChatEvent> events)
    {
        if (!_started)
        {
            _started = true;
            events.Add(new ChatEvent(ChatEventKind.Start));
        }

        // A text-generation server sends token by token, and with the last one the whole text again.
        var token = piece.Member("token"u8);
        var text = token.ValueKind is JsonValueKind.Object ? (token.Member("special"u8).Flag() is true ? null : token.Text("text"u8)) : PromptAnswer.TextOf(piece);
        AddText(text, events);
        if (PromptAnswer.UsageOf(piece, _usage) is { } usage)
        {
            _usage = usage;
            events.Add(ChatEvent.OfUsage(usage));
        }

        var reason = PromptAnswer.ReasonOf(piece);
        var isLast = reason is not null || (token.ValueKind is JsonValueKind.Object && piece.Text("generated_text"u8) is not null);
        if (isLast && !_finished)
        {
            _finished = true;
            Release(events);
            var (stop, native) = PromptAnswer.StopOf(reason);
            events.Add(ChatEvent.OfFinish(stop, native));
        }
    }

    private void AddText(string? text, ICollection<ChatEvent> events)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        if (!_thinks)
        {
            events.Add(ChatEvent.OfText(text));
            return;
        }

        _held += text;
        var end = _held.IndexOf(ThoughtEnd, StringComparison.Ordinal);
        if (end >= 0)
        {
            _thinks = false;
            AddThought(_held[..end], events);
            AddText(_held[(end + ThoughtEnd.Length)..].TrimStart('\n'), events);
            _held = "";
            return;
        }

        // The mark may come in pieces: what could be its beginning waits.
        var keep = 0;
        for (var length = Math.Min(ThoughtEnd.Length - 1, _held.Length); length > 0 && keep == 0; length--)
        {
            keep = _held.AsSpan(_held.Length - length).SequenceEqual(ThoughtEnd.AsSpan(0, length)) ? length : 0;
        }

        AddThought(_held[..^keep], events);
        _held = _held[^keep..];
    }

    private static void AddThought(string text, ICollection<ChatEvent> events)
    {
        if (text.Length > 0)
        {
            events.Add(ChatEvent.OfThinking(text));
        }
    }

    private void Release(ICollection<ChatEvent> events)
    {
        AddThought(_held, events);
        _held = "";
    }
}
