#pragma warning disable RS0030 // Rows travel as JSON trees: this runs when rows are loaded or shown, never for a call.
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tollgate.Management.Credentials;

namespace Tollgate.Configuration;

/// <summary>Rows as last read, with what opens them.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Secrets">Opens what is encrypted.</param>
internal sealed record StoredConfiguration(DatabaseRows Rows, ISecretBox Secrets);

/// <summary>The database's part of a configuration: rows opened and laid over the tree of the files (config.md 11.3). A bad row costs only itself.</summary>
internal sealed class DatabaseOverlay(StoredConfiguration stored, DiagnosticBag diagnostics)
{
    private const string CannotDecrypt = "cannot decrypt: wrong LITELLM_SALT_KEY?";

    private readonly DatabaseRows _rows = stored.Rows;
    private readonly ISecretBox _secrets = stored.Secrets;

    /// <summary>Models that could not be opened, by id.</summary>
    public HashSet<string> Undecryptable { get; } = new(StringComparer.Ordinal);

    /// <summary>The environment with the rows' variables over it.</summary>
    public EnvironmentSource Apply(EnvironmentSource environment)
    {
        var position = JsonNodes.PositionOf("environment_variables");
        var variables = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in _rows.Setting("environment_variables") as JsonObject ?? [])
        {
            if (value is null || !StoredSettings.MaySetVariable(name))
            {
                continue;
            }

            if (_secrets.Unprotect(TextOf(value)).Text is { } text)
            {
                variables.Add(new(name, text));
            }
            else
            {
                diagnostics.Error(DiagnosticCodes.Stored, position, $"environment_variables.{name}", CannotDecrypt);
            }
        }

        return environment.With(variables);
    }

    /// <summary>The tree with sections, credentials and models of the rows in it.</summary>
    public MappingNode Apply(MappingNode tree)
    {
        var allowUnsafe = Coercion.Bool((tree.Get("tollgate") as MappingNode)?.Get("allow_unsafe_db_settings")) == true;
        var changes = new List<MappingEntry>();
        foreach (var name in StoredSettings.Sections)
        {
            var position = JsonNodes.PositionOf(name);
            if (_rows.Setting(name) is JsonObject row && tree.Get(name) is null or MappingNode or { IsNull: true })
            {
                var mine = tree.Get(name) as MappingNode ?? MappingNode.Empty(position);
                var allowed = Allowed(JsonNodes.Mapping(InClear(row), position), name, allowUnsafe);
                changes.Add(new MappingEntry(name, position, StoredSettings.Merge(mine, allowed)));
            }
        }

        Append(changes, tree, "credential_list", Credentials(), ReplacesCredential);
        Append(changes, tree, "model_list", Models(), static (_, _) => false);
        Append(changes, tree, "search_tools", Lookups(_rows.SearchTools, "search_tool_name", ToolOf), ReplacesTool);
        Append(changes, tree, "vector_store_registry", Lookups(_rows.VectorStores, "vector_store_id", StoreOf), ReplacesStore);
        return JsonNodes.With(tree, changes);
    }

    /// <summary>The overrides of models that the file defines.</summary>
    /// <param name="environment">Where references of override values are looked up.</param>
    public ModelOverrides Overrides(EnvironmentSource environment)
    {
        var overrides = new ModelOverrides();
        var references = new TreeSubstitution(new VariableLookup(environment), diagnostics);
        foreach (var row in _rows.Overrides)
        {
            var id = row["id"]!.GetValue<string>();
            var position = JsonNodes.PositionOf(id);
            if (row["data"] is not JsonObject data)
            {
                continue;
            }

            if (Open(data["litellm_params"] as JsonObject ?? []) is not { } parameters)
            {
                diagnostics.Error(DiagnosticCodes.Stored, position, "model_override", CannotDecrypt);
                continue;
            }

            var entries = JsonNodes.Mapping(parameters, position).Entries.Select(entry => entry.Value is ScalarNode scalar
                ? entry with { Value = references.Apply(scalar, entry.Key, $"model_override.{entry.Key}") }
                : entry);
            overrides.Add(
                string.Equals(row["scope"]?.GetValue<string>(), "group", StringComparison.Ordinal),
                id,
                new ModelOverride(
                    new MappingNode([.. entries], position),
                    JsonNodes.Mapping(data["model_info"] as JsonObject ?? [], position),
                    JsonNodes.Mapping(data["budget"] as JsonObject ?? [], position)));
        }

        return overrides;
    }

    /// <summary>A section with the headers of the operator's own paths in clear.</summary>
    private JsonObject InClear(JsonObject row)
    {
        const string Endpoints = "pass_through_endpoints";
        if (row[Endpoints] is not JsonArray endpoints)
        {
            return row;
        }

        var clear = row.DeepClone().AsObject();
        clear[Endpoints] = EndpointSecrets.Open(
            endpoints,
            _secrets,
            path => diagnostics.Error(DiagnosticCodes.Stored, JsonNodes.PositionOf(path), $"{Endpoints} ({path})", CannotDecrypt));
        return clear;
    }

    private MappingNode Allowed(MappingNode row, string section, bool allowUnsafe)
    {
        foreach (var entry in row.Entries.Where(entry => !StoredSettings.MaySet(entry.Key, allowUnsafe)))
        {
            diagnostics.Warning(DiagnosticCodes.Stored, row.Position, $"{section}.{entry.Key}", "is not taken from the database");
        }

        return new MappingNode(row.Entries.RemoveAll(entry => !StoredSettings.MaySet(entry.Key, allowUnsafe)), row.Position);
    }

    private IEnumerable<MappingNode> Credentials()
    {
        foreach (var row in _rows.Credentials)
        {
            var name = row["credential_name"]?.GetValue<string>() ?? "";
            var position = JsonNodes.PositionOf("credential " + name);
            if (Open(row["credential_values"] as JsonObject ?? []) is not { } values)
            {
                diagnostics.Error(DiagnosticCodes.Stored, position, $"credential_list ({name})", CannotDecrypt);
                continue;
            }

            yield return JsonNodes.Mapping(new JsonObject { ["credential_name"] = name, ["credential_values"] = values }, position);
        }
    }

    private IEnumerable<MappingNode> Models()
    {
        foreach (var row in _rows.Models)
        {
            var id = row["model_id"]!.GetValue<string>();
            var position = JsonNodes.PositionOf(id);
            if (Open(row["litellm_params"] as JsonObject ?? []) is not { } parameters)
            {
                Undecryptable.Add(id);
                diagnostics.Error(DiagnosticCodes.Stored, position, $"model {id}", "Unable to decrypt value: wrong LITELLM_SALT_KEY?");
                continue;
            }

            yield return JsonNodes.Mapping(
                new JsonObject
                {
                    ["model_name"] = row["model_name"]?.DeepClone(),
                    ["litellm_params"] = parameters,
                    ["model_info"] = InfoOf(row),
                },
                position);
        }
    }

    private IEnumerable<MappingNode> Lookups(IReadOnlyList<JsonObject> rows, string key, Func<JsonObject, JsonObject, JsonObject> shape)
    {
        foreach (var row in rows)
        {
            var name = row[key]?.GetValue<string>() ?? "";
            var position = JsonNodes.PositionOf(name);
            if (Open(row["litellm_params"] as JsonObject ?? []) is not { } parameters)
            {
                diagnostics.Error(DiagnosticCodes.Stored, position, $"{key} {name}", CannotDecrypt);
                continue;
            }

            yield return JsonNodes.Mapping(shape(row, parameters), position);
        }
    }

    private static JsonObject ToolOf(JsonObject row, JsonObject parameters) => new()
    {
        ["search_tool_id"] = row["search_tool_id"]?.DeepClone(),
        ["search_tool_name"] = row["search_tool_name"]?.DeepClone(),
        ["litellm_params"] = parameters,
        ["search_tool_info"] = row["search_tool_info"] is JsonObject info ? info.DeepClone() : new JsonObject(),
    };

    /// <summary>The row's columns say what a store is; parameters of the same names are older copies of them.</summary>
    private static JsonObject StoreOf(JsonObject row, JsonObject parameters)
    {
        foreach (var name in (ReadOnlySpan<string>)["vector_store_id", "custom_llm_provider", "litellm_credential_name", "team_id"])
        {
            if (row[name] is { } value)
            {
                parameters[name] = value.DeepClone();
            }
        }

        return new JsonObject { ["vector_store_name"] = row["vector_store_name"]?.DeepClone(), ["litellm_params"] = parameters };
    }

    private static bool ReplacesTool(ConfigNode mine, IReadOnlyList<MappingNode> stored) =>
        Coercion.Text((mine as MappingNode)?.Get("search_tool_name")) is { } name
            && stored.Any(item => string.Equals(Coercion.Text(item.Get("search_tool_name")), name, StringComparison.Ordinal));

    private static bool ReplacesStore(ConfigNode mine, IReadOnlyList<MappingNode> stored) =>
        IdOf(mine) is { } id && stored.Any(item => string.Equals(IdOf(item), id, StringComparison.Ordinal));

    private static string? IdOf(ConfigNode store) => Coercion.Text(((store as MappingNode)?.Get("litellm_params") as MappingNode)?.Get("vector_store_id"));

    /// <summary><c>model_info</c> of a row with what only the row's columns say.</summary>
    public static JsonObject InfoOf(JsonObject row)
    {
        var info = row["model_info"]?.DeepClone() as JsonObject ?? [];
        info["id"] = row["model_id"]?.DeepClone();
        info["db_model"] = true;
        info["blocked"] = (row["blocked"] as JsonValue)?.ToString() is "true" or "True" or "1" || (info["blocked"] as JsonValue)?.ToString() is "true" or "True";
        foreach (var name in (ReadOnlySpan<string>)["created_at", "created_by", "updated_at", "updated_by"])
        {
            info[name] = row[name]?.DeepClone();
        }

        return info;
    }

    /// <summary>An object with its texts in clear; null when one of them cannot be opened.</summary>
    private JsonObject? Open(JsonObject stored)
    {
        var clear = new JsonObject();
        foreach (var (name, value) in stored)
        {
            if (value is JsonValue text && text.TryGetValue(out string? written))
            {
                if (_secrets.Unprotect(written).Text is not { } opened)
                {
                    return null;
                }

                clear[name] = opened;
            }
            else
            {
                clear[name] = value?.DeepClone();
            }
        }

        return clear;
    }

    private static void Append(
        List<MappingEntry> changes, MappingNode tree, string key, IEnumerable<MappingNode> added, Func<ConfigNode, IReadOnlyList<MappingNode>, bool> isReplaced)
    {
        MappingNode[] items = [.. added];
        if (items.Length == 0 || tree.Get(key) is not (null or SequenceNode or { IsNull: true }))
        {
            return;
        }

        var own = (tree.Get(key) as SequenceNode)?.Items ?? ImmutableArray<ConfigNode>.Empty;
        var position = tree.Get(key)?.Position ?? items[0].Position;
        changes.Add(new MappingEntry(key, position, new SequenceNode([.. own.Where(item => !isReplaced(item, items)), .. items], position)));
    }

    private static bool ReplacesCredential(ConfigNode mine, IReadOnlyList<MappingNode> stored) =>
        Coercion.Text((mine as MappingNode)?.Get("credential_name")) is { } name
            && stored.Any(item => string.Equals(Coercion.Text(item.Get("credential_name")), name, StringComparison.Ordinal));

    private static string TextOf(JsonNode value) => value is JsonValue text && text.TryGetValue(out string? written) ? written : value.ToJsonString();
}
