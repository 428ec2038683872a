using System.Buffers.Binary;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tollgate.Tests.Dialects;

/// <summary>A fake upstream that speaks every dialect, says the same in each, and keeps what it was sent last.</summary>
internal sealed class DialectUpstream : IAsyncDisposable
{
    public const string Thoughts = "Let me check.";
    public const string Text = "One moment: größer?";
    public const string Tool = "get_weather";
    public const string Arguments = "{\"city\":\"Oslo\"}";

    /// <summary>Tokens of the prompt, of which <see cref="Cached"/> came from the cache.</summary>
    public const int Input = 20;
    public const int Cached = 5;
    public const int Output = 12;

    private readonly WebApplication _app;

    private DialectUpstream(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Path of the last request.</summary>
    public string LastPath { get; private set; } = "";

    /// <summary>Its body.</summary>
    public string LastBody { get; private set; } = "";

    /// <summary>Its headers, one a line.</summary>
    public string LastHeaders { get; private set; } = "";

    /// <summary>What a prompt says to be refused with status 429.</summary>
    public const string Refuse = "please refuse this";

    public static async Task<DialectUpstream> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var upstream = new DialectUpstream(app);
        app.Run(upstream.AnswerAsync);
        await app.StartAsync();
        return upstream;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        LastBody = await reader.ReadToEndAsync();
        LastPath = http.Request.Path.Value!;
        LastHeaders = string.Join('\n', http.Request.Headers.Select(static header => $"{header.Key}: {header.Value}"));
        var path = LastPath;
        var stream = LastBody.Contains("\"stream\":true", StringComparison.Ordinal) || path.Contains("stream", StringComparison.OrdinalIgnoreCase);
        var (type, body) = path switch
        {
            _ when path.EndsWith("/count_tokens", StringComparison.Ordinal) => Json("""{"input_tokens":41}"""),
            _ when path.EndsWith(":countTokens", StringComparison.Ordinal) => Json("""{"totalTokens":42}"""),
            _ when path.EndsWith("/count-tokens", StringComparison.Ordinal) => Json("""{"inputTokens":43}"""),
            _ when path.EndsWith("/chat/completions", StringComparison.Ordinal) => stream ? Sse(ChatStream, done: true) : Json(Chat),
            _ when path.EndsWith("/messages", StringComparison.Ordinal) => stream ? NamedSse(MessagesStream) : Json(Messages),
            _ when path.EndsWith("/responses", StringComparison.Ordinal) => stream ? NamedSse(ResponsesStream) : Json(Responses),
            _ when path.EndsWith("streamGenerateContent", StringComparison.Ordinal) => Sse(GenerateStream, done: false),
            _ when path.EndsWith("generateContent", StringComparison.Ordinal) => Json(Generate),
            _ when path.EndsWith("/converse-stream", StringComparison.Ordinal) => ("application/vnd.amazon.eventstream", EventStream(ConverseStream)),
            _ when path.EndsWith("/converse", StringComparison.Ordinal) => Json(Converse),
            _ when path.EndsWith("/v2/chat", StringComparison.Ordinal) => stream ? NamedSse(CohereStream) : Json(Cohere),
            _ when path.EndsWith("/api/chat", StringComparison.Ordinal) => stream ? ("application/x-ndjson", Encoding.UTF8.GetBytes(string.Join('\n', OllamaStream) + "\n")) : Json(Ollama),
            _ when path.EndsWith("/embeddings", StringComparison.Ordinal) => Json(Embeddings),
            _ when path.EndsWith("completions", StringComparison.Ordinal) => stream ? Sse(CompletionsStream, done: true) : Json(Completions),
            _ when LastBody.Contains("\"messages\"", StringComparison.Ordinal) => stream ? Sse(ChatStream, done: true) : Json(Chat),
            _ => ("text/plain", Encoding.UTF8.GetBytes("no dialect has this path: " + path)),
        };
        if (LastBody.Contains(Refuse, StringComparison.Ordinal))
        {
            (type, body) = Json("""{"type":"error","error":{"type":"rate_limit_error","code":"rate_limit_exceeded","status":"RESOURCE_EXHAUSTED","message":"Slow down."},"message":"Slow down."}""");
            http.Response.StatusCode = 429;
            http.Response.Headers.RetryAfter = "7";
        }
        else
        {
            http.Response.StatusCode = type is "text/plain" ? 404 : 200;
        }

        http.Response.ContentType = type;
        await http.Response.Body.WriteAsync(body);
    }

    private const string Embeddings =
        """{"object":"list","model":"up","data":[{"object":"embedding","index":0,"embedding":[0.25,-0.5]}],"usage":{"prompt_tokens":4,"total_tokens":4}}""";

    private const string Completions =
        """{"id":"cmpl-up","object":"text_completion","created":1700000000,"model":"up","choices":[{"index":0,"text":" north.","finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}""";

    private static readonly string[] CompletionsStream =
    [
        """{"id":"cmpl-up","object":"text_completion","created":1700000000,"model":"up","choices":[{"index":0,"text":" nor","finish_reason":null}]}""",
        """{"id":"cmpl-up","object":"text_completion","created":1700000000,"model":"up","choices":[{"index":0,"text":"th.","finish_reason":"stop"}]}""",
        """{"id":"cmpl-up","object":"text_completion","created":1700000000,"model":"up","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}""",
    ];

    private const string Quoted = "{\\\"city\\\":\\\"Oslo\\\"}";

    private static readonly string Chat = $$$$$$"""
        {"id":"chatcmpl-up","object":"chat.completion","created":1700000000,"model":"up","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant",
         "content":"{{{{{{Text}}}}}}","reasoning_content":"{{{{{{Thoughts}}}}}}","tool_calls":[{"id":"call_9","type":"function","function":{"name":"{{{{{{Tool}}}}}}","arguments":"{{{{{{Quoted}}}}}}"}}]}}],
         "usage":{"prompt_tokens":20,"completion_tokens":12,"total_tokens":32,"prompt_tokens_details":{"cached_tokens":5}}}
        """;

    private static readonly string[] ChatStream =
    [
        """{"id":"chatcmpl-up","object":"chat.completion.chunk","created":1700000000,"model":"up","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
        $$$$$$"""{"id":"chatcmpl-up","object":"chat.completion.chunk","created":1700000000,"model":"up","choices":[{"index":0,"delta":{"reasoning_content":"{{{{{{Thoughts}}}}}}"},"finish_reason":null}]}""",
        """{"id":"chatcmpl-up","object":"chat.completion.chunk","created":1700000000,"model":"up","choices":[{"index":0,"delta":{"content":"One moment: "},"finish_reason":null}]}""",
        """{"id":"chatcmpl-up","object":"chat.completion.chunk","created":1700000000,"model":"up","choices":[{"index":0,"delta":{"content":"größer?"},"finish_reason":null}]}""",
        $$$$$$"""{"id":"chatcmpl-up","object":"chat.completion.chunk","created":1700000000,"model":"up","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_9","type":"function","function":{"name":"{{{{{{Tool}}}}}}","arguments":""}}]},"finish_reason":null}]}""",
        """{"id":"chatcmpl-up","object":"chat.completion.chunk","created":1700000000,"model":"up","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\""}}]},"finish_reason":null}]}""",
        """{"id":"chatcmpl-up","object":"chat.completion.chunk","created":1700000000,"model":"up","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":\"Oslo\"}"}}]},"finish_reason":null}]}""",
        """{"id":"chatcmpl-up","object":"chat.completion.chunk","created":1700000000,"model":"up","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""",
        """{"id":"chatcmpl-up","object":"chat.completion.chunk","created":1700000000,"model":"up","choices":[],"usage":{"prompt_tokens":20,"completion_tokens":12,"total_tokens":32,"prompt_tokens_details":{"cached_tokens":5}}}""",
    ];

    private static readonly string Messages = $$$$$$"""
        {"id":"msg_up","type":"message","role":"assistant","model":"up","content":[{"type":"thinking","thinking":"{{{{{{Thoughts}}}}}}","signature":"c2ln"},{"type":"text","text":"{{{{{{Text}}}}}}"},
         {"type":"tool_use","id":"toolu_9","name":"{{{{{{Tool}}}}}}","input":{{{{{{Arguments}}}}}}}],"stop_reason":"tool_use","stop_sequence":null,
         "usage":{"input_tokens":15,"cache_read_input_tokens":5,"cache_creation_input_tokens":0,"output_tokens":12}}
        """;

    private static readonly string[] MessagesStream =
    [
        """{"type":"message_start","message":{"id":"msg_up","type":"message","role":"assistant","model":"up","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":15,"cache_read_input_tokens":5,"cache_creation_input_tokens":0,"output_tokens":1}}}""",
        """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
        """{"type":"ping"}""",
        $$$$$$"""{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"{{{{{{Thoughts}}}}}}"}}""",
        """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}""",
        """{"type":"content_block_stop","index":0}""",
        """{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}""",
        """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"One moment: "}}""",
        """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"größer?"}}""",
        """{"type":"content_block_stop","index":1}""",
        $$$$$$"""{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_9","name":"{{{{{{Tool}}}}}}","input":{}}}""",
        """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"city\""}}""",
        """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":":\"Oslo\"}"}}""",
        """{"type":"content_block_stop","index":2}""",
        """{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":12}}""",
        """{"type":"message_stop"}""",
    ];

    private static readonly string Generate = $$$$$$"""
        {"candidates":[{"index":0,"finishReason":"STOP","content":{"role":"model","parts":[{"text":"{{{{{{Thoughts}}}}}}","thought":true},{"text":"{{{{{{Text}}}}}}"},{"functionCall":{"name":"{{{{{{Tool}}}}}}","args":{{{{{{Arguments}}}}}}},"thoughtSignature":"Z3Nn"}]}}],
         "usageMetadata":{"promptTokenCount":20,"cachedContentTokenCount":5,"candidatesTokenCount":9,"thoughtsTokenCount":3,"totalTokenCount":32},"modelVersion":"up","responseId":"gen_up"}
        """;

    private static readonly string[] GenerateStream =
    [
        $$$$$$"""{"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":"{{{{{{Thoughts}}}}}}","thought":true}]}}],"usageMetadata":{"promptTokenCount":20,"totalTokenCount":20},"modelVersion":"up","responseId":"gen_up"}""",
        """{"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":"One moment: "}]}}],"modelVersion":"up","responseId":"gen_up"}""",
        $$$$$$"""{"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":"größer?"},{"functionCall":{"name":"{{{{{{Tool}}}}}}","args":{{{{{{Arguments}}}}}}},"thoughtSignature":"Z3Nn"}]}}],"modelVersion":"up","responseId":"gen_up"}""",
        """{"candidates":[{"index":0,"finishReason":"STOP","content":{"role":"model","parts":[{"text":""}]}}],"usageMetadata":{"promptTokenCount":20,"cachedContentTokenCount":5,"candidatesTokenCount":9,"thoughtsTokenCount":3,"totalTokenCount":32},"modelVersion":"up","responseId":"gen_up"}""",
    ];

    private static readonly string ResponsesOutput = $$$$$$"""
        "output":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"{{{{{{Thoughts}}}}}}"}],"encrypted_content":"enc1"},
         {"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"{{{{{{Text}}}}}}","annotations":[]}]},
         {"type":"function_call","id":"fc_1","call_id":"call_9","name":"{{{{{{Tool}}}}}}","arguments":"{{{{{{Quoted}}}}}}","status":"completed"}],
         "usage":{"input_tokens":20,"input_tokens_details":{"cached_tokens":5},"output_tokens":12,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":32}
        """.ReplaceLineEndings("");

    private static readonly string Responses =
        $$$$$$"""{"id":"resp_up","object":"response","created_at":1700000000,"status":"completed","model":"up",{{{{{{ResponsesOutput}}}}}}}""";

    private static readonly string[] ResponsesStream =
    [
        """{"type":"response.created","sequence_number":0,"response":{"id":"resp_up","object":"response","created_at":1700000000,"status":"in_progress","model":"up","output":[]}}""",
        """{"type":"response.in_progress","sequence_number":1,"response":{"id":"resp_up","object":"response","created_at":1700000000,"status":"in_progress","model":"up","output":[]}}""",
        """{"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}""",
        """{"type":"response.reasoning_summary_part.added","sequence_number":3,"item_id":"rs_1","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}""",
        $$$$$$"""{"type":"response.reasoning_summary_text.delta","sequence_number":4,"item_id":"rs_1","output_index":0,"summary_index":0,"delta":"{{{{{{Thoughts}}}}}}"}""",
        $$$$$$"""{"type":"response.reasoning_summary_text.done","sequence_number":5,"item_id":"rs_1","output_index":0,"summary_index":0,"text":"{{{{{{Thoughts}}}}}}"}""",
        $$$$$$"""{"type":"response.output_item.done","sequence_number":6,"output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"{{{{{{Thoughts}}}}}}"}],"encrypted_content":"enc1"}}""",
        """{"type":"response.output_item.added","sequence_number":7,"output_index":1,"item":{"type":"message","id":"msg_1","role":"assistant","status":"in_progress","content":[]}}""",
        """{"type":"response.content_part.added","sequence_number":8,"item_id":"msg_1","output_index":1,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}""",
        """{"type":"response.output_text.delta","sequence_number":9,"item_id":"msg_1","output_index":1,"content_index":0,"delta":"One moment: "}""",
        """{"type":"response.output_text.delta","sequence_number":10,"item_id":"msg_1","output_index":1,"content_index":0,"delta":"größer?"}""",
        $$$$$$"""{"type":"response.output_text.done","sequence_number":11,"item_id":"msg_1","output_index":1,"content_index":0,"text":"{{{{{{Text}}}}}}"}""",
        $$$$$$"""{"type":"response.output_item.done","sequence_number":12,"output_index":1,"item":{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"{{{{{{Text}}}}}}","annotations":[]}]}}""",
        $$$$$$"""{"type":"response.output_item.added","sequence_number":13,"output_index":2,"item":{"type":"function_call","id":"fc_1","call_id":"call_9","name":"{{{{{{Tool}}}}}}","arguments":"","status":"in_progress"}}""",
        """{"type":"response.function_call_arguments.delta","sequence_number":14,"item_id":"fc_1","output_index":2,"delta":"{\"city\":\"Oslo\"}"}""",
        """{"type":"response.function_call_arguments.done","sequence_number":15,"item_id":"fc_1","output_index":2,"arguments":"{\"city\":\"Oslo\"}"}""",
        $$$$$$"""{"type":"response.output_item.done","sequence_number":16,"output_index":2,"item":{"type":"function_call","id":"fc_1","call_id":"call_9","name":"{{{{{{Tool}}}}}}","arguments":"{{{{{{Quoted}}}}}}","status":"completed"}}""",
        $$$$$$"""{"type":"response.completed","sequence_number":17,"response":{"id":"resp_up","object":"response","created_at":1700000000,"status":"completed","model":"up",{{{{{{ResponsesOutput}}}}}}}}""",
    ];

    private static readonly string Converse = $$$$$$"""
        {"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"{{{{{{Thoughts}}}}}}","signature":"c2ln"}}},{"text":"{{{{{{Text}}}}}}"},
         {"toolUse":{"toolUseId":"tooluse_9","name":"{{{{{{Tool}}}}}}","input":{{{{{{Arguments}}}}}}}}]}},"stopReason":"tool_use",
         "usage":{"inputTokens":15,"cacheReadInputTokens":5,"outputTokens":12,"totalTokens":32},"metrics":{"latencyMs":5}}
        """;

    private static readonly (string Type, string Payload)[] ConverseStream =
    [
        ("messageStart", """{"role":"assistant"}"""),
        ("contentBlockDelta", $$$$$$"""{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"{{{{{{Thoughts}}}}}}"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"c2ln"}}}"""),
        ("contentBlockStop", """{"contentBlockIndex":0}"""),
        ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"text":"One moment: "}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"text":"größer?"}}"""),
        ("contentBlockStop", """{"contentBlockIndex":1}"""),
        ("contentBlockStart", $$$$$$"""{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"tooluse_9","name":"{{{{{{Tool}}}}}}"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"city\""}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"toolUse":{"input":":\"Oslo\"}"}}}"""),
        ("contentBlockStop", """{"contentBlockIndex":2}"""),
        ("messageStop", """{"stopReason":"tool_use"}"""),
        ("metadata", """{"usage":{"inputTokens":15,"cacheReadInputTokens":5,"outputTokens":12,"totalTokens":32},"metrics":{"latencyMs":5}}"""),
    ];

    private static readonly string Cohere = $$$$$$"""
        {"id":"co_up","finish_reason":"TOOL_CALL","message":{"role":"assistant","content":[{"type":"thinking","thinking":"{{{{{{Thoughts}}}}}}"},{"type":"text","text":"{{{{{{Text}}}}}}"}],
         "tool_calls":[{"id":"co_9","type":"function","function":{"name":"{{{{{{Tool}}}}}}","arguments":"{{{{{{Quoted}}}}}}"}}]},
         "usage":{"billed_units":{"input_tokens":20,"output_tokens":12},"tokens":{"input_tokens":20,"output_tokens":12},"cached_tokens":5}}
        """;

    private static readonly string[] CohereStream =
    [
        """{"id":"co_up","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}""",
        """{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"thinking","thinking":""}}}}""",
        $$$$$$"""{"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"{{{{{{Thoughts}}}}}}"}}}}""",
        """{"type":"content-end","index":0}""",
        """{"type":"content-start","index":1,"delta":{"message":{"content":{"type":"text","text":""}}}}""",
        """{"type":"content-delta","index":1,"delta":{"message":{"content":{"text":"One moment: "}}}}""",
        """{"type":"content-delta","index":1,"delta":{"message":{"content":{"text":"größer?"}}}}""",
        """{"type":"content-end","index":1}""",
        $$$$$$"""{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"co_9","type":"function","function":{"name":"{{{{{{Tool}}}}}}","arguments":""}}}}}""",
        """{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\"city\":\"Oslo\"}"}}}}}""",
        """{"type":"tool-call-end","index":0}""",
        """{"type":"message-end","delta":{"finish_reason":"TOOL_CALL","usage":{"billed_units":{"input_tokens":20,"output_tokens":12},"tokens":{"input_tokens":20,"output_tokens":12},"cached_tokens":5}}}""",
    ];

    private static readonly string Ollama = $$$$$$"""
        {"model":"up","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"{{{{{{Text}}}}}}","thinking":"{{{{{{Thoughts}}}}}}","tool_calls":[{"function":{"name":"{{{{{{Tool}}}}}}","arguments":{{{{{{Arguments}}}}}}}}]},
         "done":true,"done_reason":"stop","prompt_eval_count":20,"eval_count":12}
        """;

    private static readonly string[] OllamaStream =
    [
        $$$$$$"""{"model":"up","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"","thinking":"{{{{{{Thoughts}}}}}}"},"done":false}""",
        """{"model":"up","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"One moment: "},"done":false}""",
        """{"model":"up","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"größer?"},"done":false}""",
        $$$$$$"""{"model":"up","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"{{{{{{Tool}}}}}}","arguments":{{{{{{Arguments}}}}}}}}]},"done":false}""",
        """{"model":"up","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":20,"eval_count":12}""",
    ];

    private static (string Type, byte[] Body) Json(string text) => ("application/json", Encoding.UTF8.GetBytes(text));

    private static (string Type, byte[] Body) Sse(string[] payloads, bool done)
        => ("text/event-stream", Encoding.UTF8.GetBytes(string.Concat(payloads.Select(static payload => $"data: {payload}\n\n")) + (done ? "data: [DONE]\n\n" : "")));

    private static (string Type, byte[] Body) NamedSse(string[] payloads)
        => ("text/event-stream", Encoding.UTF8.GetBytes(string.Concat(payloads.Select(static payload => $"event: {TypeOf(payload)}\ndata: {payload}\n\n"))));

    private static string TypeOf(string payload) => System.Text.Json.JsonDocument.Parse(payload).RootElement.GetProperty("type").GetString()!;

    /// <summary>Messages of Amazon's event stream: lengths and a checksum, headers, payload, a checksum of the whole.</summary>
    private static byte[] EventStream((string Type, string Payload)[] events)
    {
        using var stream = new MemoryStream();
        foreach (var (type, payload) in events)
        {
            var headers = new List<byte>();
            foreach (var (name, value) in new[] { (":event-type", type), (":content-type", "application/json"), (":message-type", "event") })
            {
                headers.Add((byte)name.Length);
                headers.AddRange(Encoding.ASCII.GetBytes(name));
                headers.Add(7);
                headers.AddRange([(byte)(value.Length >> 8), (byte)value.Length]);
                headers.AddRange(Encoding.ASCII.GetBytes(value));
            }

            var body = Encoding.UTF8.GetBytes(payload);
            var message = new byte[12 + headers.Count + body.Length + 4];
            BinaryPrimitives.WriteUInt32BigEndian(message, (uint)message.Length);
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), (uint)headers.Count);
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(8), Checksum(message.AsSpan(0, 8)));
            headers.CopyTo(message, 12);
            body.CopyTo(message, 12 + headers.Count);
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(message.Length - 4), Checksum(message.AsSpan(0, message.Length - 4)));
            stream.Write(message);
        }

        return stream.ToArray();
    }

    /// <summary>CRC-32 of IEEE 802.3, bit by bit: written apart from the code under test.</summary>
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
