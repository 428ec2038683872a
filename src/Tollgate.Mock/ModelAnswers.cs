using System.Buffers;
using System.Text.Json;

namespace Tollgate.Mock;

/// <summary>The list of models.</summary>
internal static class ModelAnswers
{
    // A fixed date keeps the answer byte-for-byte the same: 2025-01-01.
    private const long Created = 1735689600;

    public static byte[] List(IReadOnlyList<string> models) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list");
        json.WriteStartArray("data"u8);
        foreach (var model in models)
        {
            WriteModel(json, model);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    public static byte[] One(string model) => Write(json => WriteModel(json, model));

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            write(json);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteModel(Utf8JsonWriter json, string model)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, model);
        json.WriteString("object"u8, "model");
        json.WriteNumber("created"u8, Created);
        json.WriteString("owned_by"u8, "tollgate-mock");
        json.WriteEndObject();
    }
}
