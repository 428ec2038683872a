using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Bedrock;

/// <summary>
/// Bedrock AgentCore's runtimes (05-bedrock-sagemaker.md section 7.1): what they take and answer is the agent's own affair, so the usual forms of
/// it are understood. Streams that nobody asked for come as <c>{"events":[...]}</c>.
/// </summary>
internal sealed class AgentCoreCodec() : TextCodec(Surface.AgentCore, "Bedrock AgentCore")
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("prompt"u8, AgentPrompt.Last(request));
        if (request.Messages.Count > 1)
        {
            PlainChat.WriteMessages(request, json);
        }

        foreach (var (name, value) in PlainChat.OwnParameters(request))
        {
            if (name is not ("prompt" or "messages"))
            {
                json.WritePropertyName(name);
                json.WriteElement(value);
            }
        }

        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        if (root.Member("events"u8) is not { ValueKind: JsonValueKind.Array } list)
        {
            return PlainChat.Answer(
                WholeText(root) ?? throw new WireException("The agent's answer has no text that is known as such."), StopReason.Stop, null, UsageOf(root));
        }

        var text = new StringBuilder();
        string? whole = null;
        TokenUsage? usage = null;
        foreach (var payload in list.EnumerateArray())
        {
            text.Append(PieceOf(payload));
            whole ??= WholeText(payload);
            usage = UsageOf(payload) ?? usage;
        }

        return PlainChat.Answer(text.Length > 0 ? text.ToString() : whole ?? "", StopReason.Stop, null, usage);
    }

    public override ChatStreamReader ReadStream(TargetModel target) => new Reader();

    /// <summary>More of the answer: Converse's events, or bare texts.</summary>
    private static string? PieceOf(JsonElement payload)
        => payload.Text() ?? payload.Member("event"u8).Member("contentBlockDelta"u8).Member("delta"u8).Text("text"u8);

    /// <summary>All of the answer, in one of the forms that agents have it.</summary>
    private static string? WholeText(JsonElement answer)
    {
        if (answer.Text() is { } bare)
        {
            return bare;
        }

        var result = answer.Member("result"u8) is { ValueKind: not JsonValueKind.Undefined } named ? named : answer.Member("message"u8);
        return result.Text() ?? ContentOf(result) ?? answer.Text("response"u8) ?? answer.Text("output"u8) ?? answer.Text("completion"u8)
            ?? ContentOf(answer);
    }

    private static string? ContentOf(JsonElement message)
        => message.Text("content"u8) ?? (message.Member("content"u8) is { ValueKind: JsonValueKind.Array } parts
            ? string.Concat(parts.EnumerateArray().Select(static part => part.Text("text"u8) ?? part.Text())) : null);

    private static TokenUsage? UsageOf(JsonElement payload)
    {
        var stated = payload.Member("event"u8).Member("metadata"u8).Member("usage"u8);
        var usage = stated.ValueKind is JsonValueKind.Object ? stated : payload.Member("usage"u8);
        return PlainChat.Usage(usage.Member("inputTokens"u8).Count(), usage.Member("outputTokens"u8).Count());
    }

    private sealed class Reader : JsonChunkReader
    {
        private string? _whole;
        private bool _pieces;

        public override void Finish(ICollection<ChatEvent> events)
        {
            if (!_pieces && _whole is { Length: > 0 } text)
            {
                events.Add(ChatEvent.OfText(text));
            }

            if (_pieces || _whole is not null)
            {
                events.Add(ChatEvent.OfFinish(StopReason.Stop));
            }
        }

        protected override bool IsPayload(JsonElement root) => base.IsPayload(root) || root.ValueKind is JsonValueKind.String;

        protected override ChunkAction ReadChunk(JsonElement root, ICollection<ChatEvent> events)
        {
            if (PieceOf(root) is { Length: > 0 } text)
            {
                _pieces = true;
                events.Add(ChatEvent.OfText(text));
            }
            else
            {
                // Agents repeat the whole at the end of its pieces; some say nothing but that.
                _whole ??= WholeText(root);
            }

            if (UsageOf(root) is { } usage)
            {
                events.Add(ChatEvent.OfUsage(usage));
            }

            return ChunkAction.Forward;
        }
    }
}
