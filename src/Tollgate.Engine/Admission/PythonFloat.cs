using System.Globalization;

namespace Tollgate.Engine.Admission;

/// <summary>Numbers as LiteLLM's messages and headers show them: <c>1.0</c>, <c>0.25</c>, <c>3.5e-06</c>.</summary>
internal static class PythonFloat
{
    /// <summary>Two numbers of so many digits are never the same double, so that the digits themselves are the shortest text.</summary>
    private const ulong MostExact = 999_999_999_999_999;

    private const int NanoScale = 9;

    /// <summary>Python writes an exponent below 0.0001.</summary>
    private const int LeastExponent = -4;

    /// <summary>The shortest text that reads back as the same number, in Python's form.</summary>
    public static string Format(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var mantissa = ((ulong)(uint)parts[1] << 32) | (uint)parts[0];
        if (parts[2] == 0 && mantissa <= MostExact)
        {
            // PERF: a tenth of the way over a double; every answer has two of these.
            return Format(mantissa, scale: (parts[3] >> 16) & 0xFF, isNegative: parts[3] < 0);
        }

        // Not a cast: that is off by one in the last place at times.
        var number = double.Parse(value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
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

    /// <summary>The same for an amount in nano-USD, as USD.</summary>
    public static string FormatNano(long nano)
    {
        var size = nano < 0 ? unchecked((ulong)-nano) : (ulong)nano;
        return size <= MostExact ? Format(size, NanoScale, nano < 0) : Format(Money.ToUsd(nano));
    }

    private static string Format(ulong mantissa, int scale, bool isNegative)
    {
        if (mantissa == 0)
        {
            return isNegative ? "-0.0" : "0.0";
        }

        while (mantissa % 10 == 0)
        {
            mantissa /= 10;
            scale--;
        }

        Span<char> digits = stackalloc char[20];
        mantissa.TryFormat(digits, out var count, default, CultureInfo.InvariantCulture);
        Span<char> text = stackalloc char[40];
        var length = 0;
        if (isNegative)
        {
            text[length++] = '-';
        }

        var exponent = count - 1 - scale;
        length += exponent < LeastExponent
            ? WriteScientific(text[length..], digits[..count], exponent)
            : WriteFixed(text[length..], digits[..count], exponent);
        return new string(text[..length]);
    }

    private static int WriteScientific(Span<char> text, ReadOnlySpan<char> digits, int exponent)
    {
        var length = 0;
        text[length++] = digits[0];
        if (digits.Length > 1)
        {
            text[length++] = '.';
            digits[1..].CopyTo(text[length..]);
            length += digits.Length - 1;
        }

        text[length++] = 'e';
        text[length++] = '-';
        (-exponent).TryFormat(text[length..], out var written, "00", CultureInfo.InvariantCulture);
        return length + written;
    }

    private static int WriteFixed(Span<char> text, ReadOnlySpan<char> digits, int exponent)
    {
        var whole = exponent + 1;
        if (whole <= 0)
        {
            "0.".CopyTo(text);
            text.Slice(2, -whole).Fill('0');
            digits.CopyTo(text[(2 - whole)..]);
            return 2 - whole + digits.Length;
        }

        if (whole >= digits.Length)
        {
            digits.CopyTo(text);
            text[digits.Length..whole].Fill('0');
            ".0".CopyTo(text[whole..]);
            return whole + 2;
        }

        digits[..whole].CopyTo(text);
        text[whole] = '.';
        digits[whole..].CopyTo(text[(whole + 1)..]);
        return digits.Length + 1;
    }
}
