using System.Buffers.Binary;
using System.Text;

namespace Tollgate.Bench.Load.Upstream;

/// <summary>How a stream of one dialect begins, goes on and ends.</summary>
/// <param name="ContentType">Media type.</param>
/// <param name="Head">Before the first piece of text.</param>
/// <param name="Content">A piece of text.</param>
/// <param name="Tail">Behind the last one.</param>
internal sealed record StreamScript(string ContentType, byte[] Head, byte[] Content, byte[] Tail)
{
    private const string Sse = "text/event-stream";

    private static readonly StreamScript OpenAi = new(
        Sse,
        [],
        Chunk("""[{"index":0,"delta":{"role":"assistant","content":" and then"},"logprobs":null,"finish_reason":null}]"""),
        [
            .. Chunk("""[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]"""),
            .. Chunk("[]", ""","usage":{"prompt_tokens":20,"completion_tokens":200,"total_tokens":220}"""),
            .. "data: [DONE]\n\n"u8,
        ]);

    private static readonly StreamScript Anthropic = new(
        Sse,
        [
            .. Named("message_start", ""","message":{"id":"msg_bench","type":"message","role":"assistant","model":"bench-upstream","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":20,"output_tokens":1}}"""),
            .. Named("content_block_start", ""","index":0,"content_block":{"type":"text","text":""}"""),
        ],
        Named("content_block_delta", ""","index":0,"delta":{"type":"text_delta","text":" and then"}"""),
        [
            .. Named("content_block_stop", ",\"index\":0"),
            .. Named("message_delta", ""","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":200}"""),
            .. Named("message_stop", ""),
        ]);

    private static readonly StreamScript Gemini = new(
        Sse,
        [],
        """data: {"candidates":[{"content":{"parts":[{"text":" and then"}],"role":"model"},"index":0}],"modelVersion":"bench-upstream","responseId":"bench"}"""u8.ToArray().WithBlankLine(),
        """data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":20,"candidatesTokenCount":200,"totalTokenCount":220},"modelVersion":"bench-upstream","responseId":"bench"}"""u8.ToArray().WithBlankLine());

    private static readonly StreamScript Bedrock = new(
        "application/vnd.amazon.eventstream",
        Message("messageStart", """{"role":"assistant"}"""),
        Message("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":" and then"}}"""),
        [
            .. Message("contentBlockStop", """{"contentBlockIndex":0}"""),
            .. Message("messageStop", """{"stopReason":"end_turn"}"""),
            .. Message("metadata", """{"usage":{"inputTokens":20,"outputTokens":200,"totalTokens":220},"metrics":{"latencyMs":1}}"""),
        ]);

    /// <summary>The script of a path.</summary>
    public static StreamScript Of(string path) => path switch
    {
        _ when path.EndsWith("/messages", StringComparison.Ordinal) => Anthropic,
        _ when path.EndsWith("streamGenerateContent", StringComparison.Ordinal) => Gemini,
        _ when path.EndsWith("converse-stream", StringComparison.Ordinal) => Bedrock,
        _ => OpenAi,
    };

    private static byte[] Chunk(string choices, string tail = "") => Encoding.UTF8.GetBytes(
        "data: {\"id\":\"chatcmpl-BenchS7c1f09e2b4d8\",\"object\":\"chat.completion.chunk\",\"created\":1767225600,"
        + $"\"model\":\"bench-upstream\",\"system_fingerprint\":\"fp_bench0001\",\"choices\":{choices}{tail}}}\n\n");

    private static byte[] Named(string type, string rest) => Encoding.UTF8.GetBytes($"event: {type}\ndata: {{\"type\":\"{type}\"{rest}}}\n\n");

    /// <summary>A message of Amazon's event stream: lengths and their checksum, headers, payload, checksum of all.</summary>
    private static byte[] Message(string type, string payload)
    {
        byte[] headers = [.. Header(":event-type", type), .. Header(":content-type", "application/json"), .. Header(":message-type", "event")];
        var body = Encoding.UTF8.GetBytes(payload);
        var message = new byte[12 + headers.Length + body.Length + 4];
        BinaryPrimitives.WriteUInt32BigEndian(message, (uint)message.Length);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), (uint)headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(8), Checksum(message.AsSpan(0, 8)));
        headers.CopyTo(message, 12);
        body.CopyTo(message, 12 + headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(message.Length - 4), Checksum(message.AsSpan(0, message.Length - 4)));
        return message;
    }

    private static byte[] Header(string name, string value)
        => [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), 7, 0, (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return ~crc;
    }
}

internal static class Lines
{
    /// <summary>An event with the line that ends it.</summary>
    public static byte[] WithBlankLine(this byte[] line) => [.. line, (byte)'\n', (byte)'\n'];
}
