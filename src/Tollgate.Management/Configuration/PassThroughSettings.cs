using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;

namespace Tollgate.Management.Configuration;

/// <summary>Paths of the operator's own that are kept in the database (admin-api.md 16.4).</summary>
public sealed class PassThroughSettings(SettingRows settings, IDatabase database, SnapshotHolder snapshots, IGatewayConfiguration configuration)
{
    private const string Section = "general_settings";
    private const string Key = "pass_through_endpoints";

    private static readonly string[] Members =
    [
        "path", "target", "headers", "default_query_params", "include_subpath", "cost_per_request", "auth", "guardrails", "methods",
        "forward_headers", "merge_query_params", "timeout", "custom_auth_parser",
    ];

    /// <summary>All of them, or the one asked for; header values are not shown.</summary>
    public async Task<JsonNode?> ReadAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Detail);
        var stored = await StoredAsync(cancellationToken);
        var paths = stored.Select(static entry => PathOf(entry)).ToHashSet(StringComparer.Ordinal);
        var shown = stored.Select(static entry => Shown(entry, isFromConfig: false))
            .Concat(snapshots.Current.Config.General.PassThroughEndpoints.Where(endpoint => !paths.Contains(endpoint.Path)).Select(Shown));
        if (query.Text("endpoint_id") is not { } id)
        {
            return new JsonObject { ["endpoints"] = new JsonArray([.. shown]) };
        }

        var one = shown.Where(entry => string.Equals(IdOf(entry), id, StringComparison.Ordinal)).ToArray();
        return one.Length > 0 ? new JsonObject { ["endpoints"] = new JsonArray([.. one]) } : throw NotFound(id);
    }

    /// <summary>Adds one.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="body">The endpoint.</param>
    /// <param name="isTaken">True for paths that the gateway itself serves.</param>
    /// <param name="cancellationToken">The client has left.</param>
    public async Task<JsonNode?> CreateAsync(AdminCaller caller, Fields body, Func<string, bool> isTaken, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Detail);
        var path = body.RequiredText("path");
        body.RequiredText("target");
        if (!path.StartsWith('/') || isTaken(path))
        {
            throw AdminException.Detail(400, path.StartsWith('/') ? $"Path {path} is served by the gateway itself" : "path must start with '/'");
        }

        var entry = new JsonObject { ["id"] = body.Text("id") ?? Guid.NewGuid().ToString() };
        Lay(entry, body);
        await EditAsync(
            caller,
            stored =>
            {
                RequireFree(stored, entry);
                stored.Add(entry);
            },
            cancellationToken);
        return new JsonObject { ["endpoints"] = new JsonArray(Shown(entry, isFromConfig: false)) };
    }

    /// <summary>Changes one.</summary>
    public async Task<JsonNode?> UpdateAsync(AdminCaller caller, string id, Fields body, Func<string, bool> isTaken,
        CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Detail);
        if (body.Text("path") is { } path && (!path.StartsWith('/') || isTaken(path)))
        {
            throw AdminException.Detail(400, $"Path {path} cannot be used");
        }

        JsonObject entry = [];
        await EditAsync(
            caller,
            stored =>
            {
                entry = stored.Find(item => string.Equals(IdOf(item), id, StringComparison.Ordinal)) ?? throw NotStored(id);
                Lay(entry, body);
                RequireFree([.. stored.Where(other => !ReferenceEquals(other, entry))], entry);
            },
            cancellationToken);
        return new JsonObject { ["endpoints"] = new JsonArray(Shown(entry, isFromConfig: false)) };
    }

    /// <summary>Takes one away.</summary>
    public async Task<JsonNode?> DeleteAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Detail);
        var id = query.RequiredText("endpoint_id");
        JsonObject entry = [];
        await EditAsync(
            caller,
            stored =>
            {
                entry = stored.Find(item => string.Equals(IdOf(item), id, StringComparison.Ordinal)) ?? throw NotStored(id);
                stored.Remove(entry);
            },
            cancellationToken);
        return new JsonObject { ["endpoints"] = new JsonArray(Shown(entry, isFromConfig: false)) };
    }

    private async Task<List<JsonObject>> StoredAsync(CancellationToken cancellationToken)
    {
        var row = await database.ReadAsync(static rows => SettingRows.ReadAsync(rows, Section), cancellationToken);
        return EntriesOf(row);
    }

    private static List<JsonObject> EntriesOf(JsonObject row) =>
        [.. (row[Key] as JsonArray ?? []).OfType<JsonObject>().Select(static entry => entry.DeepClone().AsObject())];

    private Task EditAsync(AdminCaller caller, Action<List<JsonObject>> edit, CancellationToken cancellationToken) => settings.EditAsync(
        caller,
        Section,
        row =>
        {
            var entries = EntriesOf(row);
            edit(entries);
            var change = new JsonObject { [Key] = new JsonArray([.. entries.Select(static entry => entry.DeepClone())]) };
            return configuration.FaultOf(Section, change) is { } fault ? throw AdminException.Detail(400, fault) : change;
        },
        cancellationToken);

    private static void RequireFree(IEnumerable<JsonObject> others, JsonObject entry)
    {
        if (others.Any(other => string.Equals(IdOf(other), IdOf(entry), StringComparison.Ordinal)))
        {
            throw AdminException.Detail(400, $"Endpoint with ID '{IdOf(entry)}' already exists");
        }

        if (others.Any(other => string.Equals(PathOf(other), PathOf(entry), StringComparison.Ordinal)
            && (Methods(other).Length == 0 || Methods(entry).Length == 0 || Methods(other).Intersect(Methods(entry), StringComparer.Ordinal).Any())))
        {
            throw AdminException.Detail(400, $"Endpoint with path {PathOf(entry)} already exists");
        }
    }

    private AdminException NotStored(string id) =>
        snapshots.Current.Config.General.PassThroughEndpoints.Any(endpoint => string.Equals(endpoint.Path, id, StringComparison.Ordinal))
            ? AdminException.Detail(400, $"Endpoint with ID '{id}' is defined in the configuration file and cannot be changed here")
            : NotFound(id);

    private static AdminException NotFound(string id) => AdminException.Detail(404, $"Endpoint with ID '{id}' was not found");

    private static void Lay(JsonObject entry, Fields body)
    {
        foreach (var name in Members)
        {
            if (body.Has(name))
            {
                entry[name] = body.Any(name)?.DeepClone();
            }
        }
    }

    private static string IdOf(JsonObject entry) => ModelRows.Text(entry["id"]) ?? PathOf(entry);

    private static string PathOf(JsonObject entry) => ModelRows.Text(entry["path"]) ?? "";

    private static string[] Methods(JsonObject entry) =>
        [.. (entry["methods"] as JsonArray ?? []).Select(ModelRows.Text).OfType<string>().Select(static method => method.ToUpperInvariant())];

    private static JsonObject Shown(JsonObject entry, bool isFromConfig) => new()
    {
        ["id"] = IdOf(entry),
        ["path"] = PathOf(entry),
        ["target"] = entry["target"]?.DeepClone(),
        ["headers"] = new JsonObject((entry["headers"] as JsonObject ?? []).Select(static header => KeyValuePair.Create(header.Key, (JsonNode?)SecretNames.Mask))),
        ["default_query_params"] = entry["default_query_params"]?.DeepClone() ?? new JsonObject(),
        ["include_subpath"] = entry["include_subpath"]?.DeepClone() ?? false,
        ["cost_per_request"] = entry["cost_per_request"]?.DeepClone() ?? 0.0,
        ["auth"] = entry["auth"]?.DeepClone() ?? true,
        ["guardrails"] = entry["guardrails"]?.DeepClone(),
        ["is_from_config"] = isFromConfig,
        ["methods"] = entry["methods"]?.DeepClone(),
    };

    private static JsonObject Shown(PassThroughEndpoint endpoint) => Shown(
        new JsonObject
        {
            ["id"] = endpoint.Path,
            ["path"] = endpoint.Path,
            ["target"] = endpoint.Target.GetLeftPart(UriPartial.Path),
            ["headers"] = new JsonObject(endpoint.Headers.Select(static header => KeyValuePair.Create(header.Key, (JsonNode?)SecretNames.Mask))),
            ["default_query_params"] = new JsonObject(endpoint.DefaultQuery.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["include_subpath"] = endpoint.IncludeSubpath,
            ["cost_per_request"] = (double)endpoint.CostPerRequest,
            ["auth"] = endpoint.RequiresKey,
            ["methods"] = endpoint.Methods.IsEmpty ? null : new JsonArray([.. endpoint.Methods.Select(static method => JsonValue.Create(method))]),
        },
        isFromConfig: true);
}
