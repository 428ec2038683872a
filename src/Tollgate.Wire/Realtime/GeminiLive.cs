using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Relay;

namespace Tollgate.Wire.Realtime;

/// <summary>
/// OpenAI's realtime events over Google's Live API (04-gemini-vertex.md section 5). Google's session is set up once: by the client's first
/// <c>session.update</c>, or with the defaults when it begins to talk before that.
/// </summary>
/// <param name="upstreamModel">Model as Google names it, with the place it is in.</param>
/// <param name="publicModel">Model as the client calls it.</param>
/// <param name="sessionId">Names the session.</param>
public sealed class GeminiLive(string upstreamModel, string publicModel, string sessionId) : RealtimeTranslator(publicModel, sessionId)
{
    /// <summary>Messages that may wait for Google to be ready.</summary>
    private const int MostWaiting = 10_000;

    private readonly List<ReadOnlyMemory<byte>> _waiting = [];
    private readonly List<ReadOnlyMemory<byte>> _turns = [];
    private readonly List<ReadOnlyMemory<byte>> _results = [];
    private readonly Dictionary<string, string> _calls = new(StringComparer.Ordinal);
    private bool _isReady;
    private bool _tellsUpdate;
    private bool _isSpeaking;
    private bool _isCommitted;

    /// <inheritdoc/>
    public override void Close(RealtimeOutbox outbox)
    {
        // Google hears the end of the connection.
    }

    /// <inheritdoc/>
    public override void TakeFromUpstream(ReadOnlyMemory<byte> message, RealtimeOutbox outbox)
    {
        using var document = RealtimeMessage.TryParse(message);
        if (document is null)
        {
            return;
        }

        var json = document.RootElement;
        if (AnswerUsage.Read(json) is { } usage)
        {
            // What is said of a turn again is said of more of it.
            Usage = Usage is { } known ? AnswerUsage.Larger(known, usage) : usage;
        }

        if (json.Member("setupComplete"u8).IsGiven())
        {
            Ready(outbox);
        }

        if (json.Member("toolCall"u8).Member("functionCalls"u8) is { ValueKind: JsonValueKind.Array } calls)
        {
            Call(calls, outbox);
        }

        if (json.Member("toolCallCancellation"u8).Member("ids"u8) is { ValueKind: JsonValueKind.Array } ids)
        {
            foreach (var id in ids.EnumerateArray())
            {
                _calls.Remove(id.Text() ?? "");
            }
        }

        if (json.Member("serverContent"u8) is { ValueKind: JsonValueKind.Object } content)
        {
            Take(content, outbox);
        }
    }

    private protected override void Begin(RealtimeSettings? settings, RealtimeOutbox outbox)
    {
        outbox.ToUpstream.Add(GeminiLiveSetup.Make(upstreamModel, settings));
        if (settings is not null)
        {
            Talk.IsLater = settings.IsLater;
            _tellsUpdate = true;
        }
    }

    private void Ready(RealtimeOutbox outbox)
    {
        _isReady = true;
        if (_tellsUpdate)
        {
            _tellsUpdate = false;
            Talk.Session(outbox, "session.updated", Settings);
        }

        foreach (var message in _waiting)
        {
            outbox.ToUpstream.Add(message);
        }

        _waiting.Clear();
    }

    private protected override void Append(string audio, RealtimeOutbox outbox)
    {
        if (Settings is { IsManual: true } && !_isSpeaking)
        {
            _isSpeaking = true;
            Tell(outbox, """{"realtimeInput":{"activityStart":{}}}"""u8.ToArray());
        }

        var clean = DataUri.Clean(audio);
        var rate = Settings?.InputRate ?? RealtimeSettings.UsualRate;
        Tell(outbox, RealtimeJson.Made(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("realtimeInput"u8);
            json.WriteStartObject("audio"u8);
            json.WriteString("data"u8, clean);
            json.WriteString("mimeType"u8, string.Create(CultureInfo.InvariantCulture, $"audio/pcm;rate={rate}"));
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }));
    }

    private protected override void Commit(RealtimeOutbox outbox)
    {
        if (Settings is { IsManual: true })
        {
            // Google answers at once to the end of a turn; OpenAI's clients ask for the answer.
            _isCommitted = _isSpeaking;
        }
        else
        {
            Tell(outbox, """{"realtimeInput":{"audioStreamEnd":true}}"""u8.ToArray());
        }
    }

    private protected override bool TryAddResult(string callId, string output)
    {
        if (!_calls.Remove(callId, out var name))
        {
            return false;
        }

        _results.Add(GeminiLiveContent.Result(callId, name, output));
        return true;
    }

    private protected override void AddMessage(JsonElement item)
        => _turns.Add(GeminiLiveContent.Turn(item, Settings?.InputRate ?? RealtimeSettings.UsualRate));

    private protected override void Respond(JsonElement response, RealtimeOutbox outbox)
    {
        if (response.Text("instructions"u8) is { Length: > 0 } instructions)
        {
            _turns.Add(GeminiLiveContent.Turn(instructions));
        }

        if (_results.Count > 0)
        {
            // Results are what Google waits for: it goes on by itself.
            Tell(outbox, GeminiLiveContent.Results(_results));
            _results.Clear();
            if (_turns.Count == 0)
            {
                return;
            }
        }

        if (_isCommitted)
        {
            _isCommitted = false;
            _isSpeaking = false;
            if (_turns.Count > 0)
            {
                Tell(outbox, GeminiLiveContent.Turns(_turns, isComplete: false));
            }

            Tell(outbox, """{"realtimeInput":{"activityEnd":{}}}"""u8.ToArray());
        }
        else
        {
            Tell(outbox, GeminiLiveContent.Turns(_turns, isComplete: true));
        }

        _turns.Clear();
    }

    private void Call(JsonElement calls, RealtimeOutbox outbox)
    {
        if (IsMuted)
        {
            return;
        }

        foreach (var call in calls.EnumerateArray())
        {
            if (call.Text("name"u8) is not { } name)
            {
                continue;
            }

            var id = call.Text("id"u8) is { Length: > 0 } given ? given : string.Create(CultureInfo.InvariantCulture, $"call_{SessionId}_{_calls.Count}");
            _calls[id] = name;
            Talk.Call(outbox, id, name, call.Member("args"u8) is { ValueKind: JsonValueKind.Object } arguments ? arguments.GetRawText() : "{}");
        }

        Talk.HeardAll(outbox);
        Talk.End(outbox, "completed", null, Spent());
    }

    private void Take(JsonElement content, RealtimeOutbox outbox)
    {
        if (content.Member("inputTranscription"u8).Text("text"u8) is { } heard)
        {
            Talk.Heard(outbox, heard);
        }

        var speaks = Settings?.Speaks ?? true;
        if (!IsMuted)
        {
            if (content.Member("modelTurn"u8).Member("parts"u8) is { ValueKind: JsonValueKind.Array } parts)
            {
                foreach (var part in parts.EnumerateArray())
                {
                    Take(part, speaks, outbox);
                }
            }

            if (content.Member("outputTranscription"u8).Text("text"u8) is { } spoken)
            {
                Talk.Words(outbox, spoken, speaks: true);
            }
        }

        if (content.Member("interrupted"u8).Flag() is true)
        {
            Talk.Interrupted(outbox);
            if (Talk.IsAnswering)
            {
                Talk.End(outbox, "cancelled", "turn_detected", Spent());
            }
        }

        if (content.Member("turnComplete"u8).Flag() is true)
        {
            IsMuted = false;
            Talk.HeardAll(outbox);
            if (Talk.IsAnswering)
            {
                Talk.End(outbox, "completed", null, Spent());
            }
        }
    }

    private void Take(JsonElement part, bool speaks, RealtimeOutbox outbox)
    {
        if (part.Member("inlineData"u8).Member("data"u8) is { ValueKind: JsonValueKind.String } sound)
        {
            Talk.Sound(outbox, sound.Bytes());
        }
        else if (part.Text("text"u8) is { } text && part.Member("thought"u8).Flag() is not true && !speaks)
        {
            Talk.Words(outbox, text, speaks: false);
        }
    }

    private void Tell(RealtimeOutbox outbox, ReadOnlyMemory<byte> message)
    {
        if (_isReady)
        {
            outbox.ToUpstream.Add(message);
        }
        else if (_waiting.Count < MostWaiting)
        {
            _waiting.Add(message);
        }
        else
        {
            throw new WireException("The model is not ready, and too much waits for it already.");
        }
    }
}
