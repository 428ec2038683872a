using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;
using Tollgate.Management.Rules;

namespace Tollgate.Management.AccessGroups;

/// <summary>
/// Names for sets of deployments, kept in their <c>model_info.access_groups</c> (admin-api.md 26.1): in the row of a stored deployment, in
/// an override of one that the file defines.
/// </summary>
public sealed class ModelAccessGroupService(
    ModelWrite write, OverrideRows overrides, IGatewayConfiguration configuration, IDatabase database, AuditLog audit)
{
    private const string Member = "access_groups";
    private static readonly ErrorGroup Errors = ErrorGroup.Detail;

    /// <summary>Makes a group of models.</summary>
    public async Task<JsonNode> CreateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var group = fields.RequiredText("access_group");
        if (string.IsNullOrWhiteSpace(group))
        {
            throw AdminException.Of(Errors, 400, "access_group is required and cannot be empty");
        }

        var (deployments, names, ids) = Named(fields);
        if (MembersOf(group).Count > 0)
        {
            throw AdminException.Of(Errors, 409, $"Access group '{group}' already exists. Use PUT /access_group/{group}/update to change it.");
        }

        await ChangeAsync(caller, group, deployments, [], cancellationToken);
        return Answer(group, names, ids, deployments.Count);
    }

    /// <summary>All groups.</summary>
    public JsonNode List(AdminCaller caller)
    {
        RequireReader(caller);
        var groups = configuration.View.Deployments.SelectMany(static d => d.Info.TextList(Member)).Distinct(StringComparer.Ordinal);
        return new JsonObject { ["access_groups"] = groups.Order(StringComparer.Ordinal).Select(Describe).ToJsonArray() };
    }

    /// <summary>One group.</summary>
    public JsonNode Info(AdminCaller caller, string group)
    {
        RequireReader(caller);
        RequireKnown(group);
        return Describe(group);
    }

    /// <summary>Replaces the models of a group.</summary>
    public async Task<JsonNode> UpdateAsync(AdminCaller caller, string group, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        RequireKnown(group);
        var (deployments, names, ids) = Named(fields);
        var wanted = deployments.Select(static d => d.Id).ToHashSet(StringComparer.Ordinal);
        await ChangeAsync(caller, group, deployments, [.. MembersOf(group).Where(d => !wanted.Contains(d.Id))], cancellationToken);
        return Answer(group, names, ids, deployments.Count);
    }

    /// <summary>
    /// Takes a group from all models. COMPAT: keys and teams keep the name, which matches nothing from then on (admin-api.md 26.1); the answer
    /// lists them.
    /// </summary>
    public async Task<JsonNode> DeleteAsync(AdminCaller caller, string group, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        RequireKnown(group);
        var members = MembersOf(group);
        await ChangeAsync(caller, group, [], members, cancellationToken);
        var (keys, teams) = await database.ReadAsync(
            async rows => (
                await rows.SelectAsync(Tables.Keys, Filter.Holds("models", group), [new SortBy("token")]),
                await rows.SelectAsync(Tables.Teams, Filter.Holds("models", group), [new SortBy("team_id")])),
            cancellationToken);
        return new JsonObject
        {
            ["access_group"] = group,
            ["models_updated"] = members.Count,
            ["message"] = $"Access group '{group}' deleted successfully",
            ["stale_references"] = new JsonObject
            {
                ["keys"] = keys.Select(static row => row.Text("token")!).ToJsonArray(),
                ["teams"] = teams.Select(static row => row.Text("team_id")!).ToJsonArray(),
            },
        };
    }

    private static JsonObject Answer(string group, IReadOnlyList<string>? names, IReadOnlyList<string>? ids, int updated) => new()
    {
        ["access_group"] = group,
        ["model_names"] = names?.ToJsonArray(),
        ["model_ids"] = ids?.ToJsonArray(),
        ["models_updated"] = updated,
    };

    private List<DeploymentView> MembersOf(string group)
        => [.. configuration.View.Deployments.Where(d => d.Info.TextList(Member).Contains(group, StringComparer.Ordinal))];

    private JsonObject Describe(string group)
    {
        var members = MembersOf(group);
        return new JsonObject
        {
            ["access_group"] = group,
            ["model_names"] = members.Select(static d => d.ModelName).Distinct(StringComparer.Ordinal).ToJsonArray(),
            ["deployment_count"] = members.Count,
        };
    }

    /// <summary>The deployments that a request names, by group or by id; all of them must exist.</summary>
    private (List<DeploymentView> Deployments, IReadOnlyList<string>? Names, IReadOnlyList<string>? Ids) Named(Fields fields)
    {
        var names = fields.Texts("model_names");
        var ids = fields.Texts("model_ids");
        if (names is not { Count: > 0 } && ids is not { Count: > 0 })
        {
            throw AdminException.Of(Errors, 400, "Either model_names or model_ids must be provided and non-empty");
        }

        var all = configuration.View.Deployments;
        var unknown = (names ?? []).Where(name => !all.Any(d => string.Equals(d.ModelName, name, StringComparison.Ordinal)))
            .Concat((ids ?? []).Where(id => !all.Any(d => string.Equals(d.Id, id, StringComparison.Ordinal)))).ToList();
        if (unknown.Count > 0)
        {
            throw AdminException.Of(Errors, 400, $"Model(s) not found: {string.Join(", ", unknown)}");
        }

        return ([.. all.Where(d => names?.Contains(d.ModelName, StringComparer.Ordinal) == true || ids?.Contains(d.Id, StringComparer.Ordinal) == true)],
            names, ids);
    }

    private Task<bool> ChangeAsync(
        AdminCaller caller, string group, List<DeploymentView> joining, List<DeploymentView> leaving, CancellationToken cancellationToken)
        => write.RunAsync(
            group,
            async rows =>
            {
                foreach (var deployment in joining)
                {
                    await SetAsync(rows, caller, deployment, groups => groups.Contains(group, StringComparer.Ordinal) ? groups : [.. groups, group]);
                }

                foreach (var deployment in leaving)
                {
                    await SetAsync(
                        rows, caller, deployment, groups => [.. groups.Where(name => !string.Equals(name, group, StringComparison.Ordinal))]);
                }

                return true;
            },
            cancellationToken);

    private async Task SetAsync(
        IRowWriter rows, AdminCaller caller, DeploymentView deployment, Func<List<string>, List<string>> change)
    {
        var before = deployment.Info.TextList(Member);
        if (deployment.IsStored)
        {
            if (await rows.FindAsync(Tables.Models, deployment.Id) is not { } row)
            {
                return;
            }

            var info = row.MapCopy("model_info");
            before = info.TextList(Member);
            info[Member] = change(before).ToJsonArray();
            await rows.UpdateAsync(Tables.Models, Filter.Equal("model_id", deployment.Id), new JsonObject { ["model_info"] = info });
        }
        else
        {
            var info = new JsonObject { [Member] = change(before).ToJsonArray() };
            await overrides.ChangeAsync(rows, OverrideTarget.Deployment(deployment.Id), new ModelChange([], info, []));
        }

        await audit.RecordAsync(
            rows,
            caller,
            AuditAction.Updated,
            Tables.Models,
            deployment.Id,
            new JsonObject { [Member] = before.ToJsonArray() },
            new JsonObject { [Member] = change(before).ToJsonArray() });
    }

    private void RequireKnown(string group)
    {
        if (MembersOf(group).Count == 0)
        {
            throw AdminException.Of(Errors, 404, $"Access group '{group}' not found");
        }
    }

    private static void RequireAdmin(AdminCaller caller)
    {
        if (!caller.IsAdmin)
        {
            throw AdminException.Of(Errors, 403, $"Only proxy admins can manage access groups. Your role={caller.RoleName}");
        }
    }

    private static void RequireReader(AdminCaller caller)
    {
        if (!caller.MaySeeAll)
        {
            throw AdminException.Of(Errors, 403, $"Only proxy admins can see access groups. Your role={caller.RoleName}");
        }
    }
}
