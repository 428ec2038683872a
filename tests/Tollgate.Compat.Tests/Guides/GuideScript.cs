namespace Tollgate.Compat.Tests.Guides;

/// <summary>One command of a guide and what must hold after it.</summary>
/// <param name="Name">What it is for; with the line's number it tells where a test failed.</param>
/// <param name="Command">What the shell runs; empty for a mere restart.</param>
/// <param name="Directives">What follows the command, as name and text.</param>
internal sealed record GuideStep(string Name, string Command, IReadOnlyList<(string Name, string Text)> Directives)
{
    /// <summary>Whether the command stands for one engine alone, which it names.</summary>
    public string? Engine => TextOf("only");

    /// <summary>Whether the command is repeated until all holds: what it shows is written in the background.</summary>
    public bool Repeats => TextOf("until") is not null;

    private string? TextOf(string name) => Directives.Where(directive => directive.Name == name).Select(directive => directive.Text).FirstOrDefault();
}

/// <summary>A guide's commands in their order, read from a file of our own form.</summary>
/// <remarks>
/// A step is a line <c># what it is for</c>, the command's lines, then any of:
/// <c>expect: status 404</c> (else every call must answer 2xx), <c>expect: jq .spend == 0</c>, <c>expect: text some words</c>,
/// <c>expect: no text some words</c>, <c>keep: &lt;KEY&gt; = .key</c> (later commands have the value in its place),
/// <c>until: why</c> (repeat until it holds), <c>only: PostgreSql</c> and <c>restart: NAME=value …</c> (afterwards, with these variables changed).
/// </remarks>
internal static class GuideScript
{
    private static readonly string[] Names = ["expect", "keep", "until", "only", "restart"];

    public static IReadOnlyList<GuideStep> Parse(string file)
    {
        var steps = new List<GuideStep>();
        var command = new List<string>();
        var directives = new List<(string, string)>();
        string? name = null;
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                Finish();
                name = $"{Path.GetFileName(file)}:{number} {line[2..]}";
            }
            else if (Directive(line) is { } directive)
            {
                directives.Add(directive);
            }
            else if (line.Length > 0)
            {
                directives.ShouldBeEmpty($"{Path.GetFileName(file)}:{number}: a command without a name");
                command.Add(line);
            }
        }

        Finish();
        return steps;

        void Finish()
        {
            if (name is not null)
            {
                steps.Add(new GuideStep(name, string.Join('\n', command), [.. directives]));
            }

            command.Clear();
            directives.Clear();
        }
    }

    private static (string Name, string Text)? Directive(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && Names.Contains(line[..colon]) ? (line[..colon], line[(colon + 2)..]) : null;
    }
}
