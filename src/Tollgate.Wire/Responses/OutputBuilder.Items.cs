using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <content>How items open, grow and close.</content>
internal sealed partial class OutputBuilder
{
    private void Say(string text, bool isRefusal, IBufferWriter<byte>? output)
    {
        if (text.Length == 0)
        {
            return;
        }

        var message = OpenMessage(output);
        if (message.Content is not [.., { IsDone: false } part] || part.IsRefusal != isRefusal)
        {
            EndContent(message, output);
            part = new MessageContent(isRefusal);
            message.Content.Add(part);
            Event("response.content_part.added"u8, message, message.Content.Count - 1, part, static (json, part) =>
            {
                json.WritePropertyName("part"u8);
                part.Write(json);
            }, output);
        }

        part.Text.Append(text);
        var json = BeginContent(isRefusal ? "response.refusal.delta"u8 : "response.output_text.delta"u8, message);
        json.WriteString("delta"u8, text);
        if (!isRefusal)
        {
            json.WriteStartArray("logprobs"u8);
            json.WriteEndArray();
        }

        _events.End(isRefusal ? "response.refusal.delta"u8 : "response.output_text.delta"u8, output);
    }

    private MessageItem OpenMessage(IBufferWriter<byte>? output)
    {
        if (_current is MessageItem open)
        {
            return open;
        }

        Close(_current, "completed", output);
        return Open(new MessageItem(_items.Count, "msg_" + view.NewId()), output);
    }

    private void EndContent(MessageItem message, IBufferWriter<byte>? output)
    {
        if (message.Content is not [.., { IsDone: false } part])
        {
            return;
        }

        part.IsDone = true;
        var type = part.IsRefusal ? "response.refusal.done"u8 : "response.output_text.done"u8;
        var json = BeginContent(type, message);
        json.WriteString(part.IsRefusal ? "refusal"u8 : "text"u8, part.Text.ToString());
        if (!part.IsRefusal)
        {
            part.WriteLogProbs(json);
        }

        _events.End(type, output);
        Event("response.content_part.done"u8, message, message.Content.Count - 1, part, static (json, part) =>
        {
            json.WritePropertyName("part"u8);
            part.Write(json);
        }, output);
    }

    private void Cite(Citation citation, IBufferWriter<byte>? output)
    {
        if (_current is not MessageItem { Content: [.., { IsRefusal: false } part] } message
            || (citation.Url is null && citation is not { Raw: not null, RawOrigin: Surface.Responses }))
        {
            return;
        }

        part.Citations.Add(citation);
        var json = BeginContent("response.output_text.annotation.added"u8, message);
        json.WriteNumber("annotation_index"u8, part.Citations.Count - 1);
        json.WritePropertyName("annotation"u8);
        part.WriteCitation(citation, json);
        _events.End("response.output_text.annotation.added"u8, output);
    }

    private void AddLogProbs(JsonElement probabilities)
    {
        if (_items.FindLast(static item => item is MessageItem) is not MessageItem { Content: [.., { IsRefusal: false } part] })
        {
            return;
        }

        foreach (var token in Items.Of(probabilities, "content"u8))
        {
            part.LogProbs.Append(part.LogProbs.Length == 0 ? "" : ",").Append(System.Text.Encoding.UTF8.GetString(token.Bytes()));
        }
    }

    private void Think(string text, IBufferWriter<byte>? output)
    {
        if (text.Length == 0)
        {
            return;
        }

        var item = OpenReasoning(output);
        if (!item.HasText)
        {
            Event("response.reasoning_summary_part.added"u8, item, "", WritePart, output);
        }

        item.Append(text);
        Event("response.reasoning_summary_text.delta"u8, item, text, static (json, text) => json.WriteString("delta"u8, text), output);
    }

    private void Seal(string? signature, IBufferWriter<byte>? output)
    {
        // A seal on words, which some providers put, is none on thoughts.
        if (signature is not null && _current is null or ReasoningItem)
        {
            OpenReasoning(output).Signature = signature;
        }
    }

    private void Redact(string? data, IBufferWriter<byte>? output)
    {
        Close(_current, "completed", output);
        OpenReasoning(output).Redacted = data;
        Close(_current, "completed", output);
    }

    private ReasoningItem OpenReasoning(IBufferWriter<byte>? output)
    {
        if (_current is ReasoningItem open)
        {
            return open;
        }

        Close(_current, "completed", output);
        return Open(new ReasoningItem(_items.Count, "rs_" + view.NewId(), _isSealed), output);
    }

    private void EndReasoning(ReasoningItem item, IBufferWriter<byte>? output)
    {
        if (item.HasText)
        {
            Event(
                "response.reasoning_summary_text.done"u8, item, item.Text, static (json, text) => json.WriteString("text"u8, text), output);
            Event("response.reasoning_summary_part.done"u8, item, item.Text, WritePart, output);
        }
    }

    private static void WritePart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject("part"u8);
        json.WriteString("type"u8, "summary_text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    private void StartCall(in ChatEvent next, IBufferWriter<byte>? output)
    {
        if (_current is not CallItem)
        {
            Close(_current, "completed", output);
        }

        var isCustom = next.ToolKind is ToolKind.Custom;
        var callId = ThoughtIds.Join(next.Id ?? "call_" + view.NewId(), (next.Part as ToolCallPart)?.Signature);
        var (group, name) = ToolGroups.Split(view.Request, next.Name ?? "");
        var item = new CallItem(_items.Count, (isCustom ? "ctc_" : "fc_") + view.NewId(), callId, name, isCustom) { Namespace = group };
        _calls[next.Index] = Open(item, output);
    }

    private void Argue(int index, string text, IBufferWriter<byte>? output)
    {
        if (text.Length == 0 || !_calls.TryGetValue(index, out var call) || call.IsDone)
        {
            return;
        }

        call.Arguments.Append(text);
        SendArguments(call, text, output);
    }

    private void EndCall(CallItem call, IBufferWriter<byte>? output)
    {
        if (call.Arguments.Length == 0 && !call.IsCustom)
        {
            call.Arguments.Append("{}");
            SendArguments(call, "{}", output);
        }

        var type = call.IsCustom ? "response.custom_tool_call_input.done"u8 : "response.function_call_arguments.done"u8;
        var json = BeginItem(type, call);
        json.WriteString(call.IsCustom ? "input"u8 : "arguments"u8, call.Arguments.ToString());
        _events.End(type, output);
    }

    private void SendArguments(CallItem call, string text, IBufferWriter<byte>? output)
    {
        var type = call.IsCustom ? "response.custom_tool_call_input.delta"u8 : "response.function_call_arguments.delta"u8;
        var json = BeginItem(type, call);
        json.WriteString("delta"u8, text);
        _events.End(type, output);
    }

    private void AddWhole(ContentPart part, IBufferWriter<byte>? output)
    {
        var id = part is ImagePart ? "ig_" + view.NewId() : "";
        if (WholeParts.Write(part, id) is not { } bytes)
        {
            return;
        }

        CloseAll("completed", output);
        var item = Open(new WholeItem(_items.Count, id, bytes), output);
        Close(item, "completed", output);
    }

    private void EndBlock(IBufferWriter<byte>? output)
    {
        if (_current is MessageItem message)
        {
            // The next block of words belongs to the same message.
            EndContent(message, output);
        }
        else
        {
            Close(_current, "completed", output);
        }
    }

    private TItem Open<TItem>(TItem item, IBufferWriter<byte>? output)
        where TItem : OutputItem
    {
        _items.Add(item);
        _current = item;
        SendItem("response.output_item.added"u8, item, output);
        return item;
    }

    private void CloseAll(string status, IBufferWriter<byte>? output)
    {
        foreach (var item in _items)
        {
            Close(item, status, output);
        }
    }

    private void Close(OutputItem? item, string status, IBufferWriter<byte>? output)
    {
        if (item is null || item.IsDone)
        {
            _current = item == _current ? null : _current;
            return;
        }

        switch (item)
        {
            case MessageItem message:
                EndContent(message, output);
                break;
            case ReasoningItem reasoning:
                EndReasoning(reasoning, output);
                break;
            case CallItem call:
                EndCall(call, output);
                break;
            default:
                break;
        }

        item.IsDone = true;
        item.Status = status;
        SendItem("response.output_item.done"u8, item, output);
        _current = item == _current ? null : _current;
    }

    private void SendItem(ReadOnlySpan<byte> type, OutputItem item, IBufferWriter<byte>? output)
    {
        var json = _events.Begin(type);
        json.WriteNumber("output_index"u8, item.Index);
        json.WritePropertyName("item"u8);
        item.Write(json);
        _events.End(type, output);
    }

    private void Event(
        ReadOnlySpan<byte> type, ReasoningItem item, string text, Action<Utf8JsonWriter, string> write, IBufferWriter<byte>? output)
    {
        var json = BeginItem(type, item);
        json.WriteNumber("summary_index"u8, 0);
        write(json, text);
        _events.End(type, output);
    }

    private void Event(
        ReadOnlySpan<byte> type, MessageItem item, int content, MessageContent part, Action<Utf8JsonWriter, MessageContent> write,
        IBufferWriter<byte>? output)
    {
        var json = BeginItem(type, item);
        json.WriteNumber("content_index"u8, content);
        write(json, part);
        _events.End(type, output);
    }

    private Utf8JsonWriter BeginContent(ReadOnlySpan<byte> type, MessageItem item)
    {
        var json = BeginItem(type, item);
        json.WriteNumber("content_index"u8, item.Content.Count - 1);
        return json;
    }

    private Utf8JsonWriter BeginItem(ReadOnlySpan<byte> type, OutputItem item)
    {
        var json = _events.Begin(type);
        json.WriteString("item_id"u8, item.Id);
        json.WriteNumber("output_index"u8, item.Index);
        return json;
    }
}
