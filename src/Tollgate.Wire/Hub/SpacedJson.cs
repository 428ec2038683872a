using System.Text;
using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>JSON text as Python writes it: a blank behind each comma and colon.</summary>
// COMPAT: arguments that an upstream sends as an object reach clients in this spacing, and some compare the text (10-wire-examples.md section 1).
public static class SpacedJson
{
    /// <summary>The text of a value, numbers and strings as they came.</summary>
    public static string Of(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined:
                text.Append("{}");
                break;
            case JsonValueKind.Object:
                text.Append('{');
                var first = true;
                foreach (var member in value.EnumerateObject())
                {
                    text.Append(first ? "\"" : ", \"").Append(JsonEncodedText.Encode(member.Name, HubJson.Writing.Encoder)).Append("\": ");
                    Append(text, member.Value);
                    first = false;
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                for (var i = 0; i < value.GetArrayLength(); i++)
                {
                    text.Append(i == 0 ? "" : ", ");
                    Append(text, value[i]);
                }

                text.Append(']');
                break;
            default:
                text.Append(Encoding.UTF8.GetString(value.Bytes()));
                break;
        }
    }
}
