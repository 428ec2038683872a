using System.Buffers;
using System.Text.Json;
using Tollgate.Wire;
using Tollgate.Wire.Relay;

namespace Tollgate.Engine.PassThrough;

/// <summary>Listens to the events of a realtime session: sums up what its responses used, and knows which events name the model.</summary>
/// <param name="upstreamModel">Model as the upstream names it.</param>
/// <param name="publicModel">Model as the client named it.</param>
/// <param name="isTranscription">The session only transcribes: then transcripts are what is paid for.</param>
internal sealed class RealtimeUsage(string upstreamModel, string publicModel, bool isTranscription) : ISessionUsage
{
    private readonly byte[] _upstreamName = Wire.Json.JsonText.Quote(upstreamModel);
    private readonly byte[] _publicName = Wire.Json.JsonText.Quote(publicModel);

    /// <summary>Sum over the responses so far; null before the first.</summary>
    public TokenUsage? Sum { get; private set; }

    /// <summary>Id of the session; null when the upstream has not said it yet.</summary>
    public string? SessionId { get; private set; }

    /// <summary>Looks at a whole event of the upstream.</summary>
    /// <returns>The event as the client gets it: the same bytes, but for the session's model, which is the one it asked for.</returns>
    public ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> message)
    {
        var text = message.Span;
        var isSession = text.IndexOf("\"session."u8) is >= 0 and < 256;
        if (!isSession && text.IndexOf("\"usage\""u8) < 0)
        {
            return message;
        }

        try
        {
            using var document = JsonDocument.Parse(message);
            var root = document.RootElement;
            var type = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("type", out var named)
                && named.ValueKind == JsonValueKind.String ? named.GetString() : null;
            if (type is "response.done" || (isTranscription && type?.EndsWith("input_audio_transcription.completed", StringComparison.Ordinal) == true))
            {
                Add(AnswerUsage.Read(root));
            }

            return isSession && type is "session.created" or "session.updated" && root.TryGetProperty("session", out var session)
                ? Restamp(message, session) : message;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Broken JSON is the client's to see.
            return message;
        }
    }

    /// <summary>Adds what was used.</summary>
    public void Add(TokenUsage? usage)
    {
        if (usage is { } used)
        {
            Sum = Sum is { } known ? AnswerUsage.Sum(known, used) : used;
        }
    }

    private ReadOnlyMemory<byte> Restamp(ReadOnlyMemory<byte> message, JsonElement session)
    {
        if (session.ValueKind != JsonValueKind.Object)
        {
            return message;
        }

        SessionId ??= session.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
        if (!session.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.String || !model.ValueEquals(upstreamModel)
            || _publicName.AsSpan().SequenceEqual(_upstreamName))
        {
            return message;
        }

        var text = message.Span;
        var start = text.IndexOf("\"model\""u8);
        var at = start < 0 ? -1 : text[start..].IndexOf(_upstreamName);
        if (at < 0)
        {
            return message;
        }

        var stamped = new ArrayBufferWriter<byte>(text.Length + _publicName.Length);
        stamped.Write(text[..(start + at)]);
        stamped.Write(_publicName);
        stamped.Write(text[(start + at + _upstreamName.Length)..]);
        return stamped.WrittenMemory;
    }
}
