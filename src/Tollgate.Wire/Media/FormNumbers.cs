using System.Globalization;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Media;

/// <summary>Values of forms, which are all texts, where JSON has numbers, truth values and lists.</summary>
internal static class FormNumbers
{
    /// <summary>A number, also one in quotes; null for anything else.</summary>
    public static double? Of(JsonElement value) => value.Number()
        ?? (double.TryParse(value.Text(), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) && double.IsFinite(parsed) ? parsed : null);

    /// <summary>Writes a value as what it says: <c>true</c>, <c>12</c> and <c>["en"]</c> are no texts.</summary>
    public static void Write(Utf8JsonWriter json, JsonElement value)
    {
        if (value.Text() is not { } text)
        {
            json.WriteElement(value);
            return;
        }

        text = text.Trim();
        text = text is "True" ? "true" : text is "False" ? "false" : text;
        var utf8 = Encoding.UTF8.GetBytes(text);
        var members = new JsonMembers();
        if (JsonScanner.Scan(utf8, members).IsNone && members.RootKind is not (JsonKind.String or JsonKind.Null))
        {
            json.WriteRawValue(utf8, skipInputValidation: true);
        }
        else
        {
            json.WriteElement(value);
        }
    }
}
