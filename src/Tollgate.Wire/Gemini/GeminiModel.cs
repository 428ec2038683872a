using System.Buffers;
using System.Globalization;

namespace Tollgate.Wire.Gemini;

/// <summary>What a model's name tells of what it takes.</summary>
/// <param name="Generation">2.5 for <c>gemini-2.5-flash</c>; 2.5 where the name does not say.</param>
/// <param name="IsFlash">One of the small models.</param>
internal readonly record struct GeminiModel(double Generation, bool IsFlash)
{
    private const double Unsaid = 2.5;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Thinking has levels, not budgets; calls of tools need the signature of the thought before them.</summary>
    public bool HasLevels => Generation >= 3;

    /// <summary>Schemas of answers may be JSON schemas.</summary>
    public bool TakesJsonSchema => Generation >= 2;

    /// <summary>Reads a name, with or without path: <c>models/gemini-3-pro</c>.</summary>
    public static GeminiModel Of(string name)
    {
        var isFlash = name.Contains("flash", StringComparison.OrdinalIgnoreCase);
        const string family = "gemini-";
        var at = name.IndexOf(family, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return new GeminiModel(Unsaid, isFlash);
        }

        var digits = name.AsSpan(at + family.Length);
        var length = digits.IndexOfAnyExcept(Digits);
        digits = length < 0 ? digits : digits[..length];
        return new GeminiModel(
            double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var generation) ? generation : Unsaid, isFlash);
    }
}
