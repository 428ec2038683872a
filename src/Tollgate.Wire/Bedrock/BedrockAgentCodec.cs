using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Bedrock;

/// <summary>
/// Bedrock's InvokeAgent (05-bedrock-sagemaker.md section 7.1), which always answers with an event stream. A whole answer is
/// <c>{"events":[...]}</c>: the payloads of that stream, put together by the connection.
/// </summary>
internal sealed class BedrockAgentCodec() : TextCodec(Surface.BedrockAgent, "Bedrock InvokeAgent")
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var own = PlainChat.OwnParameters(request).ToList();
        json.WriteStartObject();

        // A session knows what was said before.
        json.WriteString("inputText"u8, own.Exists(static member => GatheredEvents.IsSession(member.Name))
            ? AgentPrompt.Last(request) : Prompts.Of(request, PromptTemplate.Generic));
        foreach (var (name, value) in own)
        {
            if (name is not "inputText")
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
            throw new WireException("The answer is no event stream.");
        }

        var text = new StringBuilder();
        var counter = new TraceUsage();
        var response = new ChatResponse();
        foreach (var payload in list.EnumerateArray())
        {
            text.Append(AgentEvent.TextOf(payload));
            counter.Take(payload);
            if (payload.Member("returnControl"u8) is { ValueKind: JsonValueKind.Object } control)
            {
                response.Extras.Add(new HubMember("returnControl", control));
            }
        }

        response.Choices.Add(new ChatChoice(0) { Parts = { new TextPart(text.ToString()) }, Stop = StopReason.Stop });
        response.Usage = counter.Usage;
        return response;
    }

    /// <summary>The bytes of a chunk are the agent's text, also where that is JSON.</summary>
    public override IFrameSplitter SplitStream() => new EventStreamSplitter(unwraps: false);

    public override ChatStreamReader ReadStream(TargetModel target) => new Reader();

    private sealed class Reader : JsonChunkReader
    {
        private readonly TraceUsage _counter = new();
        private bool _any;

        public override void Finish(ICollection<ChatEvent> events)
        {
            if (_any)
            {
                events.Add(ChatEvent.OfFinish(StopReason.Stop));
            }
        }

        protected override ChunkAction ReadChunk(JsonElement root, ICollection<ChatEvent> events)
        {
            _any = true;
            if (AgentEvent.TextOf(root) is { Length: > 0 } text)
            {
                events.Add(ChatEvent.OfText(text));
            }

            if (root.Member("returnControl"u8) is { ValueKind: JsonValueKind.Object } control)
            {
                events.Add(new ChatEvent(ChatEventKind.Extra) { Name = "returnControl", Json = control });
            }

            if (_counter.Take(root) && _counter.Usage is { } usage)
            {
                events.Add(ChatEvent.OfUsage(usage));
            }

            return ChunkAction.Forward;
        }
    }
}

/// <summary>One event of an agent.</summary>
internal static class AgentEvent
{
    /// <summary>The text of a chunk.</summary>
    public static string TextOf(JsonElement payload)
        => payload.Member("chunk"u8).Member("bytes"u8) is { ValueKind: JsonValueKind.String } bytes && bytes.TryGetBytesFromBase64(out var text)
            ? Encoding.UTF8.GetString(text) : "";
}

/// <summary>Counts of the models that an agent called, which only traces tell.</summary>
internal sealed class TraceUsage
{
    private long _input;
    private long _output;

    /// <summary>The sum; null while no trace has told any.</summary>
    public TokenUsage? Usage => _input + _output > 0 ? new TokenUsage(_input, _output, _input + _output, 0, 0) : null;

    /// <summary>Takes what a payload tells.</summary>
    /// <returns>True when it told something.</returns>
    public bool Take(JsonElement payload)
    {
        var before = _input + _output;
        if (payload.Member("trace"u8).Member("trace"u8) is { ValueKind: JsonValueKind.Object } traces)
        {
            foreach (var step in traces.EnumerateObject())
            {
                var usage = step.Value.Member("modelInvocationOutput"u8).Member("metadata"u8).Member("usage"u8);
                _input += usage.Member("inputTokens"u8).Count() ?? 0;
                _output += usage.Member("outputTokens"u8).Count() ?? 0;
            }
        }

        return _input + _output > before;
    }
}

/// <summary>What an agent is asked that remembers the conversation.</summary>
internal static class AgentPrompt
{
    /// <summary>What the user said last.</summary>
    public static string Last(ChatRequest request)
        => request.Messages.LastOrDefault(static message => message.Role is ChatRole.User) is { } last
            ? PlainChat.TextOf(last.Parts) : Prompts.Of(request, PromptTemplate.Generic);
}
