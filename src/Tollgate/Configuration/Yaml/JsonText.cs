using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tollgate.Configuration;

/// <summary>Nodes as JSON text: what is sent upstream or shown, typed as the operator meant it (config.md 2.2).</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonMember Member(string name, ConfigNode node) => new(name, Utf8(node));

    public static byte[] Utf8(ConfigNode node)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            Write(json, node);
        }

        return stream.ToArray();
    }

    public static string Of(ConfigNode node) => Encoding.UTF8.GetString(Utf8(node));

    private static void Write(Utf8JsonWriter json, ConfigNode node)
    {
        switch (node)
        {
            case MappingNode mapping:
                json.WriteStartObject();
                foreach (var entry in mapping.Entries)
                {
                    json.WritePropertyName(entry.Key);
                    Write(json, entry.Value);
                }

                json.WriteEndObject();
                break;
            case SequenceNode list:
                json.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case ScalarNode scalar:
                WriteScalar(json, scalar);
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter json, ScalarNode scalar)
    {
        switch (scalar.Kind)
        {
            case ScalarKind.Null:
                json.WriteNullValue();
                break;
            case ScalarKind.Bool when YamlScalars.TryBool(scalar.Text, out var value):
                json.WriteBooleanValue(value);
                break;
            case ScalarKind.Int or ScalarKind.Float when !YamlScalars.IsSexagesimal(scalar.Text):
                WriteNumber(json, scalar.Text);
                break;
            case ScalarKind.Text when scalar.Plain && YamlScalars.IsLooseNumber(scalar.Text):
                WriteNumber(json, scalar.Text);
                break;
            default:
                json.WriteStringValue(scalar.Text);
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string text)
    {
        if (YamlScalars.IsJsonNumber(text))
        {
            json.WriteRawValue(text);
        }
        else if (YamlScalars.TryInteger(text, out var integer))
        {
            json.WriteNumberValue(integer);
        }
        else if (YamlScalars.TryNumber(text, out var number))
        {
            json.WriteRawValue(number.ToString("R", CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteStringValue(text);
        }
    }
}
