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
public sealed class NovaSonic(string publicModel, string sessionId) : RealtimeTranslator(publicModel, sessionId)
{
    /// <summary>What is to be spoken comes as a preview first, and again once it is spoken: one of them is enough.</summary>
    private const string Preview = "SPECULATIVE";

    private readonly SonicEvents _events = new(sessionId);
    private readonly Dictionary<string, (string Type, string Role, bool IsPreview)> _contents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _calls = new(StringComparer.Ordinal);
    private readonly List<(string Role, string Text)> _turns = [];
    private readonly List<(string CallId, string Output)> _results = [];
    private string? _sound;
    private int _names;

    /// <inheritdoc/>
    public override void Close(RealtimeOutbox outbox)
    {
        if (!IsSetUp)
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
    public override void TakeFromUpstream(ReadOnlyMemory<byte> message, RealtimeOutbox outbox)
    {
        using var document = RealtimeMessage.TryParse(message);
        if (document is null)
        {
            return;
        }

        var json = document.RootElement;
        if (json.Text("type"u8) is "error" && json.Member("error"u8) is { ValueKind: JsonValueKind.Object } error)
        {
            Talk.Error(outbox, "server_error", error.Text("type"u8) ?? "error", error.Text("message"u8) ?? "The provider ended the session.");
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

    private protected override void Begin(RealtimeSettings? settings, RealtimeOutbox outbox)
    {
        if (settings is { IsManual: true })
        {
            throw new WireException("This model detects turns itself: turn_detection cannot be null.", "session.turn_detection");
        }

        var start = _events.PromptStart(settings);
        outbox.ToUpstream.Add(SonicEvents.SessionStart(settings));
        outbox.ToUpstream.Add(start);
        if (settings?.Instructions is { Length: > 0 } instructions)
        {
            Tell(outbox, _events.Text(NewName(), "SYSTEM", instructions));
        }

        if (settings is not null)
        {
            Talk.IsLater = settings.IsLater;
            Talk.Session(outbox, "session.updated", settings);
        }
    }

    private protected override void Append(string audio, RealtimeOutbox outbox)
    {
        var clean = System.Text.Encoding.ASCII.GetString(DataUri.Clean(audio));
        if (_sound is null)
        {
            _sound = NewName();
            outbox.ToUpstream.Add(_events.SoundStart(_sound, Settings?.InputRate ?? RealtimeSettings.UsualRate));
        }

        outbox.ToUpstream.Add(_events.Piece("audioInput", _sound, clean));
    }

    private protected override void Commit(RealtimeOutbox outbox)
    {
        // The model hears for itself when somebody has spoken.
    }

    private protected override bool TryAddResult(string callId, string output)
    {
        if (!_calls.Remove(callId))
        {
            return false;
        }

        _results.Add((callId, output));
        return true;
    }

    private protected override void AddMessage(JsonElement item) => _turns.Add((RoleOf(item.Text("role"u8)), TextOf(item)));

    private protected override void Respond(JsonElement response, RealtimeOutbox outbox)
    {
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
            case "audioOutput" when !IsMuted && json.Member("content"u8) is { ValueKind: JsonValueKind.String } sound:
                Talk.Sound(outbox, sound.Bytes());
                break;
            case "toolUse" when !IsMuted && json.Text("toolName"u8) is { } tool:
                var callId = json.Text("toolUseId"u8) ?? NewName();
                _calls.Add(callId);
                Talk.Call(outbox, callId, tool, json.Text("content"u8) ?? "{}");
                Talk.End(outbox, "completed", null, Spent());
                break;
            case "contentEnd":
                End(_contents.GetValueOrDefault(id), json.Text("stopReason"u8), outbox);
                _contents.Remove(id);
                break;
            case "completionEnd":
                IsMuted = false;
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
            Talk.Heard(outbox, text);
        }
        else if (role is "ASSISTANT" && content.IsPreview && !IsMuted)
        {
            Talk.Words(outbox, text, speaks: true);
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
            Talk.HeardAll(outbox);
        }
        else if (content.Type is "AUDIO" && reason is "END_TURN")
        {
            IsMuted = false;
            Complete(outbox);
        }
    }

    private void Interrupted(RealtimeOutbox outbox)
    {
        IsMuted = false;
        if (Talk.IsAnswering)
        {
            Talk.Interrupted(outbox);
            Talk.End(outbox, "cancelled", "turn_detected", Spent());
        }
    }

    private void Complete(RealtimeOutbox outbox)
    {
        if (Talk.IsAnswering)
        {
            Talk.End(outbox, "completed", null, Spent());
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
            Usage = Usage is { } known ? Relay.AnswerUsage.Sum(known, used) : used;
        }
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

    private string NewName() => string.Create(CultureInfo.InvariantCulture, $"{SessionId}_{++_names}");
}
