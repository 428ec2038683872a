using System.Text.RegularExpressions;

namespace Tollgate.Architecture.Tests.Rules;

/// <summary>R50: what the documentation names is there.</summary>
internal static partial class DocumentationRule
{
    private static readonly string[] TopFolders = ["src", "tests", "docs", "catalog", "bench", "deploy", "scripts", ".ci"];

    /// <summary>Paths that are right although a fresh working copy may lack them.</summary>
    private static readonly Dictionary<string, string> MadeLater = new(StringComparer.Ordinal)
    {
        ["bench/results"] = "Written by the first benchmark run.",
    };

    /// <summary>Problems: paths in backticks, links to files and commands that lead nowhere.</summary>
    public static IEnumerable<string> Check(SourceFile page)
    {
        foreach (var (path, line) in Named(page).Distinct())
        {
            if (!Exists(path))
            {
                yield return $"{page.At(line)}: there is no {path}";
            }
        }
    }

    private static IEnumerable<(string Path, int Line)> Named(SourceFile page)
    {
        foreach (var match in Code().Matches(page.Text).Cast<Match>())
        {
            foreach (var word in match.Groups["code"].Value.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
            {
                var path = word.StartsWith("./", StringComparison.Ordinal) ? word[2..] : word;
                if (IsOurs(path) || IsScript(word))
                {
                    yield return (path, page.LineOf(match.Index));
                }
            }
        }

        var folder = Path.GetDirectoryName(page.Path) ?? "";
        foreach (var match in Link().Matches(page.Text).Cast<Match>())
        {
            var target = match.Groups["target"].Value.Split('#')[0];
            if (target.Length > 0 && !target.Contains(':'))
            {
                yield return (Path.Combine(folder, target), page.LineOf(match.Index));
            }
        }
    }

    /// <summary>A path below one of our folders; build output and names with a placeholder are no claims.</summary>
    private static bool IsOurs(string path) =>
        path.Split('/') is [var top, _, ..] parts && TopFolders.Contains(top) && !parts.Any(part => part is "bin" or "obj" or "node_modules")
        && path.IndexOfAny(['<', '{', '$', '…']) < 0 && !path.Contains("NNNN", StringComparison.Ordinal);

    private static bool IsScript(string word) => word.StartsWith("./", StringComparison.Ordinal) && word.EndsWith(".sh", StringComparison.Ordinal);

    private static bool Exists(string path)
    {
        path = path.TrimEnd('/', '.', ',', ':');
        if (MadeLater.ContainsKey(path))
        {
            return true;
        }

        var full = Repository.Path(path);
        if (!full.Contains('*'))
        {
            return File.Exists(full) || Directory.Exists(full);
        }

        var folder = Path.GetDirectoryName(full)!;
        return Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder, Path.GetFileName(full)).Any();
    }

    [GeneratedRegex(@"^```[^\n]*\n(?<code>.*?)^```|(?<!`)`(?<code>[^`\n]+)`", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
