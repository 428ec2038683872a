using System.Globalization;
using System.Text;

namespace Tollgate.Configuration;

/// <summary>Values as Python prints them: the input of LiteLLM's deployment ids (config.md 4.4).</summary>
internal static class PythonText
{
    /// <summary><c>str(value)</c>, a mapping as <c>json.dumps(value)</c>.</summary>
    public static string Of(ConfigNode node) => node switch
    {
        ScalarNode { Kind: ScalarKind.Text or ScalarKind.Timestamp } scalar => scalar.Text,
        MappingNode mapping => Json(mapping),
        _ => Repr(node),
    };

    private static string Repr(ConfigNode node)
    {
        switch (node)
        {
            case SequenceNode list:
                return "[" + string.Join(", ", list.Items.Select(Repr)) + "]";
            case MappingNode mapping:
                return "{" + string.Join(", ", mapping.Entries.Select(static e => Quote(e.Key) + ": " + Repr(e.Value))) + "}";
            case ScalarNode scalar:
                return scalar.Kind is ScalarKind.Text or ScalarKind.Timestamp ? Quote(scalar.Text) : Word(scalar, "True", "False", "None");
            default:
                return "";
        }
    }

    private static string Json(ConfigNode node) => node switch
    {
        MappingNode mapping => "{" + string.Join(", ", mapping.Entries.Select(static e => JsonString(e.Key) + ": " + Json(e.Value))) + "}",
        SequenceNode list => "[" + string.Join(", ", list.Items.Select(Json)) + "]",
        ScalarNode { Kind: ScalarKind.Text or ScalarKind.Timestamp } scalar => JsonString(scalar.Text),
        ScalarNode scalar => Word(scalar, "true", "false", "null"),
        _ => "",
    };

    private static string Word(ScalarNode scalar, string yes, string no, string none) => scalar.Kind switch
    {
        ScalarKind.Null => none,
        ScalarKind.Bool => YamlScalars.TryBool(scalar.Text, out var value) && value ? yes : no,
        ScalarKind.Int => YamlScalars.YamlInteger(scalar.Text).ToString(CultureInfo.InvariantCulture),
        _ => Float(scalar.Text),
    };

    /// <summary>Shortest round-trip; exponent form below 1e-4 and from 1e16, the exponent with two digits at least.</summary>
    private static string Float(string text)
    {
        if (text.EndsWith("inf", StringComparison.OrdinalIgnoreCase))
        {
            return text.StartsWith('-') ? "-inf" : "inf";
        }

        if (!YamlScalars.TryNumber(text, out var value))
        {
            return text.EndsWith("nan", StringComparison.OrdinalIgnoreCase) ? "nan" : text;
        }

        return FormatFloat(value);
    }

    internal static string FormatFloat(double value)
    {
        var scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = int.Parse(scientific[(scientific.IndexOf('E', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
        if (value != 0 && exponent is < -4 or >= 16)
        {
            return Scientific(shortest, exponent);
        }

        var plain = shortest.Contains('E', StringComparison.Ordinal)
            ? decimal.Parse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
            : shortest;
        return plain.Contains('.', StringComparison.Ordinal) ? plain : plain + ".0";
    }

    private static string Scientific(string shortest, int exponent)
    {
        var end = shortest.IndexOf('E', StringComparison.Ordinal);
        var sign = shortest.StartsWith('-') ? "-" : "";
        var digits = (end < 0 ? shortest : shortest[..end]).Replace(".", "", StringComparison.Ordinal).TrimStart('-').Trim('0');
        var mantissa = digits.Length <= 1 ? digits : digits[..1] + "." + digits[1..];
        return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string Quote(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var quoted = new StringBuilder().Append(quote);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                _ when c == quote => quoted.Append('\\').Append(c),
                < ' ' or '\u007f' => quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append(quote).ToString();
    }

    private static string JsonString(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                < ' ' or > '~' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
