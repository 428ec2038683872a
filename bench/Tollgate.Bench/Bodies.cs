using System.Text;

namespace Tollgate.Bench;

/// <summary>Chat requests as clients send them: a few turns, line breaks, quotes and non-ASCII in the text.</summary>
internal static class Bodies
{
    private const string Paragraph =
        "She said: \\\"Summarise the report, please.\\\"\\n\\n- revenue grew by 12 % (caf\u00e9 K\u00f6ln, 3 \u20ac each)\\n"
        + "- see C:\\\\reports\\\\2026 or https://example.com/a/b?c=d&e=f for the figures that were not printed\\n\\n";

    /// <summary>A request of about <paramref name="size"/> bytes.</summary>
    public static byte[] Chat(int size)
    {
        var body = new StringBuilder("""{"model":"gpt-4o","messages":[{"role":"system","content":"You are helpful."}""");
        var turn = Math.Max(400, size / 20);
        while (body.Length < size - 300)
        {
            body.Append(""",{"role":"user","content":"hello \ud83d\ude00 """);
            for (var end = Math.Min(body.Length + turn, size - 150); body.Length < end;)
            {
                body.Append(Paragraph);
            }

            body.Append("\"}");
        }

        body.Append("""],"temperature":0.7,"max_tokens":256,"stream":true,"user":"user-1234","metadata":{"tags":["a","b"]}}""");
        return Encoding.UTF8.GetBytes(body.ToString());
    }

    /// <summary>A stream of chunks of about 250 bytes, the last one with the finish reason, and <c>[DONE]</c>.</summary>
    public static byte[] Stream(int chunks)
    {
        var stream = new StringBuilder();
        for (var i = 0; i < chunks; i++)
        {
            var choice = i == chunks - 1
                ? """{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}"""
                : """{"index":0,"delta":{"content":" token"},"logprobs":null,"finish_reason":null}""";
            stream.Append("data: {\"id\":\"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWx\",\"object\":\"chat.completion.chunk\",\"created\":1767225600,")
                .Append("\"model\":\"gpt-4o-2024-08-06\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_1234567890\",\"choices\":[")
                .Append(choice).Append("],\"usage\":null}\n\n");
        }

        return Encoding.UTF8.GetBytes(stream.Append("data: [DONE]\n\n").ToString());
    }

    /// <summary>An answer whose text has about <paramref name="size"/> bytes.</summary>
    public static byte[] Answer(int size)
    {
        var text = new StringBuilder();
        while (text.Length < size)
        {
            text.Append(Paragraph);
        }

        return Encoding.UTF8.GetBytes(
            "{\"id\":\"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWx\",\"object\":\"chat.completion\",\"created\":1767225600,\"model\":\"gpt-4o-2024-08-06\",\"choices\":["
            + "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + text + "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"prompt_tokens\":1200,\"completion_tokens\":300,\"total_tokens\":1500,\"prompt_tokens_details\":{\"cached_tokens\":1024}}}");
    }
}
