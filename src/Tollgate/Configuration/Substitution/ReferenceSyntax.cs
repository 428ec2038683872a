using System.Text;
using System.Text.RegularExpressions;

namespace Tollgate.Configuration;

/// <summary>One text with its references replaced.</summary>
/// <param name="Text">The result; references without a value stand as written.</param>
/// <param name="Names">Every name that was referred to.</param>
/// <param name="Missing">The names among them that have no value.</param>
/// <param name="IsWhole">The text was one reference and nothing else.</param>
/// <param name="Complaint">Message of <c>${NAME:?message}</c> when NAME is not set.</param>
internal sealed record Substituted(string Text, IReadOnlyList<string> Names, IReadOnlyList<string> Missing, bool IsWhole,
    string? Complaint);

/// <summary>The reference forms of config.md 3.1: <c>os.environ/X</c>, <c>${X}</c>, <c>${X:-d}</c>, <c>${X:?m}</c>, <c>$${X}</c>.</summary>
internal static partial class ReferenceSyntax
{
    private const string Prefix = "os.environ/";

    public static bool HasReference(string text) =>
        text.StartsWith(Prefix, StringComparison.Ordinal) || text.Contains("${", StringComparison.Ordinal);

    /// <param name="text">The text as written.</param>
    /// <param name="lookup">The value of a variable, or null when it is not set.</param>
    public static Substituted Replace(string text, Func<string, string?> lookup)
    {
        if (text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            var name = text[Prefix.Length..].Trim();
            var value = lookup(name);
            return new(value ?? text, [name], value is null ? [name] : [], IsWhole: true, Complaint: null);
        }

        var result = new StringBuilder();
        var names = new List<string>();
        var missing = new List<string>();
        string? complaint = null;
        var last = 0;
        var matches = Form().Matches(text);
        foreach (Match match in matches)
        {
            result.Append(text, last, match.Index - last);
            last = match.Index + match.Length;
            if (match.Groups["escape"].Success)
            {
                result.Append(match.Value, 1, match.Length - 1);
                continue;
            }

            var name = match.Groups["name"].Value;
            var fallback = match.Groups["default"];
            names.Add(name);
            var value = lookup(name);
            if (fallback.Success && string.IsNullOrEmpty(value))
            {
                value = fallback.Value;
            }

            if (value is null)
            {
                missing.Add(name);
                complaint ??= match.Groups["message"] is { Success: true } message ? message.Value : null;
            }

            result.Append(value ?? match.Value);
        }

        result.Append(text, last, text.Length - last);
        var isWhole = matches.Count == 1 && names.Count == 1 && matches[0].Length == text.Length;
        return new(result.ToString(), names, missing, isWhole, complaint);
    }

    [GeneratedRegex(@"(?<escape>\$)?\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?<default>[^}]*)|:\?(?<message>[^}]*))?\}",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
