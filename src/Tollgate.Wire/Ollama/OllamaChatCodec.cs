using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.Ollama;

/// <summary>Ollama's <c>/api/chat</c> (06-local-selfhosted.md section 1), as upstream.</summary>
public sealed class OllamaChatCodec : DialectCodec
{
    /// <inheritdoc/>
    public override Surface Surface => Surface.OllamaChat;

    /// <inheritdoc/>
    public override string Name => "Ollama Chat";

    /// <inheritdoc/>
    public override FeatureTable Writes { get; } = OllamaFeatures.Table(tools: true);

    /// <inheritdoc/>
    public override bool NeedsBytes(ContentPart part, TargetModel target) => part is ImagePart { Source.Url: not null };

    /// <inheritdoc/>
    public override IFrameSplitter SplitStream() => new NdjsonSplitter();

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteBoolean("stream"u8, request.Stream);
        WriteMessages(request, target, json);
        // A choice of tools cannot be said; leaving out the tools is how calling none is.
        FunctionTools.Write(request, json, strict: true);
        OllamaOptions.Write(request, json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target) => OllamaAnswer.Read(root);

    /// <inheritdoc/>
    public override ChatStreamReader ReadStream(TargetModel target) => new OllamaStreamReader();

    private static void WriteMessages(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartArray("messages"u8);
        for (var i = 0; i < request.Messages.Count; i++)
        {
            var message = request.Messages[i];
            if (message.Role is ChatRole.Tool)
            {
                foreach (var result in message.Parts.OfType<ToolResultPart>())
                {
                    WriteToolResult(request, result, json);
                }

                continue;
            }

            json.WriteStartObject();
            json.WriteString("role"u8, PlainChat.RoleOf(message.Role));
            json.WriteString("content"u8, PlainChat.TextOf(message.Parts));
            if (target.Can("reasoning") is not false)
            {
                json.WriteGiven("thinking"u8, PlainChat.ThoughtsOf(message.Parts));
            }

            OllamaOptions.WriteImages(message.Parts, json);
            WriteToolCalls(message.Parts, i, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteToolResult(ChatRequest request, ToolResultPart result, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, "tool"u8);
        json.WriteString("content"u8, PlainChat.TextOf(result.Content));
        json.WriteGiven("tool_name"u8, result.Name ?? PlainChat.ToolOf(request, result.CallId));
        OllamaOptions.WriteImages(result.Content, json);
        json.WriteEndObject();
    }

    private static void WriteToolCalls(IList<ContentPart> parts, int message, Utf8JsonWriter json)
    {
        var any = false;
        foreach (var call in parts.OfType<ToolCallPart>())
        {
            if (!any)
            {
                json.WriteStartArray("tool_calls"u8);
                any = true;
            }

            json.WriteStartObject();
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, call.Name);
            json.WritePropertyName("arguments"u8);
            if (!json.WriteJsonText(FunctionTools.ArgumentsOf(call)) && call.Arguments.AsSpan().Trim().Length > 0)
            {
                throw new WireException(
                    $"The arguments of tool call '{call.Name}' are no JSON, which Ollama demands.", $"messages[{message}].tool_calls");
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (any)
        {
            json.WriteEndArray();
        }
    }
}
