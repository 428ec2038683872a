using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tollgate.Bench.Load;

/// <summary>The bodies that are sent and answered. Always the same bytes, so that runs can be compared.</summary>
internal static class Payloads
{
    public const string Model = "bench";

    // Long text as people paste it into prompts: prose, code, quotes, line breaks, other scripts. About one character in 25 is escaped.
    private const string Passage =
        "The ledger is written before the answer leaves the building, said the clerk, \"and not a moment later\".\n"
        + "for (var i = 0; i < rows.Length; i++)\n{\n\tConsole.WriteLine($\"{i}: {rows[i]}\");\n}\n"
        + "Die Maut beträgt 4,50 €; où est le péage le plus proche? 料金所は次の出口の先にあります。\n"
        + "A path such as C:\\toll\\gates\\north.txt has to survive, and so does a plain paragraph that goes on for a while "
        + "without anything in it that a parser would have to stop for, because most of what is sent looks like that.\n\n";

    /// <summary>A small chat request, about 350 bytes.</summary>
    public static byte[] Chat(string model = Model) => Write(json =>
    {
        json.WriteString("model", model);
        json.WriteStartArray("messages");
        WriteMessage(json, "system", "You are a terse assistant at a toll station. Answer in one sentence.");
        WriteMessage(json, "user", "How much is the toll for a lorry with three axles between the north gate and the river crossing?");
        json.WriteEndArray();
        json.WriteNumber("temperature", 0.2);
        json.WriteNumber("max_tokens", 256);
    });

    /// <summary>The same as a stream that reports its usage.</summary>
    public static byte[] StreamedChat(string model = Model) => Write(json =>
    {
        json.WriteString("model", model);
        json.WriteStartArray("messages");
        WriteMessage(json, "user", "Tell me the history of the river crossing.");
        json.WriteEndArray();
        json.WriteBoolean("stream", true);
        json.WriteStartObject("stream_options");
        json.WriteBoolean("include_usage", true);
        json.WriteEndObject();
    });

    /// <summary>A prompt of <paramref name="messages"/> messages with <paramref name="size"/> characters in each.</summary>
    public static byte[] LongChat(int messages, int size) => Write(json =>
    {
        json.WriteString("model", Model);
        json.WriteStartArray("messages");
        for (var i = 0; i < messages; i++)
        {
            WriteMessage(json, i % 2 == 0 ? "user" : "assistant", LongText(size, i));
        }

        json.WriteEndArray();
        json.WriteNumber("max_tokens", 256);
    });

    /// <summary>The upstream's answer to a plain call, about 600 bytes; without <c>'</c> and <c>$</c>: nginx has it in its config.</summary>
    public static string Answer() =>
        """
        {"id":"chatcmpl-BenchA7c1f09e2b4d8a6c3e5f7","object":"chat.completion","created":1767225600,"model":"bench-upstream","choices":[{"index":0,"message":{"role":"assistant","content":"A lorry with three axles pays 4.50 at the north gate and another 2.25 at the river crossing, so 6.75 in all on a working day.","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":52,"completion_tokens":38,"total_tokens":90,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}},"service_tier":"default","system_fingerprint":"fp_bench0001"}
        """.Trim();

    private static string LongText(int size, int seed)
    {
        var text = new StringBuilder(size + Passage.Length);
        while (text.Length < size)
        {
            text.Append(CultureInfo.InvariantCulture, $"{seed}.{text.Length} ").Append(Passage);
        }

        // No character here is a surrogate, so a cut cannot fall into one.
        return text.ToString(0, size);
    }

    private static void WriteMessage(Utf8JsonWriter json, string role, string content)
    {
        json.WriteStartObject();
        json.WriteString("role", role);
        json.WriteString("content", content);
        json.WriteEndObject();
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
