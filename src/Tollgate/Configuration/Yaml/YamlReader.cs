using System.Collections.Immutable;
using Tollgate.Engine.Configuration;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tollgate.Configuration;

/// <summary>Reads one YAML (or JSON) text into nodes with positions. Never throws for what a file may hold.</summary>
internal sealed class YamlReader(string file, string text, DiagnosticBag diagnostics)
{
    /// <summary>Deeper nesting is a mistake or an attack, and would cost the stack.</summary>
    private const int MaxDepth = 100;

    /// <summary>Bound of what aliases may expand to, in characters (config.md 2.2).</summary>
    private const long MaxExpanded = 10_000_000;

    private readonly Dictionary<string, (ConfigNode Node, long Size)> _anchors = new(StringComparer.Ordinal);
    private readonly Parser _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    private long _size;

    /// <summary>The document, an empty mapping for an empty one, or null after a fatal problem.</summary>
    public ConfigNode? Read()
    {
        try
        {
            return ReadDocument();
        }
        catch (ConfigSyntaxException problem)
        {
            Report(problem.Position, problem.Message);
        }
        catch (YamlException problem)
        {
            Report(At(problem.Start), Decapitalize(problem.Message));
        }
        catch (Exception problem) when (
            problem is InvalidOperationException or ArgumentException or IndexOutOfRangeException or FormatException)
        {
            // The scanner fails like this on some torn inputs; for the operator it is the same thing.
            Report(At(_parser.Current?.End ?? Mark.Empty), "the text breaks off or is not YAML");
        }

        return null;
    }

    private ConfigNode ReadDocument()
    {
        Expect<StreamStart>();
        if (_parser.Current is StreamEnd)
        {
            return MappingNode.Empty(new(file, 1, 1));
        }

        Expect<DocumentStart>();
        var root = ReadNode(0);
        Expect<DocumentEnd>();
        if (_parser.Current is DocumentStart second)
        {
            throw new ConfigSyntaxException(At(second.Start), "a second document starts here; a configuration is one document");
        }

        return root.IsNull ? MappingNode.Empty(root.Position) : root;
    }

    private ConfigNode ReadNode(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new ConfigSyntaxException(At(Current().Start), $"nested deeper than {MaxDepth} levels");
        }

        if (Current() is AnchorAlias alias)
        {
            Next();
            return Expand(alias);
        }

        var anchor = Current() is NodeEvent { Anchor.IsEmpty: false } node ? node.Anchor.Value : null;
        var before = _size;
        ConfigNode read = Current() switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart start => ReadSequence(start, depth),
            MappingStart start => ReadMapping(start, depth),
            var other => throw new ConfigSyntaxException(At(other.Start), "expected a value"),
        };
        if (anchor is not null)
        {
            _anchors[anchor] = (read, _size - before);
        }

        return read;
    }

    private ConfigNode Expand(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var target))
        {
            throw new ConfigSyntaxException(At(alias.Start), $"alias '*{alias.Value.Value}' has no anchor before it");
        }

        Grow(target.Size, alias.Start);
        return target.Node;
    }

    private ScalarNode ReadScalar(Scalar scalar)
    {
        Next();
        Grow(scalar.Value.Length + 8, scalar.Start);
        var plain = scalar.Style == ScalarStyle.Plain && (scalar.Tag.IsEmpty || scalar.Tag.IsNonSpecific);
        var kind = plain ? YamlScalars.KindOf(scalar.Value) : TaggedKind(scalar);
        return new ScalarNode(scalar.Value, kind, At(scalar.Start), plain);
    }

    private static ScalarKind TaggedKind(Scalar scalar)
    {
        const string prefix = "tag:yaml.org,2002:";
        return scalar.Tag.IsEmpty || scalar.Tag.IsNonSpecific ? ScalarKind.Text
            : scalar.Tag.Value is prefix + "int" or prefix + "float" or prefix + "bool" or prefix + "null"
                ? YamlScalars.KindOf(scalar.Value)
            : ScalarKind.Text;
    }

    private SequenceNode ReadSequence(SequenceStart start, int depth)
    {
        Next();
        Grow(8, start.Start);
        var items = ImmutableArray.CreateBuilder<ConfigNode>();
        while (Current() is not SequenceEnd)
        {
            items.Add(ReadNode(depth + 1));
        }

        Next();
        return new SequenceNode(items.ToImmutable(), At(start.Start));
    }

    private MappingNode ReadMapping(MappingStart start, int depth)
    {
        Next();
        Grow(8, start.Start);
        var own = new List<MappingEntry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var merged = new List<(ConfigNode Value, SourcePosition Position)>();
        while (Current() is not MappingEnd)
        {
            if (Current() is not Scalar key)
            {
                throw new ConfigSyntaxException(At(Current().Start), "a key must be a single value");
            }

            Next();
            Grow(key.Value.Length + 8, key.Start);
            var isMerge = key is { Value: "<<", Style: ScalarStyle.Plain };
            var value = ReadNode(depth + 1);
            if (isMerge)
            {
                merged.Add((value, At(key.Start)));
                continue;
            }

            AddKey(own, seen, new MappingEntry(key.Value, At(key.Start), value));
        }

        Next();
        foreach (var (value, position) in merged)
        {
            Merge(own, seen, value, position);
        }

        return new MappingNode([.. own], At(start.Start));
    }

    private void AddKey(List<MappingEntry> entries, Dictionary<string, int> seen, MappingEntry entry)
    {
        if (!seen.TryGetValue(entry.Key, out var earlier))
        {
            seen[entry.Key] = entries.Count;
            entries.Add(entry);
            return;
        }

        var (first, second) = (entries[earlier].KeyPosition.Line, entry.KeyPosition.Line);
        diagnostics.Warning(DiagnosticCodes.DuplicateKey, entry.KeyPosition, "",
            $"duplicate key '{entry.Key}' (lines {first} and {second}); the later one is used");
        entries[earlier] = entry;
    }

    // YAML 1.1 merge: keys written here win, of several merged mappings the earlier one.
    private static void Merge(List<MappingEntry> entries, Dictionary<string, int> seen, ConfigNode value, SourcePosition position)
    {
        switch (value)
        {
            case MappingNode mapping:
                foreach (var entry in mapping.Entries)
                {
                    if (seen.TryAdd(entry.Key, entries.Count))
                    {
                        entries.Add(entry);
                    }
                }

                break;
            case SequenceNode list when list.Items.All(static item => item is MappingNode):
                foreach (var item in list.Items)
                {
                    Merge(entries, seen, item, position);
                }

                break;
            default:
                throw new ConfigSyntaxException(position, "'<<' merges a mapping or a list of mappings");
        }
    }

    private ParsingEvent Current() =>
        _parser.Current ?? throw new ConfigSyntaxException(new(file, 1, 1), "the text breaks off");

    private void Next() => _parser.MoveNext();

    private void Expect<T>()
        where T : ParsingEvent
    {
        if (_parser.Current is null)
        {
            _parser.MoveNext();
        }

        if (_parser.Current is not T)
        {
            throw new ConfigSyntaxException(At(_parser.Current?.Start ?? Mark.Empty), "the text breaks off or is not YAML");
        }

        _parser.MoveNext();
    }

    private void Grow(long size, Mark at)
    {
        _size += size;
        if (_size > MaxExpanded)
        {
            throw new ConfigSyntaxException(At(at), "aliases expand to more than 10 MB");
        }
    }

    private SourcePosition At(Mark mark) => new(file, (int)Math.Max(mark.Line, 1), (int)Math.Max(mark.Column, 1));

    private void Report(SourcePosition position, string message)
    {
        var tab = FindTabIndent(position.Line);
        var hint = tab is null ? null : "YAML forbids tabs for indentation";
        diagnostics.Fatal(DiagnosticCodes.YamlSyntax, tab ?? position, "", $"YAML cannot be parsed: {message}", hint);
    }

    // The scanner names the mapping around a tab, or complains a line late: the tab itself is what the operator must see.
    private SourcePosition? FindTabIndent(int line)
    {
        var lines = text.Split('\n');
        for (var i = Math.Max(0, line - 2); i < lines.Length; i++)
        {
            var indent = lines[i].AsSpan(0, lines[i].Length - lines[i].AsSpan().TrimStart(" \t").Length);
            if (indent.IndexOf('\t') is var column and >= 0 && indent.Length < lines[i].TrimEnd().Length)
            {
                return new SourcePosition(file, i + 1, column + 1);
            }
        }

        return null;
    }

    private static string Decapitalize(string message) =>
        message.Length > 1 && char.IsLower(message[1]) ? char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.')
            : message.TrimEnd('.');
}

/// <summary>A text that is not a configuration; caught by the reader that threw it.</summary>
internal sealed class ConfigSyntaxException(SourcePosition position, string message) : Exception(message)
{
    public SourcePosition Position { get; } = position;
}
