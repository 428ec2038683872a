using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Vectors;

/// <summary>What is kept with a passage as attributes: the plain values of a record, without vectors and without the passage.</summary>
internal static class FlatFields
{
    public static JsonElement Of(JsonElement record, Func<string, bool> isLeftOut)
    {
        var written = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            json.WriteStartObject();
            foreach (var member in record.EnumerateObject())
            {
                var name = member.NameOf();
                if (!isLeftOut(name)
                    && member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
                {
                    json.WritePropertyName(name);
                    json.WriteElement(member.Value);
                }
            }

            json.WriteEndObject();
        }

        return JsonDocument.Parse(written.WrittenMemory).RootElement;
    }
}
