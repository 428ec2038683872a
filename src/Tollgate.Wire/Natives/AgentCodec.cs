using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Natives;

/// <summary>What a connection must know of the words of Agent2Agent.</summary>
public static class AgentWords
{
    /// <summary>Name of the setting that says <c>false</c> for agents without streams.</summary>
    public const string StreamOption = "agent_streams";

    internal const string SendMethod = "message/send";

    internal const string StreamMethod = "message/stream";

    private static ReadOnlySpan<byte> AskedForStream => "\"method\":\"message/stream\""u8;

    /// <summary>True for a request that this gateway wrote and that asks for a stream.</summary>
    public static bool AsksForStream(ReadOnlySpan<byte> request) => request.IndexOf(AskedForStream) >= 0;

    /// <summary>The same request without.</summary>
    public static byte[] WithoutStream(ReadOnlySpan<byte> request)
    {
        // The method stands before what the client said, in whose text quotes are escaped.
        var at = request.IndexOf(AskedForStream);
        return at < 0 ? request.ToArray() : [.. request[..at], .. "\"method\":\"message/send\""u8, .. request[(at + AskedForStream.Length)..]];
    }
}

/// <summary>Agent2Agent's <c>message/send</c> and <c>message/stream</c> over JSON-RPC (07-native-others.md section 15).</summary>
internal sealed class AgentCodec() : TextCodec(Surface.AgentMessage, "Agent2Agent")
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var id = Guid.NewGuid().ToString("N");
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WriteString("id"u8, id);
        json.WriteString("method"u8, request.Stream && target.Options.GetValueOrDefault(AgentWords.StreamOption) is not "false"
            ? AgentWords.StreamMethod : AgentWords.SendMethod);
        json.WriteStartObject("params"u8);
        json.WriteStartObject("message"u8);
        json.WriteString("kind"u8, "message"u8);
        json.WriteString("role"u8, "user"u8);
        json.WriteString("messageId"u8, id);
        json.WriteStartArray("parts"u8);
        json.WriteStartObject();
        json.WriteString("kind"u8, "text"u8);
        json.WriteString("text"u8, Prompts.Of(request, PromptTemplate.Generic));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        var result = root.Member("result"u8);
        if (result.ValueKind is not JsonValueKind.Object || StateOf(result) is "failed" or "rejected" or "canceled")
        {
            throw new WireException("The agent gave no result.");
        }

        return PlainChat.Answer(TextOf(result), StopReason.Stop, null, null);
    }

    public override ChatStreamReader ReadStream(TargetModel target)
    {
        var any = false;
        return new ChunkReader((root, events) =>
        {
            var result = root.Member("result"u8);
            if (StateOf(result) is "failed" or "rejected")
            {
                return ChunkAction.Error;
            }

            // A message is said once; a task that is over repeats its artifacts, which came in pieces before.
            var isRepeated = any && result.Text("kind"u8) is "task";
            if (!isRepeated && TextOf(result) is { Length: > 0 } text)
            {
                any = true;
                events.Add(ChatEvent.OfText(text));
            }

            if (result.Member("final"u8).Flag() is true)
            {
                events.Add(ChatEvent.OfFinish(StopReason.Stop));
            }

            return ChunkAction.Forward;
        });
    }

    private static string? StateOf(JsonElement result) => result.Member("status"u8).Text("state"u8);

    /// <summary>Text of a message, of the artifacts of a task, of a piece of one, or of a task's last word.</summary>
    private static string TextOf(JsonElement result)
    {
        var text = new StringBuilder();
        AppendParts(text, result);
        AppendParts(text, result.Member("artifact"u8));
        if (result.Member("artifacts"u8) is { ValueKind: JsonValueKind.Array } artifacts)
        {
            foreach (var artifact in artifacts.EnumerateArray())
            {
                AppendParts(text, artifact);
            }
        }

        if (text.Length == 0 && StateOf(result) is not ("submitted" or "working"))
        {
            AppendParts(text, result.Member("status"u8).Member("message"u8));
        }

        return text.ToString();
    }

    private static void AppendParts(StringBuilder text, JsonElement holder)
    {
        if (holder.Member("parts"u8) is { ValueKind: JsonValueKind.Array } parts)
        {
            foreach (var part in parts.EnumerateArray())
            {
                text.Append(part.Text("text"u8));
            }
        }
    }
}
