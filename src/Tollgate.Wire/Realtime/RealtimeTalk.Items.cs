using System.Text.Json;

namespace Tollgate.Wire.Realtime;

/// <summary>Responses, the items that they are made of, and the items of the conversation.</summary>
internal sealed partial class RealtimeTalk
{
    private void Begin(RealtimeOutbox outbox, bool speaks)
    {
        BeginResponse(outbox);
        if (_item is not null && _itemSpeaks == speaks)
        {
            return;
        }

        EndItem(outbox);
        _item = NewId("item");
        _itemSpeaks = speaks;
        var item = MessageItem("in_progress", withContent: false);
        OutputItem(outbox, "response.output_item.added", _output.Count, item);
        Item(outbox, item, isDone: false);
        Part(outbox, "response.content_part.added", "");
    }

    private void BeginResponse(RealtimeOutbox outbox)
    {
        if (_response is null)
        {
            _response = NewId("resp");
            Send(outbox, "response.created", json => Response(json, "in_progress", null, null));
        }
    }

    private void EndItem(RealtimeOutbox outbox, string status = "completed")
    {
        if (_item is null)
        {
            return;
        }

        var text = _said.ToString();
        if (_itemSpeaks)
        {
            Send(outbox, IsLater ? "response.output_audio.done" : "response.audio.done", Place);
        }

        Send(outbox, NameOf("done"), json =>
        {
            Place(json);
            json.WriteString(_itemSpeaks ? "transcript"u8 : "text"u8, text);
        });
        Part(outbox, "response.content_part.done", text);
        var item = MessageItem(status, withContent: true);
        OutputItem(outbox, "response.output_item.done", _output.Count, item);
        ItemIsDone(outbox, item);
        _output.Add(item);
        _item = null;
        _said.Clear();
    }

    private string NameOf(string ending) => (IsLater, _itemSpeaks) switch
    {
        (false, true) => "response.audio_transcript." + ending,
        (true, true) => "response.output_audio_transcript." + ending,
        (false, false) => "response.text." + ending,
        (true, false) => "response.output_text." + ending,
    };

    private void Delta(RealtimeOutbox outbox, string type, ReadOnlySpan<byte> quoted)
    {
        var text = quoted.ToArray();
        Send(outbox, type, json =>
        {
            Place(json);
            json.WritePropertyName("delta"u8);
            json.WriteRawValue(text, skipInputValidation: true);
        });
    }

    private void Place(Utf8JsonWriter json)
    {
        json.WriteString("response_id"u8, _response);
        json.WriteString("item_id"u8, _item);
        json.WriteNumber("output_index"u8, _output.Count);
        json.WriteNumber("content_index"u8, 0);
    }

    private void Part(RealtimeOutbox outbox, string type, string text) => Send(outbox, type, json =>
    {
        Place(json);
        json.WritePropertyName("part"u8);
        Content(json, text);
    });

    private void Content(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, (IsLater, _itemSpeaks) switch
        {
            (false, true) => "audio",
            (true, true) => "output_audio",
            (false, false) => "text",
            (true, false) => "output_text",
        });
        json.WriteString(_itemSpeaks ? "transcript"u8 : "text"u8, text);
        json.WriteEndObject();
    }

    private ReadOnlyMemory<byte> MessageItem(string status, bool withContent) => RealtimeJson.Made(json =>
    {
        json.WriteStartObject();
        json.WriteString("id"u8, _item);
        json.WriteString("object"u8, "realtime.item"u8);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("status"u8, status);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        if (withContent)
        {
            Content(json, _said.ToString());
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private ReadOnlyMemory<byte> HeardItem(string? transcript) => RealtimeJson.Made(json =>
    {
        json.WriteStartObject();
        json.WriteString("id"u8, _heardItem);
        json.WriteString("object"u8, "realtime.item"u8);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("status"u8, "completed"u8);
        json.WriteString("role"u8, "user"u8);
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "input_audio"u8);
        json.WriteString("transcript"u8, transcript);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>The conversation has an item: one event in the first form, two in the later one.</summary>
    private void Item(RealtimeOutbox outbox, ReadOnlyMemory<byte> item, bool isDone)
    {
        ItemEvent(outbox, IsLater ? "conversation.item.added" : "conversation.item.created", item);
        if (isDone)
        {
            ItemIsDone(outbox, item);
        }
    }

    private void ItemIsDone(RealtimeOutbox outbox, ReadOnlyMemory<byte> item)
    {
        if (IsLater)
        {
            ItemEvent(outbox, "conversation.item.done", item);
        }
    }

    private void ItemEvent(RealtimeOutbox outbox, string type, ReadOnlyMemory<byte> item) => Send(outbox, type, json =>
    {
        json.WriteNull("previous_item_id"u8);
        json.WritePropertyName("item"u8);
        json.WriteRawValue(item.Span, skipInputValidation: true);
    });

    private void OutputItem(RealtimeOutbox outbox, string type, int index, ReadOnlyMemory<byte> item) => Send(outbox, type, json =>
    {
        json.WriteString("response_id"u8, _response);
        json.WriteNumber("output_index"u8, index);
        json.WritePropertyName("item"u8);
        json.WriteRawValue(item.Span, skipInputValidation: true);
    });

    private void Response(Utf8JsonWriter json, string status, string? reason, TokenUsage? usage)
    {
        json.WriteStartObject("response"u8);
        json.WriteString("id"u8, _response);
        json.WriteString("object"u8, "realtime.response"u8);
        json.WriteString("status"u8, status);
        if (reason is null)
        {
            json.WriteNull("status_details"u8);
        }
        else
        {
            json.WriteStartObject("status_details"u8);
            json.WriteString("type"u8, status);
            json.WriteString("reason"u8, reason);
            json.WriteEndObject();
        }

        json.WriteStartArray("output"u8);
        foreach (var item in _output)
        {
            json.WriteRawValue(item.Span, skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        if (usage is { } used)
        {
            RealtimeJson.Usage(json, used);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
    }
}
