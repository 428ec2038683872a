using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text.Json;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Hub;

/// <summary>How an upstream that counts the tokens of a prompt wants to be asked.</summary>
public enum CounterForm : byte
{
    /// <summary>It does not count.</summary>
    None,

    /// <summary>Anthropic's own: the prompt and the model.</summary>
    Messages,

    /// <summary>The same at Vertex AI, with a version.</summary>
    VertexMessages,

    /// <summary>Google AI Studio: the request that would be made, in a member.</summary>
    GenerateContent,

    /// <summary>Vertex AI: the prompt.</summary>
    VertexGenerateContent,

    /// <summary>Amazon Bedrock, of Converse: the prompt in a member.</summary>
    Converse,

    /// <summary>Amazon Bedrock, of InvokeModel: the finished body in base64.</summary>
    InvokeModel,

    /// <summary>OpenAI's responses: the request that would be made.</summary>
    Responses,
}

/// <summary>Asks an upstream for the tokens of a prompt (llm-api.md 15.5, 09-cross-cutting.md section 7).</summary>
public static class PromptCounter
{
    private const string VertexVersion = "vertex-2023-10-16";

    /// <summary>Members that each operation takes; they refuse others.</summary>
    private static readonly FrozenSet<string> Messages = Names(
        "messages", "system", "tools", "tool_choice", "thinking", "mcp_servers", "cache_control", "context_management", "output_config", "output_format");

    private static readonly FrozenSet<string> Google = Names(
        "contents", "systemInstruction", "system_instruction", "tools", "toolConfig", "tool_config", "generationConfig", "generation_config",
        "cachedContent", "cached_content");

    private static readonly FrozenSet<string> Vertex = Names(
        "contents", "systemInstruction", "system_instruction", "tools", "generationConfig", "generation_config");

    private static readonly FrozenSet<string> Responses = Names(
        "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning", "truncation", "previous_response_id", "conversation");

    private static readonly FrozenSet<string> Converse = Names("messages", "system", "toolConfig", "additionalModelRequestFields");

    /// <summary>Writes the body of the question.</summary>
    /// <param name="form">How it is asked.</param>
    /// <param name="body">The prompt's, as the upstream would get it, scanned.</param>
    /// <param name="members">Its root members.</param>
    /// <param name="model">Model as the upstream is sent it.</param>
    /// <param name="json">Takes one object.</param>
    public static void Write(CounterForm form, ReadOnlySpan<byte> body, JsonMembers members, string model, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        switch (form)
        {
            case CounterForm.Messages:
                json.WriteString("model"u8, model);
                WriteMembers(body, members, Messages, json);
                break;
            case CounterForm.VertexMessages:
                json.WriteString("model"u8, model);
                json.WriteString("anthropic_version"u8, VertexVersion);
                WriteMembers(body, members, Messages, json);
                break;
            case CounterForm.GenerateContent:
                json.WriteStartObject("generateContentRequest"u8);
                json.WriteString("model"u8, model.Contains('/', StringComparison.Ordinal) ? model : "models/" + model);
                WriteMembers(body, members, Google, json);
                json.WriteEndObject();
                break;
            case CounterForm.VertexGenerateContent:
                WriteMembers(body, members, Vertex, json);
                break;
            case CounterForm.Converse:
                json.WriteStartObject("input"u8);
                json.WriteStartObject("converse"u8);
                WriteMembers(body, members, Converse, json);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case CounterForm.InvokeModel:
                json.WriteStartObject("input"u8);
                json.WriteStartObject("invokeModel"u8);
                json.WriteBase64String("body"u8, body);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case CounterForm.Responses:
                json.WriteString("model"u8, model);
                WriteMembers(body, members, Responses, json);
                break;
            default:
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>Reads the answer of any of them; null when it is none.</summary>
    public static long? Read(ReadOnlySpan<byte> answer)
    {
        var members = new JsonMembers();
        if (!JsonScanner.Scan(answer, members).IsNone)
        {
            return null;
        }

        var index = members.Find(answer, "input_tokens"u8);
        index = index >= 0 ? index : members.Find(answer, "totalTokens"u8);
        index = index >= 0 ? index : members.Find(answer, "inputTokens"u8);
        return index >= 0 && Utf8Parser.TryParse(answer.Slice(members[index].ValueStart, members[index].ValueLength), out long tokens, out _)
            && tokens >= 0 ? tokens : null;
    }

    private static void WriteMembers(ReadOnlySpan<byte> body, JsonMembers members, FrozenSet<string> taken, Utf8JsonWriter json)
    {
        for (var i = 0; i < members.Count; i++)
        {
            ref readonly var member = ref members[i];
            var name = JsonText.Unescape(body.Slice(member.NameStart, member.NameLength));
            if (!members.IsSuperseded(i) && taken.Contains(name))
            {
                json.WritePropertyName(name);
                json.WriteRawValue(body.Slice(member.ValueStart, member.ValueLength), skipInputValidation: true);
            }
        }
    }

    private static FrozenSet<string> Names(params string[] names) => names.ToFrozenSet(StringComparer.Ordinal);
}
