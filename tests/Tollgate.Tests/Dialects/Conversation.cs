namespace Tollgate.Tests.Dialects;

/// <summary>One conversation as clients of each dialect write it: system, image, thoughts, a tool call, its result, and a last question.</summary>
internal static class Conversation
{
    public const string System = "Be brief, robot.";
    public const string Image = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    public const string Thought = "A picture of a city.";
    public const string Tool = "get_weather";
    public const string City = "Paris";
    public const string Result = "22 degrees";
    public const string Question = "And tomorrow?";

    /// <summary>The request of a chat client.</summary>
    public static string Chat(string model, bool stream) => $$$$"""
        {"model":"{{{{model}}}}","stream":{{{{Word(stream)}}}},{{{{(stream ? "\"stream_options\":{\"include_usage\":true}," : "")}}}}"max_tokens":1000,"temperature":0.5,"messages":[
         {"role":"system","content":"{{{{System}}}}"},
         {"role":"user","content":[{"type":"text","text":"Where is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{{Image}}}}"}}]},
         {"role":"assistant","content":"Let me ask.","thinking_blocks":[{"type":"thinking","thinking":"{{{{Thought}}}}","signature":"c2ln"}],
          "tool_calls":[{"id":"call_1","type":"function","function":{"name":"{{{{Tool}}}}","arguments":"{\"city\":\"{{{{City}}}}\"}"}}]},
         {"role":"tool","tool_call_id":"call_1","content":"{{{{Result}}}}"},
         {"role":"user","content":"{{{{Question}}}}"}],
         "tools":[{"type":"function","function":{"name":"{{{{Tool}}}}","description":"Weather of a city","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}]}
        """;

    /// <summary>The request of a responses client.</summary>
    public static string Responses(string model, bool stream) => $$$$"""
        {"model":"{{{{model}}}}","stream":{{{{Word(stream)}}}},"max_output_tokens":1000,"temperature":0.5,"instructions":"{{{{System}}}}","input":[
         {"role":"user","content":[{"type":"input_text","text":"Where is this?"},{"type":"input_image","image_url":"data:image/png;base64,{{{{Image}}}}"}]},
         {"role":"assistant","content":[{"type":"output_text","text":"Let me ask."}]},
         {"type":"function_call","call_id":"call_1","name":"{{{{Tool}}}}","arguments":"{\"city\":\"{{{{City}}}}\"}"},
         {"type":"function_call_output","call_id":"call_1","output":"{{{{Result}}}}"},
         {"role":"user","content":"{{{{Question}}}}"}],
         "tools":[{"type":"function","name":"{{{{Tool}}}}","description":"Weather of a city","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]}
        """;

    /// <summary>The request of an Anthropic client.</summary>
    public static string Messages(string model, bool stream) => $$$$"""
        {"model":"{{{{model}}}}","stream":{{{{Word(stream)}}}},"max_tokens":1000,"temperature":0.5,"system":"{{{{System}}}}","messages":[
         {"role":"user","content":[{"type":"text","text":"Where is this?"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{{Image}}}}"}}]},
         {"role":"assistant","content":[{"type":"thinking","thinking":"{{{{Thought}}}}","signature":"c2ln"},{"type":"text","text":"Let me ask."},
          {"type":"tool_use","id":"call_1","name":"{{{{Tool}}}}","input":{"city":"{{{{City}}}}"}}]},
         {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":"{{{{Result}}}}"},{"type":"text","text":"{{{{Question}}}}"}]}],
         "tools":[{"name":"{{{{Tool}}}}","description":"Weather of a city","input_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]}
        """;

    /// <summary>The request of a Google client; the model stands in the path.</summary>
    public static string GenerateContent() => $$$$"""
        {"systemInstruction":{"parts":[{"text":"{{{{System}}}}"}]},"generationConfig":{"maxOutputTokens":1000,"temperature":0.5},"contents":[
         {"role":"user","parts":[{"text":"Where is this?"},{"inlineData":{"mimeType":"image/png","data":"{{{{Image}}}}"}}]},
         {"role":"model","parts":[{"text":"{{{{Thought}}}}","thought":true},{"text":"Let me ask."},{"functionCall":{"name":"{{{{Tool}}}}","args":{"city":"{{{{City}}}}"}}}]},
         {"role":"user","parts":[{"functionResponse":{"name":"{{{{Tool}}}}","response":{"output":"{{{{Result}}}}"}}}]},
         {"role":"user","parts":[{"text":"{{{{Question}}}}"}]}],
         "tools":[{"functionDeclarations":[{"name":"{{{{Tool}}}}","description":"Weather of a city","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"}},"required":["city"]}}]}]}
        """;

    private static string Word(bool value) => value ? "true" : "false";
}
