using System.Globalization;

namespace Tollgate.Engine.Admission;

/// <summary>Numbers as LiteLLM's messages and headers show them: <c>1.0</c>, <c>0.25</c>, <c>3.5e-06</c>.</summary>
internal static class PythonFloat
{
    /// <summary>The shortest text that reads back as the same number, in Python's form.</summary>
    public static string Format(decimal value)
    {
        // PERF: this form costs a tenth of a custom one, and three headers of every answer are such numbers.
        var number = (double)value;
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        if (!shortest.Contains('E', StringComparison.Ordinal))
        {
            return shortest.Contains('.', StringComparison.Ordinal) ? shortest : shortest + ".0";
        }

        // Python takes an exponent from 1e16 on, .NET a little earlier.
        return Math.Abs(number) is >= 1 and < 1e16
            ? number.ToString("0.0################", CultureInfo.InvariantCulture)
            : shortest.Replace('E', 'e');
    }
}
