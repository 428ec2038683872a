using System.Buffers;
using System.Text.Json;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>Objects of providers, read as far as they must be read, and with other ids.</summary>
internal static class StoredObject
{
    private static readonly JsonWriterOptions Relaxed =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Text members of the root; empty when it is no object.</summary>
    public static Dictionary<string, string> TextsOf(ReadOnlyMemory<byte> json)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in document.RootElement.EnumerateObject().Where(static member => member.Value.ValueKind == JsonValueKind.String))
                {
                    texts[member.Name] = member.Value.GetString()!;
                }
            }
        }
        catch (JsonException)
        {
            // What is no JSON is the client's to see.
        }

        return texts;
    }

    /// <summary>An object with other texts in members of its root that are there.</summary>
    public static ReadOnlyMemory<byte> With(ReadOnlyMemory<byte> json, IReadOnlyDictionary<string, string> texts)
    {
        using var document = JsonDocument.Parse(json);
        return Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (texts.TryGetValue(member.Name, out var text) && member.Value.ValueKind == JsonValueKind.String)
                {
                    writer.WriteString(member.Name, text);
                }
                else
                {
                    member.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        });
    }

    /// <summary>A page of a listing.</summary>
    public static ReadOnlyMemory<byte> Page(IReadOnlyList<ManagedResource> shown, bool hasMore) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("object"u8, "list"u8);
        writer.WriteStartArray("data"u8);
        foreach (var resource in shown)
        {
            writer.WriteRawValue(resource.Object.Span);
        }

        writer.WriteEndArray();
        writer.WriteString("first_id"u8, shown.Count > 0 ? shown[0].Id : null);
        writer.WriteString("last_id"u8, shown.Count > 0 ? shown[^1].Id : null);
        writer.WriteBoolean("has_more"u8, hasMore);
        writer.WriteEndObject();
    });

    /// <summary>What is answered when a file is gone.</summary>
    public static ReadOnlyMemory<byte> Deleted(string id) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, id);
        writer.WriteString("object"u8, "file"u8);
        writer.WriteBoolean("deleted"u8, value: true);
        writer.WriteEndObject();
    });

    /// <summary>An object written from scratch.</summary>
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(output, Relaxed))
        {
            write(writer);
        }

        return output.WrittenMemory;
    }
}
