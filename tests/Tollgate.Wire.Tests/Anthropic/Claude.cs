using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Anthropic;

/// <summary>What the tests of the dialect share.</summary>
internal static class Claude
{
    public const string Question = """
        {"model":"m","stream":false,"max_tokens":200,"temperature":0.2,"stop":"END","user":"u-1","tool_choice":"required","parallel_tool_calls":false,
         "messages":[
          {"role":"system","content":"Be brief."},
          {"role":"user","content":[{"type":"text","text":"Weather here?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw=="}}]},
          {"role":"assistant","content":null,"tool_calls":[{"id":"call_a1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}}]},
          {"role":"tool","tool_call_id":"call_a1","content":"{\"t\":7}"},
          {"role":"user","content":"And in Rome?"}],
         "tools":[{"type":"function","function":{"name":"get_weather","description":"w","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}}]}
        """;

    public const string Answer = """
        {"id":"msg_9","type":"message","role":"assistant","model":"claude-x","stop_reason":"tool_use","stop_sequence":null,
         "content":[{"type":"thinking","thinking":"hm","signature":"sg"},{"type":"text","text":"Checking."},{"type":"tool_use","id":"toolu_7","name":"get_weather","input":{"city":"Rome"}}],
         "usage":{"input_tokens":40,"cache_creation_input_tokens":10,"cache_read_input_tokens":100,"output_tokens":25}}
        """;

    public const string Stream = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_9","type":"message","role":"assistant","content":[],"model":"claude-x","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":40,"cache_creation_input_tokens":10,"cache_read_input_tokens":100,"output_tokens":1}}}

        event: ping
        data: {"type":"ping"}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"sg"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: content_block_start
        data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Checking."}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":1}

        event: content_block_start
        data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_7","name":"get_weather","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"city\":\"Rome\"}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":2}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":25}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    public static readonly MessagesCodec Codec = new();

    public static readonly ChatCodec Chat = new();

    public static byte[] Recording => Encoding.UTF8.GetBytes(Stream);

    /// <summary>A model with these flags and no others; those behind a minus sign it is known not to have.</summary>
    public static TargetModel Model(params string[] flags) => Codecs.Target with
    {
        Model = "claude-x",
        Can = flag => flags.Contains(flag) ? true : flags.Contains("-" + flag) ? false : null,
    };

    /// <summary>A chat request as the dialect says it.</summary>
    public static JsonElement FromChat(string body, TargetModel? target = null)
        => Parse(Codec.Write(Chat.Read(body), target ?? Model()));

    /// <summary>A chat request of one user message with these members more.</summary>
    public static JsonElement FromChatWith(string members, TargetModel? target = null)
        => FromChat($$"""{"model":"m","messages":[{"role":"user","content":"Hi"}],{{members}}}""", target);

    public static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement.Clone();

    public static void ShouldBeJson(this JsonElement actual, string expected)
    {
        if (!JsonElement.DeepEquals(actual, Parse(expected)))
        {
            actual.GetRawText().ShouldBe(expected);
        }
    }

    /// <summary>The payload of each event, and that its <c>event</c> line says the same.</summary>
    public static List<JsonElement> Events(string stream)
    {
        var events = new List<JsonElement>();
        foreach (var block in stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = block.Split('\n');
            lines.Length.ShouldBe(2);
            var payload = Parse(lines[1]["data: ".Length..]);
            lines[0].ShouldBe("event: " + payload.GetProperty("type").GetString());
            events.Add(payload);
        }

        return events;
    }

    public static string Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
