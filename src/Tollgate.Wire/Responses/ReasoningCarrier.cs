using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>
/// Thoughts on their way through clients of another dialect: what the client holds as an opaque text (<c>encrypted_content</c>, a thinking
/// block's <c>signature</c>) is base64 of JSON in which the original stands, so that the next turn gives it back to who made it.
/// </summary>
/// <remarks>
/// <c>{"tollgate":1,"blocks":[...]}</c> holds thinking blocks of other providers for clients of the Responses dialect;
/// <c>{"tollgate":1,"item":{...}}</c> a reasoning item of an upstream of the Responses dialect for clients of others.
/// </remarks>
public static class ReasoningCarrier
{
    /// <summary>Base64 of <c>{"tollgate":</c>, as far as it is the same whatever follows.</summary>
    private const string Mark = "eyJ0b2xsZ2F0ZSI6";

    /// <summary>True for a text that was made here: no other provider's signature, and never to be sent to one.</summary>
    public static bool IsOurs(string? text) => text is not null && text.StartsWith(Mark, StringComparison.Ordinal);

    /// <summary>Carries an upstream's reasoning item.</summary>
    public static string OfItem(JsonElement item) => Seal(json =>
    {
        json.WritePropertyName("item"u8);
        json.WriteElement(item);
    });

    /// <summary>Carries thoughts of another dialect.</summary>
    public static string OfBlocks(IEnumerable<ContentPart> thoughts) => Seal(json =>
    {
        json.WriteStartArray("blocks"u8);
        foreach (var thought in thoughts)
        {
            WriteBlock(thought, json);
        }

        json.WriteEndArray();
    });

    /// <summary>The reasoning item in a carrier; undefined when the text is none.</summary>
    public static JsonElement ItemIn(string? text) => Open(text) is { } carrier && carrier.Member("item"u8) is { ValueKind: JsonValueKind.Object } item
        ? item : default;

    /// <summary>The thoughts in a carrier; null when the text is none.</summary>
    public static IReadOnlyList<ContentPart>? BlocksIn(string? text)
    {
        if (Open(text) is not { } carrier || carrier.Member("blocks"u8) is not { ValueKind: JsonValueKind.Array } blocks)
        {
            return null;
        }

        var thoughts = new List<ContentPart>();
        foreach (var block in blocks.EnumerateArray())
        {
            if (block.Text("data"u8) is { } data)
            {
                thoughts.Add(new RedactedThinkingPart(data));
            }
            else if (block.Text("thinking"u8) is { } thinking)
            {
                thoughts.Add(new ThinkingPart(thinking, block.Text("signature"u8)));
            }
        }

        return thoughts;
    }

    private static void WriteBlock(ContentPart thought, Utf8JsonWriter json)
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
            json.WriteGiven("signature"u8, thinking.Signature);
        }

        json.WriteEndObject();
    }

    private static string Seal(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteNumber("tollgate"u8, 1);
            write(json);
            json.WriteEndObject();
        }

        return Convert.ToBase64String(bytes.WrittenSpan);
    }

    private static JsonElement? Open(string? text)
    {
        if (!IsOurs(text))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(text!)));
            return document.RootElement.Clone();
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            // A client that cut it: the thoughts are lost, the conversation goes on.
            return null;
        }
    }
}
