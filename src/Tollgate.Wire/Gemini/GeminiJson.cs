using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Google's JSON: every name may be written in camel case or in snake case.</summary>
internal static class GeminiJson
{
    /// <summary>A member under either of its names; a default element when it is absent or null.</summary>
    public static JsonElement Member(this JsonElement json, ReadOnlySpan<byte> camel, ReadOnlySpan<byte> snake)
        => json.Member(camel) is { ValueKind: not JsonValueKind.Undefined } value ? value : json.Member(snake);

    /// <summary>The text of a member under either of its names; null when it is absent or no string.</summary>
    public static string? Text(this JsonElement json, ReadOnlySpan<byte> camel, ReadOnlySpan<byte> snake) => json.Member(camel, snake).Text();

    /// <summary>Items of an array; a single value counts as an array of one, which clients of Google's SDKs write.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => json.EnumerateArray(),
        JsonValueKind.Undefined or JsonValueKind.Null => [],
        _ => [json],
    };

    /// <summary>The value when it is there; null when not.</summary>
    public static JsonElement? Given(this JsonElement json) => json.IsGiven() ? json : null;

    /// <summary>A value of our own making.</summary>
    public static JsonElement Make(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer, HubJson.Writing))
        {
            write(json);
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>A name as Google writes it: <c>google_search</c> is <c>googleSearch</c>.</summary>
    public static string Camel(string name)
    {
        if (!name.Contains('_', StringComparison.Ordinal))
        {
            return name;
        }

        var camel = new StringBuilder(name.Length);
        var upper = false;
        foreach (var character in name)
        {
            if (character == '_')
            {
                upper = camel.Length > 0;
                continue;
            }

            camel.Append(upper ? char.ToUpperInvariant(character) : character);
            upper = false;
        }

        return camel.ToString();
    }

    /// <summary>
    /// JSON text with a space behind every comma and colon.
    /// </summary>
    // COMPAT: arguments of tool calls have Python's spacing, tests of clients compare the strings (10-wire-examples.md section 1).
    public static string Spaced(JsonElement json)
    {
        var raw = json.Bytes();
        var spaced = new ArrayBufferWriter<byte>(raw.Length + 16);
        var inString = false;
        for (var i = 0; i < raw.Length; i++)
        {
            var letter = raw[i];
            if (inString)
            {
                spaced.Write([letter]);
                if (letter == (byte)'\\')
                {
                    spaced.Write([raw[++i]]);
                }

                inString = letter != (byte)'"';
            }
            else if (letter is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                spaced.Write([letter]);
                inString = letter == (byte)'"';
                if (letter is (byte)',' or (byte)':')
                {
                    spaced.Write(" "u8);
                }
            }
        }

        return Encoding.UTF8.GetString(spaced.WrittenSpan);
    }
}
