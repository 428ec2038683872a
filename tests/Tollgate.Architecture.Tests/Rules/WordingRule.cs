using System.Text.RegularExpressions;

namespace Tollgate.Architecture.Tests.Rules;

/// <summary>R15, R28, R38: what no source file contains.</summary>
internal static partial class WordingRule
{
    /// <summary>Problems: postponed work, regions, and failures of any kind that nobody hears of.</summary>
    public static IEnumerable<string> Check(SourceFile file)
    {
        foreach (var match in Postponed().Matches(file.Text).Cast<Match>())
        {
            yield return $"{file.At(file.LineOf(match.Index))}: {match.Value}: do it, or leave it out";
        }

        foreach (var match in Region().Matches(file.CSharp.Code).Cast<Match>())
        {
            yield return $"{file.At(file.LineOf(match.Index))}: a region hides a type that should be two";
        }

        foreach (var match in SilentCatch().Matches(file.CSharp.Code).Cast<Match>())
        {
            yield return $"{file.At(file.LineOf(match.Index))}: swallows every exception; name those that are expected";
        }
    }

    // The brackets keep this file from being a finding itself.
    [GeneratedRegex(@"\b(T[O]DO|F[I]XME|H[A]CK|X[X]X)\b")]
    private static partial Regex Postponed();

    [GeneratedRegex(@"^[ \t]*#\s*region\b", RegexOptions.Multiline)]
    private static partial Regex Region();

    /// <summary>A filter (<c>when</c>) names what is expected, so it is not matched; comments are blanked before.</summary>
    [GeneratedRegex(@"\bcatch\s*(\(\s*(System\s*\.\s*)?Exception(\s+\w+)?\s*\)\s*)?\{\s*\}")]
    private static partial Regex SilentCatch();
}
