using System.Text.RegularExpressions;

namespace Tollgate.Configuration;

/// <summary>The duration grammar of budgets and retention (config.md 15.3).</summary>
internal static partial class DurationText
{
    public const string Hint = "Use <number><unit> with s, m, h, d, w, mo - e.g. 30d";

    public static bool IsValid(string text) => Form().IsMatch(text);

    /// <summary>A fixed length in seconds; months and the calendar words have none.</summary>
    public static bool TrySeconds(string text, out double seconds)
    {
        seconds = 0;
        var unit = text.Length > 0 ? text[^1] : ' ';
        double scale = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
        return scale > 0 && YamlScalars.TryNumber(text[..^1], out var number) && (seconds = number * scale) >= 0;
    }

    [GeneratedRegex(@"\A([0-9]{1,9}(s|m|h|d|w|mo)?|hourly|daily|weekly|monthly)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
