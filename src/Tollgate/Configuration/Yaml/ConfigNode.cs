using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>What YAML 1.1 takes a plain scalar for.</summary>
internal enum ScalarKind
{
    Null,
    Bool,
    Int,
    Float,
    Timestamp,
    Text,
}

/// <summary>A value of a configuration file with its place. Immutable, so that anchors can share it.</summary>
internal abstract class ConfigNode(SourcePosition position)
{
    public SourcePosition Position { get; } = position;

    public bool IsNull => this is ScalarNode { Kind: ScalarKind.Null };

    /// <summary>For messages: what was found instead of what was expected.</summary>
    public string Describe() => this switch
    {
        MappingNode => "a mapping",
        SequenceNode => "a list",
        _ => "a single value",
    };
}

/// <summary>A single value: the text as written and what YAML 1.1 makes of it.</summary>
internal sealed class ScalarNode(string text, ScalarKind kind, SourcePosition position, bool plain = true, string? reference = null)
    : ConfigNode(position)
{
    public string Text { get; } = text;

    public ScalarKind Kind { get; } = kind;

    /// <summary>Written without quotes: only then may <c>1e-6</c> become a number.</summary>
    public bool Plain { get; } = plain;

    /// <summary>The text before substitution (<c>os.environ/X</c>), which is what messages may show; null when written literally.</summary>
    public string? Reference { get; } = reference;

    /// <summary>Refers to something that is not set.</summary>
    public bool IsUnresolved => Reference is not null && Kind == ScalarKind.Null;

    public static ScalarNode OfText(string text, SourcePosition position) => new(text, ScalarKind.Text, position, plain: false);

    public static ScalarNode OfPlain(string text, SourcePosition position) => new(text, YamlScalars.KindOf(text), position);
}

/// <summary>A list.</summary>
internal sealed class SequenceNode(ImmutableArray<ConfigNode> items, SourcePosition position) : ConfigNode(position)
{
    public ImmutableArray<ConfigNode> Items { get; } = items;
}

/// <summary>One key of a mapping with its value.</summary>
internal readonly record struct MappingEntry(string Key, SourcePosition KeyPosition, ConfigNode Value);

/// <summary>A mapping in file order, keys unique.</summary>
internal sealed class MappingNode : ConfigNode
{
    private readonly Dictionary<string, int> _index;

    public MappingNode(ImmutableArray<MappingEntry> entries, SourcePosition position)
        : base(position)
    {
        Entries = entries;
        _index = new Dictionary<string, int>(entries.Length, StringComparer.Ordinal);
        for (var i = 0; i < entries.Length; i++)
        {
            _index[entries[i].Key] = i;
        }
    }

    public ImmutableArray<MappingEntry> Entries { get; }

    public static MappingNode Empty(SourcePosition position) => new([], position);

    public bool TryGetEntry(string key, out MappingEntry entry)
    {
        var found = _index.TryGetValue(key, out var index);
        entry = found ? Entries[index] : default;
        return found;
    }

    public bool TryGet(string key, [NotNullWhen(true)] out ConfigNode? value)
    {
        value = TryGetEntry(key, out var entry) ? entry.Value : null;
        return value is not null;
    }

    public ConfigNode? Get(string key) => TryGet(key, out var value) ? value : null;
}
