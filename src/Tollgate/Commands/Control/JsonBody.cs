using System.Text.Json;

namespace Tollgate.Commands.Control;

/// <summary>A request body, member by member.</summary>
internal sealed class JsonBody
{
    private readonly List<(string Name, object Value)> _members = [];

    /// <summary>Adds a member: text, number, flag, list of texts, JSON value or object. A member without a value is left out.</summary>
    public JsonBody With(string name, object? value)
    {
        if (value is not null)
        {
            _members.Add((name, value));
        }

        return this;
    }

    /// <summary>The JSON text.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            Write(writer);
        }

        return stream.ToArray();
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in _members)
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case decimal number:
                writer.WriteNumberValue(number);
                break;
            case JsonElement element:
                element.WriteTo(writer);
                break;
            case JsonBody inner:
                inner.Write(writer);
                break;
            case string[] texts:
                writer.WriteStartArray();
                foreach (var text in texts)
                {
                    writer.WriteStringValue(text);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue((string)value);
                break;
        }
    }
}
