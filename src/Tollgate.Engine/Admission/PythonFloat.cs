using System.Globalization;

namespace Tollgate.Engine.Admission;

/// <summary>Numbers as LiteLLM's messages and headers show them: <c>1.0</c>, <c>0.25</c>, <c>3.5e-06</c>.</summary>
internal static class PythonFloat
{
    /// <summary>The shortest text that reads back as the same number, in Python's form.</summary>
    public static string Format(decimal value)
    {
        var number = (double)value;
        if (number != 0 && (Math.Abs(number) < 1e-4 || Math.Abs(number) >= 1e16))
        {
            var text = number.ToString("0.################e+00", CultureInfo.InvariantCulture);
            return text;
        }

        var plain = number.ToString("0.0################", CultureInfo.InvariantCulture);
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        return shortest.Contains('E', StringComparison.Ordinal) || !shortest.Contains('.', StringComparison.Ordinal) ? plain : shortest;
    }
}
