using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Realtime;

/// <summary>
/// OpenAI's realtime events over Amazon Nova Sonic's (05-bedrock-sagemaker.md section 7). Its session is set up once: by the client's first
/// <c>session.update</c>, or with the defaults when it begins to talk before that. It detects turns itself and answers by itself.
/// </summary>
/// <param name="publicModel">Model as the client calls it.</param>
/// <param name="sessionId">Names the session.</param>
public sealed class NovaSonic(string publicModel, string sessionId) : IRealtimeTranslator
{
    /// <summary>What is to be spoken comes as a preview first, and again once it is spoken: one of them is enough.</summary>
    private const string Preview = "SPECULATIVE";

    private readonly RealtimeTalk _talk = new(sessionId, publicModel);
    private readonly SonicEvents _events = new(sessionId);
    private readonly Dictionary<string, (string Type, string Role, bool IsPreview)> _contents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _calls = new(StringComparer.Ordinal);
    private readonly List<(string Role, string Text)> _turns = [];
    private readonly List<(string CallId, string Output)> _results = [];
    private RealtimeSettings? _settings;
    private string? _sound;
    private bool _isSetUp;
    private bool _isMuted;
    private int _names;
    private TokenUsage? _usage;

    /// <inheritdoc/>
    public TokenUsage? Unreported => _usage;

    /// <inheritdoc/>
    public void Open(RealtimeOutbox outbox) => _talk.Session(outbox, "session.created", null);

    /// <inheritdoc/>
    public void Close(RealtimeOutbox outbox)
    {
        if (!_isSetUp)
        {
            return;
        }

        if (_sound is { } sound)
        {
            outbox.ToUpstream.Add(_events.End(sound));
        }

        outbox.ToUpstream.Add(_events.PromptEnd());
        outbox.ToUpstream.Add(SonicEvents.SessionEnd());
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
                _talk.Committed(outbox);
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
        if (json.Text("type"u8) is "error" && json.Member("error"u8) is { ValueKind: JsonValueKind.Object } error)
        {
            _talk.Error(outbox, "server_error", error.Text("type"u8) ?? "error", error.Text("message"u8) ?? "The provider ended the session.");
            return;
        }

        var said = json.Member("event"u8);
        if (said.ValueKind is not JsonValueKind.Object)
        {
            return;
        }

        foreach (var member in said.EnumerateObject())
        {
            Take(member.NameOf(), member.Value, outbox);
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
        if (settings.IsManual)
        {
            throw new WireException("This model detects turns itself: turn_detection cannot be null.", "session.turn_detection");
        }

        var start = _events.PromptStart(settings);
        _settings = settings;
        _talk.IsLater = settings.IsLater;
        Begin(start, outbox);
        _talk.Session(outbox, "session.updated", settings);
    }

    private void SetUp(RealtimeOutbox outbox)
    {
        if (!_isSetUp)
        {
            Begin(_events.PromptStart(null), outbox);
        }
    }

    private void Begin(ReadOnlyMemory<byte> start, RealtimeOutbox outbox)
    {
        _isSetUp = true;
        outbox.ToUpstream.Add(SonicEvents.SessionStart(_settings));
        outbox.ToUpstream.Add(start);
        if (_settings?.Instructions is { Length: > 0 } instructions)
        {
            Tell(outbox, _events.Text(NewName(), "SYSTEM", instructions));
        }
    }

    private void Append(JsonElement json, RealtimeOutbox outbox)
    {
        if (json.Text("audio"u8) is not { } audio)
        {
            throw new WireException("Missing required parameter: 'audio'.", "audio");
        }

        var clean = System.Text.Encoding.ASCII.GetString(DataUri.Clean(audio));
        if (_sound is null)
        {
            _sound = NewName();
            outbox.ToUpstream.Add(_events.SoundStart(_sound, _settings?.InputRate ?? RealtimeSettings.UsualRate));
        }

        outbox.ToUpstream.Add(_events.Piece("audioInput", _sound, clean));
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
                if (!_calls.Remove(callId))
                {
                    throw new WireException($"No tool call found for function call output with call_id {callId}.", "item.call_id");
                }

                _results.Add((callId, item.Text("output"u8) ?? ""));
                break;
            case "message":
                _turns.Add((RoleOf(item.Text("role"u8)), TextOf(item)));
                break;
            default:
                throw new WireException("Items for this model are of the type 'message' or 'function_call_output'.", "item.type");
        }

        _talk.Accept(outbox, item);
    }

    private void Respond(JsonElement response, RealtimeOutbox outbox)
    {
        _isMuted = false;
        foreach (var (callId, output) in _results)
        {
            Tell(outbox, _events.Result(NewName(), callId, output));
        }

        foreach (var (role, text) in _turns)
        {
            Tell(outbox, _events.Text(NewName(), role, text));
        }

        if (response.Text("instructions"u8) is { Length: > 0 } instructions)
        {
            Tell(outbox, _events.Text(NewName(), "USER", instructions));
        }

        _results.Clear();
        _turns.Clear();
    }

    private void Take(string name, JsonElement json, RealtimeOutbox outbox)
    {
        var id = json.Text("contentId"u8) ?? "";
        switch (name)
        {
            case "contentStart":
                _contents[id] = (
                    json.Text("type"u8) ?? "", json.Text("role"u8) ?? "",
                    json.Text("additionalModelFields"u8)?.Contains(Preview, StringComparison.Ordinal) == true);
                break;
            case "textOutput":
                Words(_contents.GetValueOrDefault(id), json, outbox);
                break;
            case "audioOutput" when !_isMuted && json.Member("content"u8) is { ValueKind: JsonValueKind.String } sound:
                _talk.Sound(outbox, sound.Bytes());
                break;
            case "toolUse" when !_isMuted && json.Text("toolName"u8) is { } tool:
                var callId = json.Text("toolUseId"u8) ?? NewName();
                _calls.Add(callId);
                _talk.Call(outbox, callId, tool, json.Text("content"u8) ?? "{}");
                _talk.End(outbox, "completed", null, Spent());
                break;
            case "contentEnd":
                End(_contents.GetValueOrDefault(id), json.Text("stopReason"u8), outbox);
                _contents.Remove(id);
                break;
            case "completionEnd":
                _isMuted = false;
                Complete(outbox);
                break;
            case "usageEvent":
                Count(json.Member("details"u8).Member("delta"u8));
                break;
            default:
                break;
        }
    }

    private void Words((string Type, string Role, bool IsPreview) content, JsonElement json, RealtimeOutbox outbox)
    {
        var text = json.Text("content"u8) ?? "";
        var role = content.Role is { Length: > 0 } known ? known : json.Text("role"u8);
        if (text.Contains("\"interrupted\"", StringComparison.Ordinal) && text.AsSpan().TrimStart().StartsWith("{"))
        {
            Interrupted(outbox);
        }
        else if (role is "USER")
        {
            _talk.Heard(outbox, text);
        }
        else if (role is "ASSISTANT" && content.IsPreview && !_isMuted)
        {
            _talk.Words(outbox, text, speaks: true);
        }
    }

    private void End((string Type, string Role, bool IsPreview) content, string? reason, RealtimeOutbox outbox)
    {
        if (reason is "INTERRUPTED")
        {
            Interrupted(outbox);
        }
        else if (content is { Type: "TEXT", Role: "USER" })
        {
            _talk.HeardAll(outbox);
        }
        else if (content.Type is "AUDIO" && reason is "END_TURN")
        {
            _isMuted = false;
            Complete(outbox);
        }
    }

    private void Interrupted(RealtimeOutbox outbox)
    {
        _isMuted = false;
        if (_talk.IsAnswering)
        {
            _talk.Interrupted(outbox);
            _talk.End(outbox, "cancelled", "turn_detected", Spent());
        }
    }

    private void Complete(RealtimeOutbox outbox)
    {
        if (_talk.IsAnswering)
        {
            _talk.End(outbox, "completed", null, Spent());
        }
    }

    private void Count(JsonElement delta)
    {
        var (input, output) = (delta.Member("input"u8), delta.Member("output"u8));
        var (heard, read) = (input.Member("speechTokens"u8).Count() ?? 0, input.Member("textTokens"u8).Count() ?? 0);
        var (spoken, written) = (output.Member("speechTokens"u8).Count() ?? 0, output.Member("textTokens"u8).Count() ?? 0);
        var used = new TokenUsage(heard + read, spoken + written, heard + read + spoken + written, 0, 0)
        {
            AudioInputTokens = heard,
            AudioOutputTokens = spoken,
        };
        if (used.TotalTokens > 0)
        {
            _usage = _usage is { } known ? Relay.AnswerUsage.Sum(known, used) : used;
        }
    }

    private TokenUsage? Spent()
    {
        var spent = _usage;
        _usage = null;
        return spent;
    }

    private static string RoleOf(string? role) => role switch
    {
        "assistant" => "ASSISTANT",
        "system" or "developer" => "SYSTEM",
        _ => "USER",
    };

    private static string TextOf(JsonElement item)
    {
        if (item.Member("content"u8) is not { ValueKind: JsonValueKind.Array } content)
        {
            throw new WireException("Missing required parameter: 'item.content'.", "item.content");
        }

        var texts = new List<string>();
        foreach (var part in content.EnumerateArray())
        {
            texts.Add(part.Text("text"u8) ?? part.Text("transcript"u8)
                ?? throw new WireException("Parts of messages for this model are texts; sound goes into the buffer.", "item.content"));
        }

        return string.Join('\n', texts);
    }

    private static void Tell(RealtimeOutbox outbox, IEnumerable<ReadOnlyMemory<byte>> messages)
    {
        foreach (var message in messages)
        {
            outbox.ToUpstream.Add(message);
        }
    }

    private string NewName() => string.Create(CultureInfo.InvariantCulture, $"{sessionId}_{++_names}");
}
