using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Tollgate.Configuration;

/// <summary>Typed access to a section. Wrong values were reported by the schema; here they are simply absent.</summary>
internal sealed class Section(MappingNode? mapping)
{
    public MappingNode? Node { get; } = mapping;

    public static Section Of(MappingNode tree, string name) => new(tree.Get(name) as MappingNode);

    public ConfigNode? this[string key] => Node?.Get(key);

    public Section Child(string key) => new(this[key] as MappingNode);

    public bool Flag(string key) => Coercion.Bool(this[key]) ?? false;

    public bool? Bool(string key) => Coercion.Bool(this[key]);

    public string? Text(string key) => Coercion.NonEmptyText(this[key]);

    public int? Int32(string key) => Coercion.Int32(this[key]);

    public double? Number(string key) => Coercion.Number(this[key]);

    public TimeSpan? Seconds(string key) => Coercion.Seconds(this[key]);

    public TimeSpan? Timeout(string key) => Coercion.Timeout(this[key]);

    public ImmutableArray<string> Texts(string key) => Coercion.Texts(this[key]);

    /// <summary>A mapping of single values as texts, nulls left out.</summary>
    public FrozenDictionary<string, string> TextMap(string key) => ToTexts(this[key]);

    public static FrozenDictionary<string, string> ToTexts(ConfigNode? node)
    {
        if (node is not MappingNode mapping)
        {
            return FrozenDictionary<string, string>.Empty;
        }

        return mapping.Entries.Where(static e => !e.Value.IsNull)
            .ToFrozenDictionary(static e => e.Key, static e => Coercion.Text(e.Value) ?? JsonText.Of(e.Value), StringComparer.Ordinal);
    }

    public static ImmutableArray<JsonMember> ToMembers(ConfigNode? node) => node is MappingNode mapping
        ? [.. mapping.Entries.Select(static e => JsonText.Member(e.Key, e.Value))]
        : [];
}
