using System.Text;

namespace Tollgate.Engine.Routing;

/// <summary>A name with <c>*</c>: each star matches any text, <c>/</c> and nothing included; the whole name must match (routing.md 2.3).</summary>
public sealed class WildcardPattern(string text)
{
    private readonly string[] _literals = text.Split('*');

    public string Text { get; } = text;

    /// <summary>Number of stars.</summary>
    public int Stars => _literals.Length - 1;

    /// <summary>Matches a name and tells what each star stood for.</summary>
    /// <returns>Null when the name does not match.</returns>
    public string[]? Match(string name)
    {
        if (!name.StartsWith(_literals[0], StringComparison.Ordinal))
        {
            return null;
        }

        var captures = new string[Stars];
        var at = _literals[0].Length;
        for (var i = 1; i < _literals.Length; i++)
        {
            var literal = _literals[i];
            var last = i == _literals.Length - 1;

            // The last literal must end the name; earlier ones are found leftmost, which never rules a match out.
            var found = last
                ? (name.Length - literal.Length >= at && name.EndsWith(literal, StringComparison.Ordinal) ? name.Length - literal.Length : -1)
                : name.IndexOf(literal, at, StringComparison.Ordinal);
            if (found < 0)
            {
                return null;
            }

            captures[i - 1] = name[at..found];
            at = found + literal.Length;
        }

        return Stars > 0 || at == name.Length ? captures : null;
    }

    /// <summary>Puts captured text into the stars of a target; a target without stars is taken as it is.</summary>
    public static string Fill(string target, string[] captures)
    {
        var parts = target.Split('*');
        var filled = new StringBuilder(parts[0]);
        for (var i = 1; i < parts.Length; i++)
        {
            filled.Append(captures.Length == 0 ? "" : captures[Math.Min(i - 1, captures.Length - 1)]).Append(parts[i]);
        }

        return filled.ToString();
    }
}
