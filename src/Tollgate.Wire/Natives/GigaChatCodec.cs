using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Natives;

/// <summary>GigaChat's completions: OpenAI's frame with one function call in place of tool calls (07-native-others.md section 13).</summary>
internal sealed class GigaChatCodec() : TextCodec(
    Surface.GigaChat, "GigaChat", Feature.Tools, Feature.ToolChoice, Feature.ToolChoiceNone, Feature.JsonSchemaFormat)
{
    /// <summary>The function by which an answer is given a form.</summary>
    private const string FormFunction = "structured_output";

    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteBoolean("stream"u8, request.Stream);
        WriteMessages(request, json);
        json.WriteGiven("max_tokens"u8, request.MaxOutputTokens);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_p"u8, request.TopP);
        WriteFunctions(request, json);
        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        if (root.Member("choices"u8) is not { ValueKind: JsonValueKind.Array } choices || choices.GetArrayLength() == 0)
        {
            throw new WireException("The answer has no choices.");
        }

        var response = new ChatResponse { Created = root.Member("created"u8).Count(), Usage = UsageOf(root) };
        foreach (var entry in choices.EnumerateArray())
        {
            var message = entry.Member("message"u8);
            var native = entry.Text("finish_reason"u8);
            var choice = new ChatChoice(response.Choices.Count) { NativeStop = native };
            if (message.Text("content"u8) is { Length: > 0 } text)
            {
                choice.Parts.Add(new TextPart(text));
            }

            var (call, form) = CallOf(message);
            if (call is not null)
            {
                choice.Parts.Add(call);
            }
            else if (form is not null)
            {
                choice.Parts.Add(new TextPart(form));
            }

            choice.Stop = StopOf(native, call is not null);
            response.Choices.Add(choice);
        }

        return response;
    }

    public override ChatStreamReader ReadStream(TargetModel target)
    {
        var calls = 0;
        return new ChunkReader((root, events) =>
        {
            var choice = root.Member("choices"u8) is { ValueKind: JsonValueKind.Array } choices && choices.GetArrayLength() > 0 ? choices[0] : default;
            var delta = choice.Member("delta"u8);
            if (delta.Text("content"u8) is { Length: > 0 } text)
            {
                events.Add(ChatEvent.OfText(text));
            }

            var (call, form) = CallOf(delta);
            if (call is not null)
            {
                events.Add(new ChatEvent(ChatEventKind.ToolCallStart) { Index = calls, Id = call.Id, Name = call.Name });
                events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Index = calls++, Text = call.Arguments });
            }
            else if (form is not null)
            {
                events.Add(ChatEvent.OfText(form));
            }

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

    private static void WriteMessages(ChatRequest request, Utf8JsonWriter json)
    {
        json.WriteStartArray("messages"u8);

        // There may be one system message, and it must be the first.
        if (Prompts.SystemOf(request) is { } system)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "system"u8);
            json.WriteString("content"u8, system);
            json.WriteEndObject();
        }

        foreach (var message in request.Messages.Where(static message => message.Role is not (ChatRole.System or ChatRole.Developer)))
        {
            if (message.Role is ChatRole.Tool)
            {
                WriteResults(request, message, json);
                continue;
            }

            json.WriteStartObject();
            json.WriteString("role"u8, PlainChat.RoleOf(message.Role));
            json.WriteString("content"u8, PlainChat.TextOf(message.Parts));
            if (message.Parts.OfType<ToolCallPart>().FirstOrDefault() is { } call)
            {
                json.WriteStartObject("function_call"u8);
                json.WriteString("name"u8, call.Name);
                json.WritePropertyName("arguments"u8);
                json.WriteJsonText(call.Arguments);
                json.WriteEndObject();
                if (Guid.TryParse(call.Id, out _))
                {
                    json.WriteString("functions_state_id"u8, call.Id);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteResults(ChatRequest request, ChatMessage message, Utf8JsonWriter json)
    {
        foreach (var result in message.Parts.OfType<ToolResultPart>())
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "function"u8);
            json.WriteGiven("name"u8, result.Name ?? PlainChat.ToolOf(request, result.CallId));

            // Results must be JSON texts.
            var text = PlainChat.TextOf(result.Content);
            json.WriteString("content"u8, text.AsSpan().TrimStart() is ['{' or '[', ..] ? text : "{\"result\": \"" + JsonEncodedText.Encode(text, HubJson.Writing.Encoder) + "\"}");
            json.WriteEndObject();
        }
    }

    private static void WriteFunctions(ChatRequest request, Utf8JsonWriter json)
    {
        var form = request.Format is { Kind: AnswerFormatKind.JsonSchema, Schema: not null } ? request.Format : null;
        var tools = request.Tools.Where(static tool => tool.Kind is ToolKind.Function).ToList();
        if (form is null && tools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("functions"u8);
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, tool.Name);
            json.WriteGiven("description"u8, tool.Description);
            json.WriteElement("parameters"u8, tool.Parameters);
            json.WriteEndObject();
        }

        if (form is not null)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, FormFunction);
            json.WriteString("description"u8, form.Description ?? "Gives the answer in the form that is asked for.");
            json.WriteElement("parameters"u8, form.Schema);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        var named = form is not null && tools.Count == 0 ? FormFunction
            : request.ToolChoice is { Mode: ToolChoiceMode.Named, Name: { } chosen } ? chosen
            : request.ToolChoice is { Mode: ToolChoiceMode.Required } && tools.Count == 1 ? tools[0].Name : null;
        if (named is null)
        {
            json.WriteString("function_call"u8, request.ToolChoice is { Mode: ToolChoiceMode.None } ? "none" : "auto");
            return;
        }

        json.WriteStartObject("function_call"u8);
        json.WriteString("name"u8, named);
        json.WriteEndObject();
    }

    /// <summary>The call of a message, or the form that an answer was given by one.</summary>
    private static (ToolCallPart? Call, string? Form) CallOf(JsonElement message)
    {
        if (message.Member("function_call"u8) is not { ValueKind: JsonValueKind.Object } call)
        {
            return (null, null);
        }

        var given = call.Member("arguments"u8);
        var arguments = given.Text() ?? SpacedJson.Of(given);
        var name = call.Text("name"u8) ?? "";

        // The state that goes with the call comes back with it as its id.
        return name is FormFunction ? (null, arguments)
            : (new ToolCallPart(message.Text("functions_state_id"u8) ?? PlainChat.NewCallId(), name, arguments), null);
    }

    private static StopReason StopOf(string? native, bool calls) => native switch
    {
        "length" => StopReason.Length,
        "blacklist" => StopReason.ContentFilter,
        _ => calls ? StopReason.ToolCalls : StopReason.Stop,
    };

    private static TokenUsage? UsageOf(JsonElement root)
    {
        var usage = root.Member("usage"u8);
        return PlainChat.Usage(
            usage.Member("prompt_tokens"u8).Count(), usage.Member("completion_tokens"u8).Count(), usage.Member("precached_prompt_tokens"u8).Count() ?? 0);
    }
}
