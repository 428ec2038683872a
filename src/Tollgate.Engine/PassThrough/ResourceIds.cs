using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Tollgate.Engine.PassThrough;

/// <summary>
/// Ids of stored resources that say by which model they were made, so that whoever asks again is led to the same place (llm-api.md 13.1): the
/// provider's prefix, then base64url of <c>litellm:&lt;id&gt;;model,&lt;name&gt;</c>.
/// </summary>
public static class ResourceIds
{
    private const string Mark = "litellm:";
    private const string Between = ";model,";

    private static readonly string[] Prefixes = ["file-", "batch_", "ftjob-", "vsfb_", "vs_"];

    private static readonly FrozenSet<string> Members = new[]
    {
        "id", "input_file_id", "output_file_id", "error_file_id", "file_id", "training_file", "validation_file", "result_files",
            "first_id", "last_id",
        "vector_store_id", "file_ids",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>An id that says its model; texts that are no ids stay as they are.</summary>
    public static string Encode(string id, string model)
        => PrefixOf(id) is { } prefix && !TryDecode(id, out _, out _) ? prefix + Base64(Encoding.UTF8.GetBytes($"{Mark}{id}{Between}{model}")) : id;

    /// <summary>The provider's own id and the model; false for ids that do not say it.</summary>
    public static bool TryDecode(string text, out string id, out string model)
    {
        (id, model) = (text, "");
        if (PrefixOf(text) is not { } prefix || Plain(text[prefix.Length..]) is not { } plain || !plain.StartsWith(Mark, StringComparison.Ordinal))
        {
            return false;
        }

        var split = plain.IndexOf(Between, StringComparison.Ordinal);
        if (split < 0)
        {
            return false;
        }

        (id, model) = (plain[Mark.Length..split], plain[(split + Between.Length)..]);
        return model.Length > 0;
    }

    /// <summary>An answer with its ids encoded; the same bytes when it is no JSON.</summary>
    public static ReadOnlyMemory<byte> EncodeAll(ReadOnlyMemory<byte> json, string model)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var output = new ArrayBufferWriter<byte>(json.Length + 256);
            using (var writer = new Utf8JsonWriter(output,
                new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                Copy(document.RootElement, writer, model, isId: false);
            }

            return output.WrittenMemory;
        }
        catch (JsonException)
        {
            return json;
        }
    }

    private static void Copy(JsonElement value, Utf8JsonWriter writer, string model, bool isId)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Copy(member.Value, writer, model, Members.Contains(member.Name));
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Copy(item, writer, model, isId);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String when isId:
                writer.WriteStringValue(Encode(value.GetString()!, model));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static string? PrefixOf(string id) => Array.Find(Prefixes, prefix => id.StartsWith(prefix, StringComparison.Ordinal));

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string? Plain(string base64)
    {
        var text = base64.Replace('-', '+').Replace('_', '/').PadRight((base64.Length + 3) / 4 * 4, '=');
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var length) ? Encoding.UTF8.GetString(buffer, 0, length) : null;
    }
}
