using System.Collections.Immutable;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Turns a file and everything it includes into one tree (config.md 2.1 and 2.3).</summary>
internal sealed class ConfigTreeReader(DiagnosticBag diagnostics)
{
    private const int MaxIncludeDepth = 10;

    private readonly ConfigFileReader _files = new(diagnostics);
    private readonly NodeMerger _merger = new(diagnostics);
    private readonly List<string> _read = [];

    /// <summary>Every file read so far, absolute, in order: what a watcher looks at.</summary>
    public ImmutableArray<string> Files => [.. _read.Distinct(StringComparer.Ordinal)];

    /// <summary>The tree of a file, or null after a fatal diagnostic.</summary>
    public MappingNode? ReadFile(string path, string display) => ReadFile(path, display, []);

    /// <summary>The tree of a text that did not come from a file.</summary>
    public MappingNode? ReadText(string text, string display, string baseDirectory) =>
        Parse(text, display) is { } root ? Include(root, baseDirectory, [display]) : null;

    private MappingNode? ReadFile(string path, string display, ImmutableArray<string> chain)
    {
        var full = Path.GetFullPath(path);
        _read.Add(full);
        if (_files.Read(full, display) is not { } text || Parse(text, display) is not { } root)
        {
            return null;
        }

        return Include(root, Path.GetDirectoryName(full) ?? ".", chain.Add(full));
    }

    private MappingNode? Parse(string text, string display)
    {
        switch (new YamlReader(display, text, diagnostics).Read())
        {
            case MappingNode { Entries.IsEmpty: true } empty:
                diagnostics.Notice(DiagnosticCodes.File, empty.Position, "",
                    "the file is empty: the gateway starts without models from it");
                return empty;
            case MappingNode mapping:
                return Unwrap(mapping);
            case { } other:
                diagnostics.Fatal(DiagnosticCodes.WrongShape, other.Position, "",
                    $"config must be a mapping of sections, found {other.Describe()}");
                return null;
            default:
                return null;
        }
    }

    // Values of the Helm chart, mounted whole: the configuration is one key of them.
    private MappingNode Unwrap(MappingNode root)
    {
        if (!root.TryGetEntry("proxy_config", out var inner) || inner.Value is not MappingNode config
            || root.Entries.Any(static e => ConfigSchema.Root.Find(e.Key) is not null))
        {
            return root;
        }

        diagnostics.Warning(DiagnosticCodes.HelmValues, inner.KeyPosition, "proxy_config", "found Helm values; using proxy_config");
        return config;
    }

    private MappingNode? Include(MappingNode root, string directory, ImmutableArray<string> chain)
    {
        if (!root.TryGetEntry("include", out var include) || include.Value.IsNull)
        {
            return root;
        }

        var merged = new MappingNode(root.Entries.RemoveAll(static e => e.Key is "include"), root.Position);
        var complete = true;
        foreach (var name in Names(include))
        {
            foreach (var (path, display) in Expand(name, directory))
            {
                if (Follow(path, display, name, chain) is { } included)
                {
                    merged = _merger.Merge(merged, included);
                }
                else
                {
                    complete = false;
                }
            }
        }

        return complete ? merged : null;
    }

    private List<ScalarNode> Names(MappingEntry include)
    {
        switch (include.Value)
        {
            case ScalarNode one:
                diagnostics.Notice(DiagnosticCodes.OddForm, one.Position, "include", "is a single path; treated as a list of one");
                return [one];
            case SequenceNode list when list.Items.All(static i => i is ScalarNode { IsNull: false }):
                return [.. list.Items.Cast<ScalarNode>()];
            default:
                diagnostics.Fatal(DiagnosticCodes.Include, include.Value.Position, "include", "'include' must be a list of file paths");
                return [];
        }
    }

    private static List<(string Path, string Display)> Expand(ScalarNode name, string directory)
    {
        if (name.Text.AsSpan().IndexOfAny('*', '?') < 0)
        {
            return [(Path.Combine(directory, name.Text), name.Text)];
        }

        var folder = Path.Combine(directory, Path.GetDirectoryName(name.Text) ?? "");
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, Path.GetFileName(name.Text)).Order(StringComparer.Ordinal)
                .Select(path => (path, Path.GetRelativePath(directory, path))).ToList()
            : [];
    }

    private MappingNode? Follow(string path, string display, ScalarNode name, ImmutableArray<string> chain)
    {
        var full = Path.GetFullPath(path);
        if (chain.Contains(full, StringComparer.Ordinal))
        {
            var cycle = string.Join(" -> ", chain.Append(full).Select(static f => Path.GetFileName(f)));
            return Fail(name.Position, $"files include each other: {cycle}");
        }

        if (chain.Length > MaxIncludeDepth)
        {
            return Fail(name.Position, $"includes are nested deeper than {MaxIncludeDepth} levels");
        }

        if (!File.Exists(full) && !Directory.Exists(full))
        {
            _read.Add(full);
            return Fail(name.Position, $"Included file not found: {display} (from {name.Position.File}:{name.Position.Line})");
        }

        return ReadFile(full, display, chain);
    }

    private MappingNode? Fail(SourcePosition position, string message)
    {
        diagnostics.Fatal(DiagnosticCodes.Include, position, "include", message);
        return null;
    }
}
