using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Natives;

/// <summary>Oracle Generative AI's chat (07-native-others.md section 13): one form for Cohere's models, one for all others.</summary>
internal sealed class OciCodec() : TextCodec(
    Surface.OciChat, "Oracle Generative AI", Feature.TopK, Feature.FrequencyPenalty, Feature.PresencePenalty, Feature.Seed, Feature.Tools,
    Feature.ToolChoice, Feature.ToolChoiceNone, Feature.ImageInput)
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteServing(request.Model, target, json);
        json.WriteStartObject("chatRequest"u8);
        if (request.Model.StartsWith("cohere.", StringComparison.Ordinal))
        {
            OciCohere.Write(request, json);
        }
        else
        {
            OciGeneric.Write(request, json);
        }

        WriteSampling(request, json);
        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        var answer = root.Member("chatResponse"u8);
        var choice = new ChatChoice(0);
        if (answer.Member("choices"u8) is { ValueKind: JsonValueKind.Array } choices && choices.GetArrayLength() > 0)
        {
            OciGeneric.Read(choices[0].Member("message"u8), choice.Parts);
            choice.NativeStop = choices[0].Text("finishReason"u8);
        }
        else if (answer.Text("text"u8) is { } text)
        {
            OciCohere.Read(answer, text, choice.Parts);
            choice.NativeStop = answer.Text("finishReason"u8);
        }
        else
        {
            throw new WireException("The answer has no chatResponse.");
        }

        choice.Stop = StopOf(choice.NativeStop, choice.Parts.Any(static part => part is ToolCallPart));
        return new ChatResponse { Choices = { choice }, Usage = UsageOf(answer) };
    }

    public override ChatStreamReader ReadStream(TargetModel target)
    {
        var calls = 0;
        var any = false;
        return new ChunkReader((root, events) =>
        {
            var parts = new List<ContentPart>();
            var native = root.Text("finishReason"u8);
            if (root.Member("message"u8) is { ValueKind: JsonValueKind.Object } message)
            {
                OciGeneric.Read(message, parts);
            }
            else if (root.Text("text"u8) is { } text)
            {
                // Cohere's last event repeats the whole text.
                OciCohere.Read(root, native is not null && any ? "" : text, parts);
            }

            foreach (var part in parts)
            {
                if (part is TextPart said)
                {
                    any = true;
                    events.Add(ChatEvent.OfText(said.Text));
                }
                else if (part is ToolCallPart call)
                {
                    events.Add(new ChatEvent(ChatEventKind.ToolCallStart) { Index = calls, Id = call.Id, Name = call.Name });
                    events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Index = calls++, Text = call.Arguments });
                }
            }

            if (UsageOf(root) is { } usage)
            {
                events.Add(ChatEvent.OfUsage(usage));
            }

            if (native is { Length: > 0 })
            {
                events.Add(ChatEvent.OfFinish(StopOf(native, calls > 0), native));
            }

            return ChunkAction.Forward;
        });
    }

    /// <summary>Writes who pays, and which model or endpoint serves.</summary>
    public static void WriteServing(string model, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteGiven("compartmentId"u8, target.Options.GetValueOrDefault("compartment_id"));
        json.WriteStartObject("servingMode"u8);
        if (target.Options.TryGetValue("endpoint_id", out var endpoint))
        {
            json.WriteString("servingType"u8, "DEDICATED"u8);
            json.WriteString("endpointId"u8, endpoint);
        }
        else
        {
            json.WriteString("servingType"u8, "ON_DEMAND"u8);
            json.WriteString("modelId"u8, model);
        }

        json.WriteEndObject();
    }

    private static void WriteSampling(ChatRequest request, Utf8JsonWriter json)
    {
        json.WriteBoolean("isStream"u8, request.Stream);
        json.WriteGiven("maxTokens"u8, request.MaxOutputTokens);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("topP"u8, request.TopP);
        json.WriteGiven("topK"u8, request.TopK);
        json.WriteGiven("frequencyPenalty"u8, request.FrequencyPenalty);
        json.WriteGiven("presencePenalty"u8, request.PresencePenalty);
        json.WriteGiven("seed"u8, request.Seed);
    }

    private static StopReason StopOf(string? native, bool calls) => native switch
    {
        "MAX_TOKENS" or "length" => StopReason.Length,
        "ERROR_TOXIC" or "content_filter" => StopReason.ContentFilter,
        _ => calls ? StopReason.ToolCalls : StopReason.Stop,
    };

    private static TokenUsage? UsageOf(JsonElement root)
    {
        var usage = root.Member("usage"u8);
        return PlainChat.Usage(usage.Member("promptTokens"u8).Count(), usage.Member("completionTokens"u8).Count());
    }
}

/// <summary>The form for models of all vendors but Cohere.</summary>
internal static class OciGeneric
{
    public static void Write(ChatRequest request, Utf8JsonWriter json)
    {
        json.WriteString("apiFormat"u8, "GENERIC"u8);
        json.WriteStartArray("messages"u8);
        foreach (var message in request.Messages)
        {
            if (message.Role is ChatRole.Tool)
            {
                foreach (var result in message.Parts.OfType<ToolResultPart>())
                {
                    json.WriteStartObject();
                    json.WriteString("role"u8, "TOOL"u8);
                    WriteContent([new TextPart(PlainChat.TextOf(result.Content))], json);
                    json.WriteString("toolCallId"u8, result.CallId);
                    json.WriteEndObject();
                }

                continue;
            }

            json.WriteStartObject();
            json.WriteString("role"u8, PlainChat.RoleOf(message.Role).ToUpperInvariant());
            WriteContent(message.Parts, json);
            WriteCalls(message.Parts, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        PlainChat.WriteTexts(json, "stop"u8, request.Stop);
        if (request.Stream)
        {
            json.WriteStartObject("streamOptions"u8);
            json.WriteBoolean("isIncludeUsage"u8, true);
            json.WriteEndObject();
        }

        WriteTools(request, json);
    }

    public static void Read(JsonElement message, ICollection<ContentPart> parts)
    {
        if (message.Member("content"u8) is { ValueKind: JsonValueKind.Array } content)
        {
            foreach (var part in content.EnumerateArray())
            {
                if (part.Text("text"u8) is { Length: > 0 } text)
                {
                    parts.Add(new TextPart(text));
                }
            }
        }

        if (message.Member("toolCalls"u8) is { ValueKind: JsonValueKind.Array } calls)
        {
            foreach (var call in calls.EnumerateArray())
            {
                parts.Add(new ToolCallPart(call.Text("id"u8) ?? PlainChat.NewCallId(), call.Text("name"u8) ?? "", call.Text("arguments"u8) ?? "{}"));
            }
        }
    }

    private static void WriteContent(IEnumerable<ContentPart> parts, Utf8JsonWriter json)
    {
        json.WriteStartArray("content"u8);
        foreach (var part in parts)
        {
            if (part is ImagePart image)
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "IMAGE"u8);
                json.WriteStartObject("imageUrl"u8);
                json.WriteString("url"u8, image.Source.AsUrl());
                json.WriteEndObject();
                json.WriteEndObject();
            }
            else if (PlainChat.TextOf([part]) is { Length: > 0 } text)
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "TEXT"u8);
                json.WriteString("text"u8, text);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private static void WriteCalls(IEnumerable<ContentPart> parts, Utf8JsonWriter json)
    {
        var calls = parts.OfType<ToolCallPart>().ToList();
        if (calls.Count == 0)
        {
            return;
        }

        json.WriteStartArray("toolCalls"u8);
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, call.Id);
            json.WriteString("type"u8, "FUNCTION"u8);
            json.WriteString("name"u8, call.Name);
            json.WriteString("arguments"u8, call.Arguments);
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
            json.WriteString("type"u8, "FUNCTION"u8);
            json.WriteString("name"u8, tool.Name);
            json.WriteGiven("description"u8, tool.Description);
            json.WriteElement("parameters"u8, tool.Parameters);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (request.ToolChoice is { } choice)
        {
            json.WriteStartObject("toolChoice"u8);
            json.WriteString("type"u8, choice.Mode switch
            {
                ToolChoiceMode.Named => "FUNCTION",
                ToolChoiceMode.Required => "REQUIRED",
                ToolChoiceMode.None => "NONE",
                _ => "AUTO",
            });
            json.WriteGiven("name"u8, choice.Mode is ToolChoiceMode.Named ? choice.Name : null);
            json.WriteEndObject();
        }
    }
}

/// <summary>The form for Cohere's models.</summary>
internal static class OciCohere
{
    public static void Write(ChatRequest request, Utf8JsonWriter json)
    {
        if (request.Messages.Any(static message => message.Parts.Any(static part => part is ImagePart)))
        {
            throw new WireException("Cohere's models on Oracle Generative AI take no images.", "messages");
        }

        json.WriteString("apiFormat"u8, "COHERE"u8);
        var turns = request.Messages.Where(static message => message.Role is not (ChatRole.System or ChatRole.Developer)).ToList();
        json.WriteString("message"u8, turns.Count > 0 ? PlainChat.TextOf(turns[^1].Parts) : "");
        json.WriteGiven("preambleOverride"u8, Prompts.SystemOf(request));
        json.WriteStartArray("chatHistory"u8);
        foreach (var turn in turns.Take(turns.Count - 1))
        {
            json.WriteStartObject();
            json.WriteString("role"u8, turn.Role is ChatRole.Assistant ? "CHATBOT" : "USER");
            json.WriteString("message"u8, PlainChat.TextOf(turn.Parts));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        PlainChat.WriteTexts(json, "stopSequences"u8, request.Stop);
        WriteTools(request, json);
    }

    public static void Read(JsonElement answer, string text, ICollection<ContentPart> parts)
    {
        if (text.Length > 0)
        {
            parts.Add(new TextPart(text));
        }

        if (answer.Member("toolCalls"u8) is { ValueKind: JsonValueKind.Array } calls)
        {
            foreach (var call in calls.EnumerateArray())
            {
                parts.Add(new ToolCallPart(PlainChat.NewCallId(), call.Text("name"u8) ?? "", SpacedJson.Of(call.Member("parameters"u8))));
            }
        }
    }

    private static void WriteTools(ChatRequest request, Utf8JsonWriter json)
    {
        if (request.Tools.Count == 0 || request.ToolChoice is { Mode: ToolChoiceMode.None })
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        foreach (var tool in request.Tools.Where(static tool => tool.Kind is ToolKind.Function))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, tool.Name);
            json.WriteString("description"u8, tool.Description ?? "");
            Cohere.CohereChatV1Codec.WriteParameters("parameterDefinitions"u8, "isRequired"u8, tool.Parameters ?? default, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
