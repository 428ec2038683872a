using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary><c>/model/info</c> and <c>/v2/model/info</c> (admin-api.md 13.7, 13.8).</summary>
public sealed class ListModels(ModelInfo info, ModelAccess access)
{
    private const int MostPerPage = 1000;

    /// <summary>Deployments that the caller may see, filtered.</summary>
    public async Task<JsonNode?> RunAsync(AdminCaller caller, Fields filter, CancellationToken cancellationToken)
    {
        var visible = await access.VisibleAsync(caller, filter.Text("team_id"), cancellationToken);
        var asked = filter.Text("litellm_model_id") ?? filter.Text("model_id");
        if (!string.IsNullOrEmpty(asked))
        {
            visible = [.. visible.Where(d => string.Equals(d.Id, asked, StringComparison.Ordinal))];
        }
        else if ((filter.Text("model") ?? filter.Text("model_name")) is { Length: > 0 } model)
        {
            asked = model;
            visible = [.. visible.Where(d => Matches(d, model))];
        }
        else
        {
            asked = null;
        }

        return asked is not null && visible.Count == 0
            ? throw AdminException.Detail(404, $"Model id = {asked} not found on litellm proxy")
            : new JsonObject { ["data"] = new JsonArray([.. visible.Select(info.Describe)]) };
    }

    /// <summary>A page of deployments for the dashboard.</summary>
    public async Task<JsonNode?> PageAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var page = Positive(query, "page", 1, int.MaxValue);
        var size = Positive(query, "size", 50, MostPerPage);
        IEnumerable<DeploymentView> found = await access.VisibleAsync(caller, query.Text("teamId"), cancellationToken);
        if (query.Text("modelId") is { Length: > 0 } id)
        {
            found = found.Where(d => string.Equals(d.Id, id, StringComparison.Ordinal));
        }

        if (query.Text("model") is { Length: > 0 } model)
        {
            found = found.Where(d => Matches(d, model));
        }

        if (query.Text("search") is { Length: > 0 } search)
        {
            found = found.Where(d => d.ModelName.Contains(search, StringComparison.OrdinalIgnoreCase)
                || d.TeamPublicName?.Contains(search, StringComparison.OrdinalIgnoreCase) == true || d.Model.Contains(search, StringComparison.OrdinalIgnoreCase));
        }

        List<JsonObject> items = [.. Sorted(found.Select(Item), query)];
        return new JsonObject
        {
            ["data"] = new JsonArray([.. items.Skip((int)Math.Min((page - 1) * size, int.MaxValue)).Take((int)size)]),
            ["total_count"] = items.Count,
            ["current_page"] = page,
            ["total_pages"] = (items.Count + size - 1) / size,
            ["size"] = size,
        };
    }

    private JsonObject Item(DeploymentView deployment)
    {
        var item = info.Describe(deployment);
        item["model_info"]!["access_via_team_ids"] = deployment.TeamId is { } team ? new JsonArray(JsonValue.Create(team)) : new JsonArray();
        return item;
    }

    private static IEnumerable<JsonObject> Sorted(IEnumerable<JsonObject> items, Fields query)
    {
        Func<JsonObject, string?> key;
        switch (query.Text("sortBy"))
        {
            case null or "":
                return items;
            case "model_name":
                key = static item => ModelRows.Text(item["model_name"]);
                break;
            case "created_at" or "updated_at":
                var column = query.Text("sortBy")!;
                key = item => ModelRows.Text(item["model_info"]![column]);
                break;
            case "status":
                key = static item => ModelInfo.IsTrue(item["model_info"]!["blocked"]) ? "1" : "0";
                break;
            case "costs":
                return ByCost(items, IsDescending(query));
            default:
                throw query.Fault("literal_error", "sortBy", "Input should be 'model_name', 'created_at', 'updated_at', 'costs' or 'status'", query.Any("sortBy"));
        }

        return IsDescending(query) ? items.OrderByDescending(key, StringComparer.OrdinalIgnoreCase) : items.OrderBy(key, StringComparer.OrdinalIgnoreCase);
    }

    private static IEnumerable<JsonObject> ByCost(IEnumerable<JsonObject> items, bool descending)
    {
        static double Cost(JsonObject item) => item["model_info"]!["input_cost_per_token"] is JsonValue value && value.TryGetValue(out double cost) ? cost : 0;
        return descending ? items.OrderByDescending(Cost) : items.OrderBy(Cost);
    }

    private static bool IsDescending(Fields query) => string.Equals(query.Text("sortOrder"), "desc", StringComparison.OrdinalIgnoreCase);

    private static long Positive(Fields query, string name, long standard, long most)
    {
        var value = query.Whole(name) ?? standard;
        return value < 1 ? throw query.Fault("greater_than_equal", name, "Input should be greater than or equal to 1", query.Any(name))
            : value > most ? throw query.Fault("less_than_equal", name, $"Input should be less than or equal to {most}", query.Any(name))
            : value;
    }

    private static bool Matches(DeploymentView deployment, string name) =>
        string.Equals(deployment.ModelName, name, StringComparison.Ordinal) || string.Equals(deployment.Model, name, StringComparison.Ordinal)
            || string.Equals(deployment.Id, name, StringComparison.Ordinal) || string.Equals(deployment.TeamPublicName, name, StringComparison.Ordinal);
}

/// <summary>Which deployments a caller may know of: admins all, others those that their key and team may call.</summary>
public sealed class ModelAccess(IGatewayConfiguration configuration, IDatabase database)
{
    private const string AllProxyModels = "all-proxy-models";
    private const string AllTeamModels = "all-team-models";

    /// <summary>The caller's deployments, of a team when one is asked for.</summary>
    public async Task<IReadOnlyList<DeploymentView>> VisibleAsync(AdminCaller caller, string? teamId, CancellationToken cancellationToken)
    {
        IEnumerable<DeploymentView> visible = configuration.View.Deployments;
        if (!caller.MaySeeAll)
        {
            var key = caller.Key;
            visible = visible.Where(d => MaySee(d, key?.TeamId, [.. key?.Models ?? [], .. key?.AccessGroupModels ?? []])
                && MaySee(d, key?.TeamId, key?.Team?.Models ?? (key?.User?.Models ?? [])));
        }

        if (!string.IsNullOrEmpty(teamId))
        {
            var team = await database.ReadAsync(rows => rows.FindAsync(Tables.Teams, teamId), cancellationToken);
            string[] names = [.. (team?["models"] as JsonArray ?? []).Select(ModelRows.Text).OfType<string>()];
            visible = visible.Where(d => MaySee(d, teamId, names));
        }

        return [.. visible];
    }

    /// <summary>True when a list of models (empty is all) and a team allow a deployment.</summary>
    private static bool MaySee(DeploymentView deployment, string? teamId, IReadOnlyCollection<string> models)
    {
        if (deployment.TeamId is { } owner && !string.Equals(owner, teamId, StringComparison.Ordinal))
        {
            return false;
        }

        return models.Count == 0 || models.Any(name => name is AllProxyModels or AllTeamModels or "*"
            || string.Equals(name, deployment.ModelName, StringComparison.Ordinal)
            || string.Equals(name, deployment.TeamPublicName, StringComparison.Ordinal)
            || (deployment.Info["access_groups"] as JsonArray)?.Any(group => string.Equals(ModelRows.Text(group), name, StringComparison.Ordinal)) == true
            || (name.EndsWith('*') && deployment.ModelName.StartsWith(name[..^1], StringComparison.Ordinal)));
    }
}
