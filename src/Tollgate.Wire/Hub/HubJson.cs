using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Hub;

/// <summary>Reading and writing JSON the way all dialects need it.</summary>
public static class HubJson
{
    /// <summary>How dialects write: only what JSON demands is escaped, and the writers' own structure is not checked again.</summary>
    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>
    /// The text of a string; null for any other value. Unlike the framework's, lone surrogates are dropped and not an error
    /// (llm-api.md section 1).
    /// </summary>
    public static string? Text(this JsonElement value)
        => value.ValueKind is JsonValueKind.String ? JsonText.AsString(JsonMarshal.GetRawUtf8Value(value)) : null;

    /// <summary>The text of a string member; null when it is absent or no string.</summary>
    public static string? Text(this JsonElement json, ReadOnlySpan<byte> name)
        => json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value.Text() : null;

    /// <summary>A member's name. Unlike the framework's, lone surrogates and broken UTF-8 are no error.</summary>
    public static string NameOf(this JsonProperty member) => JsonText.Unescape(JsonMarshal.GetRawUtf8PropertyName(member));

    /// <summary>A member that is there and not null; a default element otherwise.</summary>
    public static JsonElement Member(this JsonElement json, ReadOnlySpan<byte> name)
        => json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null
            ? value : default;

    /// <summary>True when the element is there and not null.</summary>
    public static bool IsGiven(this JsonElement value) => value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>A whole number that is not negative; null for anything else. Floats without a fraction count.</summary>
    public static long? Count(this JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.Number)
        {
            return null;
        }

        return value.TryGetInt64(out var whole) ? Math.Max(0, whole)
            : value.TryGetDouble(out var number) && number is >= 0 and < 1e15 ? (long)number : null;
    }

    /// <summary>A number; null for anything else.</summary>
    public static double? Number(this JsonElement value)
        => value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;

    /// <summary>True or false; null for anything else.</summary>
    public static bool? Flag(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>The value's bytes as they stand in its document.</summary>
    public static ReadOnlySpan<byte> Bytes(this JsonElement value) => JsonMarshal.GetRawUtf8Value(value);

    /// <summary>Writes a value as it came, numbers and escapes included.</summary>
    public static void WriteElement(this Utf8JsonWriter writer, JsonElement value)
        => writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);

    /// <summary>Writes a member as it came.</summary>
    public static void WriteElement(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, JsonElement value)
    {
        writer.WritePropertyName(name);
        writer.WriteElement(value);
    }

    /// <summary>Writes a member as it came; nothing when it is null.</summary>
    public static void WriteElement(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, JsonElement? value)
    {
        if (value is { } given)
        {
            writer.WriteElement(name, given);
        }
    }

    /// <summary>Writes a text member; nothing when it is null.</summary>
    public static void WriteGiven(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    /// <summary>Writes a number member; nothing when it is null.</summary>
    public static void WriteGiven(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } given)
        {
            writer.WriteNumber(name, given);
        }
    }

    /// <summary>Writes a number member; nothing when it is null.</summary>
    public static void WriteGiven(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } given)
        {
            writer.WriteNumber(name, given);
        }
    }

    /// <summary>Writes a boolean member; nothing when it is null.</summary>
    public static void WriteGiven(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, bool? value)
    {
        if (value is { } given)
        {
            writer.WriteBoolean(name, given);
        }
    }

    /// <summary>Writes a JSON text of somebody else's making (a model's tool arguments) as a value; <c>{}</c> when it is none.</summary>
    /// <returns>False when it was none.</returns>
    public static bool WriteJsonText(this Utf8JsonWriter writer, string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        if (JsonScanner.Scan(bytes, new JsonMembers()).IsNone)
        {
            writer.WriteRawValue(bytes, skipInputValidation: true);
            return true;
        }

        writer.WriteStartObject();
        writer.WriteEndObject();
        return false;
    }

    /// <summary>
    /// The inside of a string value as bytes of <paramref name="body"/>, so that base64 of megabytes is not copied; a copy with escapes
    /// undone where there are any.
    /// </summary>
    /// <param name="body">The memory the element's document was parsed from.</param>
    /// <param name="value">A string.</param>
    public static ReadOnlyMemory<byte> SliceOf(ReadOnlyMemory<byte> body, JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        var inside = raw[1..^1];
        if (inside.Contains((byte)'\\'))
        {
            return System.Text.Encoding.UTF8.GetBytes(JsonText.Unescape(inside));
        }

        var offset = Unsafe.ByteOffset(ref MemoryMarshal.GetReference(body.Span), ref MemoryMarshal.GetReference(inside));
        return offset >= 0 && offset + inside.Length <= body.Length ? body.Slice((int)offset, inside.Length) : inside.ToArray();
    }
}
