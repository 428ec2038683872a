using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;
using Tollgate.Management.Shapes;

namespace Tollgate.Management.Teams;

/// <summary>Reads the fields of <c>/team/new</c> and <c>/team/update</c> into columns (admin-api.md 7.1). Only what was sent is there.</summary>
internal static class TeamColumns
{
    /// <summary>Rights that members may be given for keys of their team (admin-api.md 7.10).</summary>
    public static readonly string[] Permissions =
    [
        "/key/generate", "/key/update", "/key/delete", "/key/regenerate", "/key/service-account/generate", "/key/{key_id}/regenerate",
        "/key/block", "/key/unblock", "/key/bulk_update", "/team/key/bulk_update", "/key/{key_id}/reset_spend",
        "/key/access_group_assignment", "/key/info", "/key/health", "/key/list", "/key/aliases", "/team/daily/activity", "/spend/logs",
        "/spend/logs/v2",
    ];

    /// <summary>Rights of members of a team that says nothing.</summary>
    public static readonly string[] UsualPermissions = ["/key/info", "/key/health"];

    private static readonly string[] Lists = ["models", "access_group_ids", "default_team_member_models", "admins", "members"];

    /// <summary>The columns that the request sets.</summary>
    public static JsonObject Read(Fields fields, BudgetClock clock)
    {
        var columns = new JsonObject();
        if (fields.Has("team_alias"))
        {
            columns["team_alias"] = fields.Text("team_alias");
        }

        if (fields.Has("organization_id"))
        {
            columns["organization_id"] = fields.Text("organization_id") is { Length: > 0 } id ? id : null;
        }

        foreach (var name in Lists.Where(fields.Has))
        {
            columns[name] = (fields.Texts(name) ?? []).ToJsonArray();
        }

        if (fields.Has("router_settings"))
        {
            columns["router_settings"] = fields.Object("router_settings")?.DeepClone() ?? new JsonObject();
        }

        if (fields.Has("blocked"))
        {
            columns["blocked"] = fields.Flag("blocked") ?? false;
        }

        if (fields.Has("team_member_permissions"))
        {
            columns["team_member_permissions"] = ReadPermissions(fields, "team_member_permissions").ToJsonArray();
        }

        ReadBudgets(columns, new BudgetFields(fields, ErrorGroup.Detail), clock);
        return columns;
    }

    /// <summary>A list of member rights; an unknown one is a 422.</summary>
    public static IReadOnlyList<string> ReadPermissions(Fields fields, string name)
    {
        var sent = fields.Texts(name) ?? [];
        foreach (var permission in sent)
        {
            if (!Permissions.Contains(permission, StringComparer.Ordinal))
            {
                throw fields.Fault("enum", name, $"Input should be one of {string.Join(", ", Permissions)}", permission);
            }
        }

        return sent;
    }

    /// <summary>Refuses a row whose columns contradict each other.</summary>
    public static void Check(JsonObject team)
    {
        if (team.Real("soft_budget") is { } soft && team.Real("max_budget") is { } max && soft >= max)
        {
            throw AdminException.Detail(
                400, $"soft_budget ({TeamShapes.Figure(soft)}) must be strictly lower than max_budget ({TeamShapes.Figure(max)})");
        }

        var models = team.TextList("models");
        if (models.Count > 0 && !ModelLists.IsEverything(models)
            && team.TextList("default_team_member_models").Find(model => !models.Contains(model, StringComparer.Ordinal)) is { } stranger)
        {
            throw AdminException.Detail(400, $"default_team_member_models must be models of the team. Not one of them: {stranger}");
        }
    }

    private static void ReadBudgets(JsonObject columns, BudgetFields budget, BudgetClock clock)
    {
        budget.ReadMoney(columns, "max_budget");
        budget.ReadMoney(columns, "soft_budget");
        budget.ReadLimits(columns);
        budget.ReadDuration(columns, clock);
        budget.ReadModelBudgets(columns);
        budget.ReadWindows(columns, clock);
    }
}
