using System.Globalization;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Realtime;

/// <summary>
/// The client's side of a translated session: makes OpenAI's events of what the provider says, in their order and with their ids, under the
/// names that the client knows.
/// </summary>
/// <param name="sessionId">Names the session; ids of everything in it are made of it.</param>
/// <param name="model">Model as the client calls it.</param>
internal sealed partial class RealtimeTalk(string sessionId, string model)
{
    private readonly StringBuilder _said = new();
    private readonly StringBuilder _heard = new();
    private readonly List<ReadOnlyMemory<byte>> _output = [];
    private int _events;
    private int _ids;
    private string? _response;
    private string? _item;
    private bool _itemSpeaks;
    private string? _heardItem;

    /// <summary>The client writes, and reads, the later names.</summary>
    public bool IsLater { get; set; }

    /// <summary>A response is being made.</summary>
    public bool IsAnswering => _response is not null;

    /// <summary>The session is there, or has been changed.</summary>
    public void Session(RealtimeOutbox outbox, string type, RealtimeSettings? settings) => Send(outbox, type, json =>
    {
        json.WriteStartObject("session"u8);
        json.WriteString("id"u8, sessionId);
        json.WriteString("object"u8, "realtime.session"u8);
        json.WriteString("model"u8, model);
        if (settings is { Given.ValueKind: JsonValueKind.Object })
        {
            foreach (var member in settings.Given.EnumerateObject())
            {
                if (member.NameOf() is not ("id" or "object" or "model") and var name)
                {
                    json.WritePropertyName(name);
                    json.WriteElement(member.Value);
                }
            }
        }

        json.WriteEndObject();
    });

    /// <summary>An item of the client's is taken.</summary>
    /// <returns>Its id.</returns>
    public string Accept(RealtimeOutbox outbox, JsonElement item)
    {
        var id = item.Text("id"u8) is { Length: > 0 } own ? own : NewId("item");
        var made = RealtimeJson.Made(json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("object"u8, "realtime.item"u8);
            foreach (var member in item.EnumerateObject())
            {
                if (member.NameOf() is not ("id" or "object" or "status") and var name)
                {
                    json.WritePropertyName(name);
                    json.WriteElement(member.Value);
                }
            }

            json.WriteString("status"u8, "completed"u8);
            json.WriteEndObject();
        });
        Item(outbox, made, isDone: true);
        return id;
    }

    /// <summary>A piece of sound, in base64.</summary>
    public void Sound(RealtimeOutbox outbox, ReadOnlySpan<byte> quoted)
    {
        Begin(outbox, speaks: true);
        Delta(outbox, IsLater ? "response.output_audio.delta" : "response.audio.delta", quoted);
    }

    /// <summary>A piece of what is being spoken, as text; or of what is written.</summary>
    public void Words(RealtimeOutbox outbox, string text, bool speaks)
    {
        if (text.Length == 0)
        {
            return;
        }

        Begin(outbox, speaks);
        _said.Append(text);
        Delta(outbox, NameOf("delta"), Json.JsonText.Quote(text));
    }

    /// <summary>A whole call of a function.</summary>
    public void Call(RealtimeOutbox outbox, string callId, string name, string arguments)
    {
        EndItem(outbox);
        BeginResponse(outbox);
        var id = NewId("item");
        var index = _output.Count;
        var open = RealtimeJson.Call(id, callId, name, "", "in_progress");
        var whole = RealtimeJson.Call(id, callId, name, arguments, "completed");
        OutputItem(outbox, "response.output_item.added", index, open);
        Item(outbox, open, isDone: false);
        foreach (var isDone in (ReadOnlySpan<bool>)[false, true])
        {
            Send(outbox, isDone ? "response.function_call_arguments.done" : "response.function_call_arguments.delta", json =>
            {
                json.WriteString("response_id"u8, _response);
                json.WriteString("item_id"u8, id);
                json.WriteNumber("output_index"u8, index);
                json.WriteString("call_id"u8, callId);
                if (isDone)
                {
                    json.WriteString("name"u8, name);
                }

                json.WriteString(isDone ? "arguments"u8 : "delta"u8, arguments);
            });
        }

        OutputItem(outbox, "response.output_item.done", index, whole);
        ItemIsDone(outbox, whole);
        _output.Add(whole);
    }

    /// <summary>The response is complete, or broken off.</summary>
    /// <param name="outbox">Takes the events.</param>
    /// <param name="status"><c>completed</c>, <c>cancelled</c>, <c>incomplete</c> or <c>failed</c>.</param>
    /// <param name="reason">Why, where it is not complete.</param>
    /// <param name="usage">What it used; null when nobody said.</param>
    public void End(RealtimeOutbox outbox, string status, string? reason, TokenUsage? usage)
    {
        EndItem(outbox, status is "completed" ? "completed" : "incomplete");
        BeginResponse(outbox);
        Send(outbox, "response.done", json => Response(json, status, reason, usage));
        _response = null;
        _output.Clear();
    }

    /// <summary>A piece of what the user said.</summary>
    public void Heard(RealtimeOutbox outbox, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (_heardItem is null)
        {
            _heardItem = NewId("item");
            Item(outbox, HeardItem(null), isDone: true);
        }

        _heard.Append(text);
        Send(outbox, "conversation.item.input_audio_transcription.delta", json =>
        {
            json.WriteString("item_id"u8, _heardItem);
            json.WriteNumber("content_index"u8, 0);
            json.WriteString("delta"u8, text);
        });
    }

    /// <summary>What the user said is known to its end.</summary>
    public void HeardAll(RealtimeOutbox outbox)
    {
        if (_heardItem is not { } id)
        {
            return;
        }

        _heardItem = null;
        var text = _heard.ToString();
        _heard.Clear();
        Send(outbox, "conversation.item.input_audio_transcription.completed", json =>
        {
            json.WriteString("item_id"u8, id);
            json.WriteNumber("content_index"u8, 0);
            json.WriteString("transcript"u8, text);
        });
    }

    /// <summary>The user speaks: whoever plays sound stops.</summary>
    public void Interrupted(RealtimeOutbox outbox)
    {
        var id = NewId("item");
        Send(outbox, "input_audio_buffer.speech_started", json =>
        {
            json.WriteNumber("audio_start_ms"u8, 0);
            json.WriteString("item_id"u8, id);
        });
    }

    /// <summary>The client's sound up to here is one turn.</summary>
    public void Committed(RealtimeOutbox outbox)
    {
        var id = _heardItem ?? NewId("item");
        _heardItem = id;
        Send(outbox, "input_audio_buffer.committed", json =>
        {
            json.WriteNull("previous_item_id"u8);
            json.WriteString("item_id"u8, id);
        });
        Item(outbox, HeardItem(null), isDone: true);
    }

    /// <summary>An event with nothing but a name and some texts.</summary>
    public void Plain(RealtimeOutbox outbox, string type, params (string Name, string Value)[] members) => Send(outbox, type, json =>
    {
        foreach (var (name, value) in members)
        {
            json.WriteString(name, value);
        }
    });

    /// <summary>Something went wrong; the session goes on.</summary>
    public void Error(RealtimeOutbox outbox, string type, string code, string message) => Send(outbox, "error", json =>
    {
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, type);
        json.WriteString("code"u8, code);
        json.WriteString("message"u8, message);
        json.WriteNull("param"u8);
        json.WriteEndObject();
    });

    private string NewId(string kind) => string.Create(CultureInfo.InvariantCulture, $"{kind}_{sessionId}_{++_ids}");

    private void Send(RealtimeOutbox outbox, string type, Action<Utf8JsonWriter> write)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"event_{sessionId}_{++_events}");
        outbox.ToClient.Add(RealtimeJson.Made(json =>
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteString("event_id"u8, id);
            write(json);
            json.WriteEndObject();
        }));
    }
}
