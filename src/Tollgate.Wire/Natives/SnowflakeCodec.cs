using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Natives;

/// <summary>Snowflake Cortex's <c>inference:complete</c>: OpenAI's frame around tools of its own (07-native-others.md section 13).</summary>
internal sealed class SnowflakeCodec() : TextCodec(
    Surface.SnowflakeComplete, "Snowflake Cortex", Feature.Tools, Feature.ToolChoice, Feature.ToolChoiceNone, Feature.JsonFormat, Feature.JsonSchemaFormat)
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteBoolean("stream"u8, request.Stream);
        WriteMessages(request, json);
        json.WriteGiven("max_tokens"u8, request.MaxOutputTokens);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_p"u8, request.TopP);
        PlainChat.WriteTexts(json, "stop"u8, request.Stop);
        WriteTools(request, json);
        if (request.Format is { Kind: not AnswerFormatKind.Text } format)
        {
            json.WriteStartObject("response_format"u8);
            json.WriteString("type"u8, "json"u8);
            json.WriteElement("schema"u8, format.Schema);
            json.WriteEndObject();
        }

        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        if (root.Member("choices"u8) is not { ValueKind: JsonValueKind.Array } choices || choices.GetArrayLength() == 0)
        {
            throw new WireException("The answer has no choices.");
        }

        var message = choices[0].Member("message"u8);
        var choice = new ChatChoice(0);
        if (message.Member("content_list"u8) is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (var part in list.EnumerateArray())
            {
                if (part.Member("tool_use"u8) is { ValueKind: JsonValueKind.Object } call)
                {
                    choice.Parts.Add(new ToolCallPart(
                        call.Text("tool_use_id"u8) ?? PlainChat.NewCallId(), call.Text("name"u8) ?? "", SpacedJson.Of(call.Member("input"u8))));
                }
                else if (part.Text("text"u8) is { Length: > 0 } text)
                {
                    choice.Parts.Add(new TextPart(text));
                }
            }
        }

        if (message.Text("content"u8) is { Length: > 0 } content && !choice.Parts.Any(static part => part is TextPart))
        {
            choice.Parts.Insert(0, new TextPart(content));
        }

        choice.Stop = StopOf(choices[0].Text("finish_reason"u8), choice.Parts.Any(static part => part is ToolCallPart));
        return new ChatResponse { Id = root.Text("id"u8), Usage = UsageOf(root), Choices = { choice } };
    }

    public override ChatStreamReader ReadStream(TargetModel target)
    {
        var calls = 0;
        return new ChunkReader((root, events) =>
        {
            var choice = root.Member("choices"u8) is { ValueKind: JsonValueKind.Array } choices && choices.GetArrayLength() > 0 ? choices[0] : default;
            ReadDelta(choice.Member("delta"u8), events, ref calls);
            if (UsageOf(root) is { } usage)
            {
                events.Add(ChatEvent.OfUsage(usage));
            }

            if (choice.Text("finish_reason"u8) is { Length: > 0 } native)
            {
                events.Add(ChatEvent.OfFinish(StopOf(native, calls > 0), native));
            }

            return ChunkAction.Forward;
        });
    }

    private static void ReadDelta(JsonElement delta, ICollection<ChatEvent> events, ref int calls)
    {
        if (delta.Text("type"u8) is not "tool_use")
        {
            if ((delta.Text("content"u8) ?? delta.Text("text"u8)) is { Length: > 0 } text)
            {
                events.Add(ChatEvent.OfText(text));
            }

            return;
        }

        if (delta.Text("tool_use_id"u8) is { Length: > 0 } id)
        {
            events.Add(new ChatEvent(ChatEventKind.ToolCallStart) { Index = calls++, Id = id, Name = delta.Text("name"u8) ?? "" });
        }

        if (delta.Text("input"u8) is { Length: > 0 } arguments && calls > 0)
        {
            events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Index = calls - 1, Text = arguments });
        }
    }

    private static void WriteMessages(ChatRequest request, Utf8JsonWriter json)
    {
        json.WriteStartArray("messages"u8);
        foreach (var message in request.Messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, PlainChat.RoleOf(message.Role));
            if (message.Role is ChatRole.Tool || message.Parts.Any(static part => part is ToolCallPart))
            {
                json.WriteString("content"u8, PlainChat.TextOf(message.Parts.Where(static part => part is not ToolResultPart)));
                WriteToolParts(request, message, json);
            }
            else
            {
                json.WriteString("content"u8, PlainChat.TextOf(message.Parts));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteToolParts(ChatRequest request, ChatMessage message, Utf8JsonWriter json)
    {
        json.WriteStartArray("content_list"u8);
        foreach (var part in message.Parts)
        {
            json.WriteStartObject();
            switch (part)
            {
                case ToolCallPart call:
                    json.WriteString("type"u8, "tool_use"u8);
                    json.WriteStartObject("tool_use"u8);
                    json.WriteString("tool_use_id"u8, call.Id);
                    json.WriteString("name"u8, call.Name);
                    json.WritePropertyName("input"u8);
                    json.WriteJsonText(call.Arguments);
                    json.WriteEndObject();
                    break;
                case ToolResultPart result:
                    json.WriteString("type"u8, "tool_results"u8);
                    json.WriteStartObject("tool_results"u8);
                    json.WriteString("tool_use_id"u8, result.CallId);
                    json.WriteGiven("name"u8, result.Name ?? PlainChat.ToolOf(request, result.CallId));
                    json.WriteStartArray("content"u8);
                    json.WriteStartObject();
                    json.WriteString("type"u8, "text"u8);
                    json.WriteString("text"u8, PlainChat.TextOf(result.Content));
                    json.WriteEndObject();
                    json.WriteEndArray();
                    json.WriteEndObject();
                    break;
                default:
                    json.WriteString("type"u8, "text"u8);
                    json.WriteString("text"u8, PlainChat.TextOf([part]));
                    break;
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTools(ChatRequest request, Utf8JsonWriter json)
    {
        var tools = request.Tools.Where(static tool => tool.Kind is ToolKind.Function).ToList();
        if (tools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteStartObject("tool_spec"u8);
            json.WriteString("type"u8, "generic"u8);
            json.WriteString("name"u8, tool.Name);
            json.WriteGiven("description"u8, tool.Description);
            json.WriteElement("input_schema"u8, tool.Parameters);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (request.ToolChoice is { } choice)
        {
            json.WriteStartObject("tool_choice"u8);
            json.WriteString("type"u8, choice.Mode switch
            {
                ToolChoiceMode.Named => "tool",
                ToolChoiceMode.Required => "required",
                ToolChoiceMode.None => "none",
                _ => "auto",
            });
            if (choice is { Mode: ToolChoiceMode.Named, Name: { } name })
            {
                PlainChat.WriteTexts(json, "name"u8, [name]);
            }

            json.WriteEndObject();
        }
    }

    private static StopReason StopOf(string? native, bool calls)
        => calls ? StopReason.ToolCalls : native is "length" or "max_tokens" ? StopReason.Length : StopReason.Stop;

    private static TokenUsage? UsageOf(JsonElement root)
    {
        var usage = root.Member("usage"u8);
        return PlainChat.Usage(usage.Member("prompt_tokens"u8).Count(), usage.Member("completion_tokens"u8).Count());
    }
}
