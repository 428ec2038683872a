#pragma warning disable RS0030 // Rows travel as JSON trees: this runs when rows are loaded or shown, never for a call.
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>JSON of database rows as nodes of a configuration, all at one place of origin.</summary>
internal static class JsonNodes
{
    private const string Prefix = "db:";

    /// <summary>The place of a row; its id is what messages and logs name.</summary>
    public static SourcePosition PositionOf(string id) => new(Prefix + id, 0, 0);

    /// <summary>True for what came from a row.</summary>
    public static bool IsStored(SourcePosition position) => position.File?.StartsWith(Prefix, StringComparison.Ordinal) == true;

    /// <summary>A value as a node.</summary>
    public static ConfigNode Of(JsonNode? json, SourcePosition position) => json switch
    {
        JsonObject value => Mapping(value, position),
        JsonArray array => new SequenceNode([.. array.Select(item => Of(item, position))], position),
        JsonValue value => Scalar(value, position),
        _ => new ScalarNode("", ScalarKind.Null, position),
    };

    /// <summary>An object as a mapping.</summary>
    public static MappingNode Mapping(JsonObject json, SourcePosition position) =>
        new([.. json.Select(member => new MappingEntry(member.Key, position, Of(member.Value, position)))], position);

    /// <summary>A mapping with some entries added or replaced; nulls are kept as written.</summary>
    public static MappingNode With(MappingNode mapping, IEnumerable<MappingEntry> entries)
    {
        var all = mapping.Entries.ToBuilder();
        foreach (var entry in entries)
        {
            var present = all.FindIndex(e => string.Equals(e.Key, entry.Key, StringComparison.Ordinal));
            if (present < 0)
            {
                all.Add(entry);
            }
            else
            {
                all[present] = entry;
            }
        }

        return new MappingNode(all.ToImmutable(), mapping.Position);
    }

    private static ScalarNode Scalar(JsonValue value, SourcePosition position) => value.GetValueKind() switch
    {
        JsonValueKind.String => ScalarNode.OfText(value.GetValue<string>(), position),
        JsonValueKind.True => new ScalarNode("true", ScalarKind.Bool, position),
        JsonValueKind.False => new ScalarNode("false", ScalarKind.Bool, position),
        _ => Number(value.ToJsonString(), position),
    };

    private static ScalarNode Number(string text, SourcePosition position) =>
        new(text, text.AsSpan().IndexOfAny('.', 'e', 'E') < 0 ? ScalarKind.Int : ScalarKind.Float, position);

    private static int FindIndex(this ImmutableArray<MappingEntry>.Builder entries, Predicate<MappingEntry> match)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (match(entries[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
