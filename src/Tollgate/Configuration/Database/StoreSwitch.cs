#pragma warning disable RS0030 // Rows travel as JSON trees: this runs when rows are loaded or shown, never for a call.
using System.Text.Json.Nodes;
using Tollgate.Management.Configuration;

namespace Tollgate.Configuration;

/// <summary>Whether models and settings of the database count (config.md 11.1): the row, then the environment, then the file.</summary>
internal static class StoreSwitch
{
    private const string Key = "store_model_in_db";

    /// <summary>What was said, by whoever says it first.</summary>
    public static StoreMode Resolve(MappingNode tree, EnvironmentSource environment, DatabaseRows? rows) =>
        FromRow(rows?.Setting("general_settings")) ?? FromText(environment.GetNonEmpty("STORE_MODEL_IN_DB")) ?? FromFile(tree, environment)
            ?? StoreMode.Unset;

    /// <summary>True when rows are loaded; unset means on for a database of ours.</summary>
    public static bool IsOn(StoreMode mode, DatabaseRows rows) => mode is StoreMode.On || (mode is StoreMode.Unset && rows.IsOwnDatabase);

    /// <summary>True when the row says it: only then can a row take it back.</summary>
    public static bool IsInRow(DatabaseRows? rows) => FromRow(rows?.Setting("general_settings")) is not null;

    private static StoreMode? FromRow(JsonNode? row) => FromText(((row as JsonObject)?[Key] as JsonValue)?.ToString());

    private static StoreMode? FromFile(MappingNode tree, EnvironmentSource environment)
    {
        if ((tree.Get("general_settings") as MappingNode)?.Get(Key) is not ScalarNode { IsNull: false } written)
        {
            return null;
        }

        // The tree's own references are resolved later and reported there.
        var resolved = ReferenceSyntax.HasReference(written.Text)
            ? ReferenceSyntax.Replace(written.Text, new VariableLookup(environment).Find).Text
            : written.Text;
        return FromText(resolved);
    }

    private static StoreMode? FromText(string? text) =>
        text is not null && YamlScalars.TryBool(text.Trim(), out var on) ? on ? StoreMode.On : StoreMode.Off : null;
}
