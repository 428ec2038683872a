using System.Collections.Frozen;
using System.Text.Json;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Anthropic;

/// <summary>Asks an upstream that speaks Anthropic's dialect for the tokens of a prompt (llm-api.md 15.5).</summary>
public static class CountRequest
{
    /// <summary>Members that the operation takes; it refuses others.</summary>
    private static readonly FrozenSet<string> Taken = new[]
    {
        "messages", "system", "tools", "tool_choice", "thinking", "mcp_servers", "cache_control", "context_management", "output_config", "output_format",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Writes the body.</summary>
    /// <param name="body">The client's, scanned.</param>
    /// <param name="members">Its root members.</param>
    /// <param name="model">Model as the upstream is sent it.</param>
    /// <param name="json">Takes one object.</param>
    public static void Write(ReadOnlySpan<byte> body, JsonMembers members, string model, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        for (var i = 0; i < members.Count; i++)
        {
            ref readonly var member = ref members[i];
            var name = JsonText.Unescape(body.Slice(member.NameStart, member.NameLength));
            if (!members.IsSuperseded(i) && Taken.Contains(name))
            {
                json.WritePropertyName(name);
                json.WriteRawValue(body.Slice(member.ValueStart, member.ValueLength), skipInputValidation: true);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>Reads the answer; null when it is none.</summary>
    public static long? Read(ReadOnlySpan<byte> answer)
    {
        var members = new JsonMembers();
        if (!JsonScanner.Scan(answer, members).IsNone || members.Find(answer, "input_tokens"u8) is not (>= 0 and var index))
        {
            return null;
        }

        return System.Buffers.Text.Utf8Parser.TryParse(answer.Slice(members[index].ValueStart, members[index].ValueLength), out long tokens, out _)
            && tokens >= 0 ? tokens : null;
    }
}
