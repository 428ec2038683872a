using System.Text;

namespace Tollgate.Bench.Load;

/// <summary>A pair of dialects: what the client sends, and which model of the gateway's speaks otherwise.</summary>
/// <param name="Name">Word in the report.</param>
/// <param name="Path">Where the client calls.</param>
/// <param name="Body">A small call.</param>
/// <param name="StreamedBody">A call that is streamed.</param>
internal sealed record Translation(string Name, string Path, byte[] Body, byte[] StreamedBody)
{
    public static readonly IReadOnlyList<Translation> All =
    [
        new(
            "anthropic to openai",
            "v1/messages",
            Messages("\"system\":\"You are a terse assistant at a toll station. Answer in one sentence.\",\"temperature\":0.2,",
                "How much is the toll for a lorry with three axles between the north gate and the river crossing?"),
            Messages("\"stream\":true,", "Tell me the history of the river crossing.")),
        OpenAi("openai to anthropic", "bench-anthropic"),
        OpenAi("openai to gemini", "bench-gemini"),
        OpenAi("openai to bedrock", "bench-bedrock"),
    ];

    /// <summary>Answers of the upstreams to plain calls, by the end of their path; without <c>'</c> and <c>$</c>: nginx has them in its config.</summary>
    public static readonly IReadOnlyList<(string Path, string Answer)> Answers =
    [
        ("/v1/messages", """{"id":"msg_bench","type":"message","role":"assistant","model":"bench-upstream","content":[{"type":"text","text":"A lorry with three axles pays 4.50 at the north gate and another 2.25 at the river crossing, so 6.75 in all on a working day."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":52,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":38}}"""),
        (":generateContent", """{"candidates":[{"content":{"parts":[{"text":"A lorry with three axles pays 4.50 at the north gate and another 2.25 at the river crossing, so 6.75 in all on a working day."}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":52,"candidatesTokenCount":38,"totalTokenCount":90},"modelVersion":"bench-upstream","responseId":"bench"}"""),
        ("/converse", """{"output":{"message":{"role":"assistant","content":[{"text":"A lorry with three axles pays 4.50 at the north gate and another 2.25 at the river crossing, so 6.75 in all on a working day."}]}},"stopReason":"end_turn","usage":{"inputTokens":52,"outputTokens":38,"totalTokens":90},"metrics":{"latencyMs":1}}"""),
    ];

    /// <summary>The deployments behind the models, in the form of a <c>model_list</c>.</summary>
    public static string Deployments(int upstreamPort) => $$"""
          - model_name: bench-anthropic
            litellm_params: { model: anthropic/bench-upstream, api_base: "http://127.0.0.1:{{upstreamPort}}", api_key: k, input_cost_per_token: 0.0000025, output_cost_per_token: 0.00001 }
          - model_name: bench-gemini
            litellm_params: { model: gemini/bench-upstream, api_base: "http://127.0.0.1:{{upstreamPort}}", api_key: k, input_cost_per_token: 0.0000025, output_cost_per_token: 0.00001 }
          - model_name: bench-bedrock
            litellm_params:
              model: bedrock/converse/bench-upstream
              aws_bedrock_runtime_endpoint: "http://127.0.0.1:{{upstreamPort}}"
              aws_region_name: us-east-1
              aws_access_key_id: AKIDBENCH
              aws_secret_access_key: secret
              input_cost_per_token: 0.0000025
              output_cost_per_token: 0.00001

        """;

    private static Translation OpenAi(string name, string model)
        => new(name, "v1/chat/completions", Payloads.Chat(model), Payloads.StreamedChat(model));

    private static byte[] Messages(string more, string text)
        => Encoding.UTF8.GetBytes($$"""{"model":"{{Payloads.Model}}","max_tokens":256,{{more}}"messages":[{"role":"user","content":"{{text}}"}]}""");
}
