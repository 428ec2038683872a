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
public sealed class GeminiLive(string upstreamModel, string publicModel, string sessionId) : IRealtimeTranslator
{
    /// <summary>Messages that may wait for Google to be ready.</summary>
    private const int MostWaiting = 10_000;

    private readonly RealtimeTalk _talk = new(sessionId, publicModel);
    private readonly List<ReadOnlyMemory<byte>> _waiting = [];
    private readonly List<ReadOnlyMemory<byte>> _turns = [];
    private readonly List<ReadOnlyMemory<byte>> _results = [];
    private readonly Dictionary<string, string> _calls = new(StringComparer.Ordinal);
    private RealtimeSettings? _settings;
    private bool _isSetUp;
    private bool _isReady;
    private bool _tellsUpdate;
    private bool _isMuted;
    private bool _isSpeaking;
    private bool _isCommitted;
    private TokenUsage? _usage;

    /// <inheritdoc/>
    public TokenUsage? Unreported => _usage;

    /// <inheritdoc/>
    public void Open(RealtimeOutbox outbox) => _talk.Session(outbox, "session.created", null);

    /// <inheritdoc/>
    public void Close(RealtimeOutbox outbox)
    {
        // Google hears the end of the connection.
    }

    /// <inheritdoc/>
    public void TakeFromClient(ReadOnlyMemory<byte> message, RealtimeOutbox outbox)
    {
        using var document = RealtimeMessage.Parse(message);
        var json = document.RootElement;
        var type = json.Text("type"u8);
        if (type is "session.update")
        {
            Update(json, outbox);
            return;
        }

        SetUp(outbox);
        switch (type)
        {
            case "input_audio_buffer.append":
                Append(json, outbox);
                break;
            case "input_audio_buffer.commit":
                Commit(outbox);
                break;
            case "input_audio_buffer.clear":
                _talk.Plain(outbox, "input_audio_buffer.cleared");
                break;
            case "conversation.item.create":
                Create(json.Member("item"u8), outbox);
                break;
            case "conversation.item.truncate":
                _talk.Plain(outbox, "conversation.item.truncated", ("item_id", json.Text("item_id"u8) ?? ""));
                break;
            case "response.create":
                Respond(json.Member("response"u8), outbox);
                break;
            case "response.cancel" when _talk.IsAnswering:
                _isMuted = true;
                _talk.End(outbox, "cancelled", "client_cancelled", Spent());
                break;
            case "response.cancel":
                throw new WireException("Cancellation failed: no active response found");
            case null:
                throw new WireException("Missing required parameter: 'type'.", "type");
            default:
                throw new WireException($"Events of the type '{type}' cannot be carried out by this model.", "type");
        }
    }

    /// <inheritdoc/>
    public void TakeFromUpstream(ReadOnlyMemory<byte> message, RealtimeOutbox outbox)
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
            _usage = _usage is { } known ? AnswerUsage.Larger(known, usage) : usage;
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

    private void Update(JsonElement json, RealtimeOutbox outbox)
    {
        if (_isSetUp)
        {
            throw new WireException(
                "The session of this model cannot be changed once it has begun: send session.update first, and once.", "session");
        }

        var settings = RealtimeSettings.Read(json.Member("session"u8));
        var setup = GeminiLiveSetup.Make(upstreamModel, settings);
        _settings = settings;
        _talk.IsLater = settings.IsLater;
        _tellsUpdate = true;
        _isSetUp = true;
        outbox.ToUpstream.Add(setup);
    }

    private void SetUp(RealtimeOutbox outbox)
    {
        if (!_isSetUp)
        {
            _isSetUp = true;
            outbox.ToUpstream.Add(GeminiLiveSetup.Make(upstreamModel, null));
        }
    }

    private void Ready(RealtimeOutbox outbox)
    {
        _isReady = true;
        if (_tellsUpdate)
        {
            _tellsUpdate = false;
            _talk.Session(outbox, "session.updated", _settings);
        }

        foreach (var message in _waiting)
        {
            outbox.ToUpstream.Add(message);
        }

        _waiting.Clear();
    }

    private void Append(JsonElement json, RealtimeOutbox outbox)
    {
        if (json.Text("audio"u8) is not { } audio)
        {
            throw new WireException("Missing required parameter: 'audio'.", "audio");
        }

        if (_settings is { IsManual: true } && !_isSpeaking)
        {
            _isSpeaking = true;
            Tell(outbox, """{"realtimeInput":{"activityStart":{}}}"""u8.ToArray());
        }

        var clean = DataUri.Clean(audio);
        var rate = _settings?.InputRate ?? RealtimeSettings.UsualRate;
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

    private void Commit(RealtimeOutbox outbox)
    {
        _talk.Committed(outbox);
        if (_settings is { IsManual: true })
        {
            // Google answers at once to the end of a turn; OpenAI's clients ask for the answer.
            _isCommitted = _isSpeaking;
        }
        else
        {
            Tell(outbox, """{"realtimeInput":{"audioStreamEnd":true}}"""u8.ToArray());
        }
    }

    private void Create(JsonElement item, RealtimeOutbox outbox)
    {
        if (item.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("Missing required parameter: 'item'.", "item");
        }

        switch (item.Text("type"u8))
        {
            case "function_call_output":
                var callId = item.Text("call_id"u8) ?? "";
                if (!_calls.Remove(callId, out var name))
                {
                    throw new WireException($"No tool call found for function call output with call_id {callId}.", "item.call_id");
                }

                _results.Add(GeminiLiveContent.Result(callId, name, item.Text("output"u8) ?? ""));
                break;
            case "message":
                _turns.Add(GeminiLiveContent.Turn(item, _settings?.InputRate ?? RealtimeSettings.UsualRate));
                break;
            default:
                throw new WireException("Items for this model are of the type 'message' or 'function_call_output'.", "item.type");
        }

        _talk.Accept(outbox, item);
    }

    private void Respond(JsonElement response, RealtimeOutbox outbox)
    {
        _isMuted = false;
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
        if (_isMuted)
        {
            return;
        }

        foreach (var call in calls.EnumerateArray())
        {
            if (call.Text("name"u8) is not { } name)
            {
                continue;
            }

            var id = call.Text("id"u8) is { Length: > 0 } given ? given : string.Create(CultureInfo.InvariantCulture, $"call_{sessionId}_{_calls.Count}");
            _calls[id] = name;
            _talk.Call(outbox, id, name, call.Member("args"u8) is { ValueKind: JsonValueKind.Object } arguments ? arguments.GetRawText() : "{}");
        }

        _talk.HeardAll(outbox);
        _talk.End(outbox, "completed", null, Spent());
    }

    private void Take(JsonElement content, RealtimeOutbox outbox)
    {
        if (content.Member("inputTranscription"u8).Text("text"u8) is { } heard)
        {
            _talk.Heard(outbox, heard);
        }

        var speaks = _settings?.Speaks ?? true;
        if (!_isMuted)
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
                _talk.Words(outbox, spoken, speaks: true);
            }
        }

        if (content.Member("interrupted"u8).Flag() is true)
        {
            _talk.Interrupted(outbox);
            if (_talk.IsAnswering)
            {
                _talk.End(outbox, "cancelled", "turn_detected", Spent());
            }
        }

        if (content.Member("turnComplete"u8).Flag() is true)
        {
            _isMuted = false;
            _talk.HeardAll(outbox);
            if (_talk.IsAnswering)
            {
                _talk.End(outbox, "completed", null, Spent());
            }
        }
    }

    private void Take(JsonElement part, bool speaks, RealtimeOutbox outbox)
    {
        if (part.Member("inlineData"u8).Member("data"u8) is { ValueKind: JsonValueKind.String } sound)
        {
            _talk.Sound(outbox, sound.Bytes());
        }
        else if (part.Text("text"u8) is { } text && part.Member("thought"u8).Flag() is not true && !speaks)
        {
            _talk.Words(outbox, text, speaks: false);
        }
    }

    private TokenUsage? Spent()
    {
        var spent = _usage;
        _usage = null;
        return spent;
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
