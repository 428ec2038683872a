using System.Text;

namespace Tollgate.Configuration;

/// <summary>
/// Reads <c>.env</c> files: <c>export X=y</c>, quotes, comments, double-quoted values over several lines (config.md 1.1).
/// </summary>
internal static class DotEnvFileReader
{
    /// <summary>Pairs in file order; a file that cannot be read, or a line that is no assignment, gives none.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // A stray, unreadable .env of a parent directory must not stop a start that does not need it.
            return [];
        }
    }

    public static IReadOnlyList<KeyValuePair<string, string>> Parse(string text)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = text.TrimStart('\ufeff').ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line.StartsWith("export ", StringComparison.Ordinal))
            {
                line = line["export ".Length..].TrimStart();
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var name = equals > 0 ? line[..equals].TrimEnd() : "";
            if (name.Length == 0 || name.Contains(' ', StringComparison.Ordinal))
            {
                continue;
            }

            pairs[name] = ReadValue(line[(equals + 1)..].TrimStart(), lines, ref i);
        }

        return [.. pairs];
    }

    private static string ReadValue(string rest, string[] lines, ref int index)
    {
        if (rest.StartsWith('\''))
        {
            var end = rest.IndexOf('\'', 1);
            return end < 0 ? rest[1..] : rest[1..end];
        }

        if (rest.StartsWith('"'))
        {
            return ReadDoubleQuoted(rest[1..], lines, ref index);
        }

        var comment = rest.IndexOf(" #", StringComparison.Ordinal);
        return rest.StartsWith('#') ? "" : (comment < 0 ? rest : rest[..comment]).TrimEnd();
    }

    private static string ReadDoubleQuoted(string rest, string[] lines, ref int index)
    {
        var value = new StringBuilder();
        while (true)
        {
            for (var i = 0; i < rest.Length; i++)
            {
                if (rest[i] == '"')
                {
                    return value.ToString();
                }

                if (rest[i] == '\\' && i + 1 < rest.Length)
                {
                    i++;
                    value.Append(Unescape(rest[i]));
                }
                else
                {
                    value.Append(rest[i]);
                }
            }

            if (index + 1 >= lines.Length)
            {
                return value.ToString();
            }

            value.Append('\n');
            rest = lines[++index];
        }
    }

    private static string Unescape(char escaped) => escaped switch
    {
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        '"' => "\"",
        '\\' => "\\",
        _ => "\\" + escaped,
    };
}
