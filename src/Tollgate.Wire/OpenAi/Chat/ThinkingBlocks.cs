using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>LiteLLM's <c>thinking_blocks</c>: Anthropic's blocks beside a chat message, so that clients can send them back.</summary>
internal static class ThinkingBlocks
{
    /// <summary>Writes a thought as a block.</summary>
    /// <param name="json">Takes the block.</param>
    /// <param name="thought">The thought.</param>
    /// <param name="isPiece">A piece of a stream, whose seal is null until it comes; whole thoughts have an empty one.</param>
    public static void Write(Utf8JsonWriter json, ContentPart thought, bool isPiece = false)
    {
        json.WriteStartObject();
        if (thought is RedactedThinkingPart redacted)
        {
            json.WriteString("type"u8, "redacted_thinking"u8);
            json.WriteString("data"u8, redacted.Data);
        }
        else if (thought is ThinkingPart thinking)
        {
            json.WriteString("type"u8, "thinking"u8);
            json.WriteString("thinking"u8, thinking.Text);
            json.WriteString("signature"u8, thinking.Signature ?? (isPiece ? null : ""));
        }

        json.WriteEndObject();
    }
}

/// <summary>A custom tool as a function: its free text is the member <c>input</c> (08-bridges.md 2.2).</summary>
public static class CustomInput
{
    /// <summary>Arguments of the function for a free text.</summary>
    public static string Wrap(string input)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(input.Length + 16);
        using (var json = new Utf8JsonWriter(buffer, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("input"u8, input);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The free text of arguments; the arguments themselves when they have another form.</summary>
    public static string Unwrap(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            return document.RootElement.Text("input"u8) ?? arguments;
        }
        catch (JsonException)
        {
            return arguments;
        }
    }
}
