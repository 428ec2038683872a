using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tollgate.Data.Rows;

namespace Tollgate.Management.Kernel;

/// <summary>JSON of the control plane, read strictly and written as Python writes it: a real number always has a fraction (<c>0.0</c>).</summary>
public static class AdminJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How answers are written, for those that are sent in parts.</summary>
    internal static JsonWriterOptions WriterOptions => Options;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = true };

    /// <summary>Reads a body.</summary>
    /// <exception cref="AdminException">422 when it is no JSON object.</exception>
    public static JsonObject Parse(byte[] utf8)
    {
        try
        {
            // Through a document first: a tree built lazily would report repeated members and bad numbers only when touched.
            using var document = JsonDocument.Parse(utf8, Strict);
            return Copy(document.RootElement) as JsonObject
                ?? throw AdminException.Invalid(new ValidationFault(
                    "dict_type", ["body"], "Input should be a valid dictionary", Copy(document.RootElement)));
        }
        catch (JsonException error)
        {
            throw AdminException.Invalid(new ValidationFault(
                "json_invalid",
                ["body", (error.BytePositionInLine ?? 0).ToString(CultureInfo.InvariantCulture)],
                "JSON decode error",
                null));
        }
        catch (InvalidOperationException)
        {
            // A text with half a surrogate pair.
            throw AdminException.Invalid(new ValidationFault("json_invalid", ["body", "0"], "JSON decode error", null));
        }
    }

    /// <summary>Sends an answer; null is the JSON null.</summary>
    public static async Task SendAsync(HttpContext http, JsonNode? answer)
    {
        http.Response.ContentType = "application/json";
        http.Response.Headers["x-litellm-version"] = "1.81.0";
        await using var writer = new Utf8JsonWriter(http.Response.BodyWriter, Options);
        Write(writer, answer);
        await writer.FlushAsync(http.RequestAborted);
    }

    /// <summary>The text of a value.</summary>
    public static string ToText(JsonNode? node, bool indented = false)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options with { Indented = indented }))
        {
            Write(writer, node);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Writes a value.</summary>
    public static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case null:
                writer.WriteNullValue();
                break;
            case JsonObject value:
                writer.WriteStartObject();
                foreach (var (name, member) in value)
                {
                    writer.WritePropertyName(name);
                    Write(writer, member);
                }

                writer.WriteEndObject();
                break;
            case JsonArray array:
                writer.WriteStartArray();
                foreach (var item in array)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValue value when value.TryGetValue(out double number) && IsReal(value):
                WriteReal(writer, number);
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }

    /// <summary>True for values made from a <see cref="double"/>; numbers that came as text keep their text.</summary>
    private static bool IsReal(JsonValue value) => value.GetValueKind() == JsonValueKind.Number && !value.TryGetValue<JsonElement>(out _)
        && !value.TryGetValue<long>(out _) && !value.TryGetValue<int>(out _) && !value.TryGetValue<decimal>(out _);

    private static void WriteReal(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number) && number == Math.Truncate(number) && Math.Abs(number) < 1e15)
        {
            writer.WriteRawValue(number.ToString("F1", CultureInfo.InvariantCulture));
        }
        else if (double.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private static JsonNode? Copy(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var value = new JsonObject();
                foreach (var member in element.EnumerateObject())
                {
                    value[member.Name] = Copy(member.Value);
                }

                return value;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Copy)]);
            case JsonValueKind.String:
                // PostgreSQL takes no U+0000: without it here, a row is found again under the name that was sent.
                return JsonValue.Create(Storable.Text(element.GetString()!));
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element.Clone());
        }
    }
}
