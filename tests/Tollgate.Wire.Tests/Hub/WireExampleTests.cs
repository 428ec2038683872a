using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Ollama;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Tests.Anthropic;

namespace Tollgate.Wire.Tests.Hub;

/// <summary>One chat call and what each provider is sent for it, member by member (10-wire-examples.md).</summary>
public sealed class WireExampleTests
{
    // The page leaves the picture's padding away.
    private static readonly string Request = Claude.Question.Replace("iVBORw==", "iVBOR", StringComparison.Ordinal);

    private const string Anthropic = """
        {"model":"claude-x","max_tokens":200,"temperature":0.2,"stop_sequences":["END"],"metadata":{"user_id":"u-1"},
         "system":[{"type":"text","text":"Be brief."}],
         "messages":[
          {"role":"user","content":[{"type":"text","text":"Weather here?"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBOR"}}]},
          {"role":"assistant","content":[{"type":"tool_use","id":"call_a1","name":"get_weather","input":{"city":"Oslo"}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_a1","content":"{\"t\":7}"},{"type":"text","text":"And in Rome?"}]}],
         "tools":[{"name":"get_weather","description":"w","input_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}],
         "tool_choice":{"type":"any","disable_parallel_tool_use":true}}
        """;

    private const string Gemini = """
        {"systemInstruction":{"parts":[{"text":"Be brief."}]},
         "contents":[
          {"role":"user","parts":[{"text":"Weather here?"},{"inlineData":{"mimeType":"image/png","data":"iVBOR"}}]},
          {"role":"model","parts":[{"functionCall":{"name":"get_weather","args":{"city":"Oslo"}}}]},
          {"role":"user","parts":[{"functionResponse":{"name":"get_weather","response":{"t":7}}},{"text":"And in Rome?"}]}],
         "generationConfig":{"temperature":0.2,"maxOutputTokens":200,"stopSequences":["END"]},
         "tools":[{"functionDeclarations":[{"name":"get_weather","description":"w","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]}],
         "toolConfig":{"functionCallingConfig":{"mode":"ANY"}}}
        """;

    private const string Converse = """
        {"system":[{"text":"Be brief."}],
         "messages":[
          {"role":"user","content":[{"text":"Weather here?"},{"image":{"format":"png","source":{"bytes":"iVBOR"}}}]},
          {"role":"assistant","content":[{"toolUse":{"toolUseId":"call_a1","name":"get_weather","input":{"city":"Oslo"}}}]},
          {"role":"user","content":[{"toolResult":{"toolUseId":"call_a1","content":[{"text":"{\"t\":7}"}]}},{"text":"And in Rome?"}]}],
         "inferenceConfig":{"maxTokens":200,"temperature":0.2,"stopSequences":["END"]},
         "toolConfig":{"tools":[{"toolSpec":{"name":"get_weather","description":"w","inputSchema":{"json":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}}}],"toolChoice":{"any":{}}}}
        """;

    private const string Ollama = """
        {"model":"qwen2.5:7b-instruct","stream":false,
         "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Weather here?","images":["iVBOR"]},
          {"role":"assistant","content":"","tool_calls":[{"function":{"name":"get_weather","arguments":{"city":"Oslo"}}}]},
          {"role":"tool","content":"{\"t\":7}","tool_name":"get_weather"},{"role":"user","content":"And in Rome?"}],
         "tools":[{"type":"function","function":{"name":"get_weather","description":"w","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}}],
         "options":{"num_predict":200,"temperature":0.2,"stop":["END"]}}
        """;

    private readonly ChatCodec _chat = new();

    public static TheoryData<string, string, string, string> Examples => new()
    {
        { "anthropic", "anthropic", "claude-x", Anthropic },
        { "gemini", "gemini", "gemini-x", Gemini },
        { "converse", "bedrock", "anthropic.claude-3-5-sonnet-20240620-v1:0", Converse },
        { "ollama", "ollama_chat", "qwen2.5:7b-instruct", Ollama },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Request_GoesThroughAsShown(string dialect, string provider, string model, string expected)
    {
        DialectCodec upstream = dialect switch
        {
            "anthropic" => new MessagesCodec(),
            "gemini" => new GenerateContentCodec(),
            "converse" => new ConverseCodec(),
            _ => new OllamaChatCodec(),
        };
        var target = new TargetModel { Provider = provider, Model = model };
        var request = _chat.Read(Request);

        Fidelity.Check(request, _chat, upstream, dropParams: null, target).Refused.ShouldBeEmpty();
        var written = upstream.Write(request, target);
        JsonNode.DeepEquals(JsonNode.Parse(written), JsonNode.Parse(expected)).ShouldBeTrue(written);
    }

    [Fact]
    public void AnswerOfAnthropic_ReachesChatClientsAsShown()
    {
        var answer = new MessagesCodec().Answer("""
            {"id":"msg_9","type":"message","role":"assistant","model":"claude-x","stop_reason":"tool_use","stop_sequence":null,
             "content":[{"type":"thinking","thinking":"hm","signature":"sg"},{"type":"text","text":"Checking."},{"type":"tool_use","id":"toolu_7","name":"get_weather","input":{"city":"Rome"}}],
             "usage":{"input_tokens":40,"cache_creation_input_tokens":10,"cache_read_input_tokens":100,"output_tokens":25}}
            """);
        var usage = JsonDocument.Parse(_chat.Write(answer)).RootElement.GetProperty("usage");

        usage.GetProperty("prompt_tokens").GetInt32().ShouldBe(150);
        usage.GetProperty("prompt_tokens_details").GetRawText().ShouldBe("""{"cached_tokens":100,"cache_creation_tokens":10,"text_tokens":40}""");
        usage.GetProperty("completion_tokens_details").GetRawText().ShouldBe("""{"text_tokens":24,"reasoning_tokens":1}""");
    }

    [Fact]
    public void PiecesOfThoughts_HaveNoSealUntilItComes()
    {
        const string stream = """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"c","content":[],"usage":{"input_tokens":40,"output_tokens":1}}}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"sg"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"end_turn","container":{"id":"k"}},"usage":{"output_tokens":25}}

            event: message_stop
            data: {"type":"message_stop"}


            """;
        var (text, _) = Codecs.Translate(new MessagesCodec(), _chat, System.Text.Encoding.UTF8.GetBytes(stream));

        text.ShouldContain("""{"role":"assistant","reasoning_content":"hm","thinking_blocks":[{"type":"thinking","thinking":"hm","signature":null}]}""");
        text.ShouldContain("""{"thinking_blocks":[{"type":"thinking","thinking":"","signature":"sg"}]}""");
        text.ShouldContain("""{"provider_specific_fields":{"container":{"id":"k"}}},"finish_reason":"stop"}""");
    }
}
