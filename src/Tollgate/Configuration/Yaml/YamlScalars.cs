using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Tollgate.Configuration;

/// <summary>YAML 1.1's idea of plain scalars, as LiteLLM's parser has it, and ours where that surprises (config.md 2.2).</summary>
internal static partial class YamlScalars
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>The YAML 1.1 type of a plain scalar.</summary>
    public static ScalarKind KindOf(string text)
    {
        if (text.Length == 0 || text is "~" or "null" or "Null" or "NULL")
        {
            return ScalarKind.Null;
        }

        if (text.Length > 64)
        {
            return ScalarKind.Text;
        }

        if (TryYamlBool(text, out _))
        {
            return ScalarKind.Bool;
        }

        var first = text[0];
        if (!char.IsAsciiDigit(first) && first is not ('-' or '+' or '.'))
        {
            return ScalarKind.Text;
        }

        return IntForm().IsMatch(text) ? ScalarKind.Int
            : FloatForm().IsMatch(text) ? ScalarKind.Float
            : DateForm().IsMatch(text) ? ScalarKind.Timestamp
            : ScalarKind.Text;
    }

    /// <summary><c>yes/no/on/off/true/false</c>, lower, Title or UPPER case; nothing else.</summary>
    public static bool TryYamlBool(string text, out bool value)
    {
        value = text is "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON";
        return value || text is "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF";
    }

    /// <summary>Any spelling a boolean key or variable accepts: the above in any case, and <c>1</c>/<c>0</c>.</summary>
    public static bool TryBool(string text, out bool value)
    {
        value = Is("true", text) || Is("yes", text) || Is("on", text) || text is "1";
        return value || Is("false", text) || Is("no", text) || Is("off", text) || text is "0";
    }

    /// <summary>
    /// A number for a numeric key: <c>1e-6</c>, <c>1_000</c>, <c>0x1F</c> and <c>0777</c> (decimal) all count; <c>12:30</c> does not.
    /// </summary>
    public static bool TryNumber(string text, out double value)
    {
        var digits = text.Trim().Replace("_", "", StringComparison.Ordinal);
        if (TryHex(digits, out var hex))
        {
            value = (double)hex;
            return true;
        }

        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value)
            && DecimalForm().IsMatch(digits);
    }

    /// <summary>A whole number, also when written <c>100.0</c> or <c>1e3</c>.</summary>
    public static bool TryInteger(string text, out long value)
    {
        value = 0;
        var digits = text.Trim().Replace("_", "", StringComparison.Ordinal);
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        if (!TryNumber(text, out var number) || Math.Floor(number) != number || Math.Abs(number) > 9e15)
        {
            return false;
        }

        value = (long)number;
        return true;
    }

    /// <summary>YAML 1.1 reads <c>0777</c> as octal 511; a numeric key takes it as decimal, which deserves a word.</summary>
    public static bool LooksOctal(string text) => OctalForm().IsMatch(text);

    /// <summary><c>12:30</c>: a base-60 number in YAML 1.1, text to everyone else.</summary>
    public static bool IsSexagesimal(string text) => text.Contains(':', StringComparison.Ordinal);

    /// <summary>The integer that YAML 1.1 makes of a scalar of kind <see cref="ScalarKind.Int"/>.</summary>
    public static BigInteger YamlInteger(string text)
    {
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        var negative = digits.StartsWith('-');
        digits = digits.TrimStart('-', '+');
        var value = digits switch
        {
            _ when IsSexagesimal(digits) =>
                digits.Split(':').Aggregate(BigInteger.Zero, static (sum, part) =>
                    (sum * 60) + BigInteger.Parse(part, CultureInfo.InvariantCulture)),
            ['0', 'b', ..] => digits[2..].Aggregate(BigInteger.Zero, static (sum, bit) => (sum * 2) + (bit - '0')),
            ['0', 'x', ..] => BigInteger.Parse("0" + digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            ['0', _, ..] => digits.Aggregate(BigInteger.Zero, static (sum, digit) => (sum * 8) + (digit - '0')),
            _ => BigInteger.Parse(digits, CultureInfo.InvariantCulture),
        };
        return negative ? -value : value;
    }

    /// <summary>A plain scalar that YAML 1.1 leaves as text though everyone means a number (<c>1e-6</c>).</summary>
    public static bool IsLooseNumber(string text) => text.Length <= 64 && LooseNumberForm().IsMatch(text);

    /// <summary>True when the text is a JSON number as it stands.</summary>
    public static bool IsJsonNumber(string text) => text.Length <= 64 && JsonNumberForm().IsMatch(text);

    private static bool TryHex(string digits, out BigInteger value)
    {
        value = BigInteger.Zero;
        return digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && digits.Length is > 2 and < 18
            && BigInteger.TryParse("0" + digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static bool Is(string word, string text) => string.Equals(word, text, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\A[-+]?(0b[01_]+|0[0-7_]+|(0|[1-9][0-9_]*)|0x[0-9a-fA-F_]+|[1-9][0-9_]*(:[0-5]?[0-9])+)\z", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IntForm();

    [GeneratedRegex(
        @"\A([-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?|\.[0-9][0-9_]*([eE][-+][0-9]+)?"
            + @"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z",
        Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FloatForm();

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+|\z)", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DateForm();

    [GeneratedRegex(@"\A[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\z", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DecimalForm();

    [GeneratedRegex(@"\A[-+]?0[0-7_]+\z", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OctalForm();

    [GeneratedRegex(@"\A[-+]?([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9]+)[eE][-+]?[0-9]+\z", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LooseNumberForm();

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\z", Options, matchTimeoutMilliseconds: 1000)]
    private static partial Regex JsonNumberForm();
}
