using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Teams;

/// <summary>What callers who do not run the gateway may give to a team (admin-api.md 7.1, 7.4).</summary>
internal static class TeamLimitsOfCallers
{
    private static readonly string[] Raisable = ["max_budget", "tpm_limit", "rpm_limit", "max_parallel_requests"];

    /// <summary>Columns that only those above a team's administrator change.</summary>
    private static readonly string[] Fixed =
    [
        "organization_id", "spend", "blocked", "budget_duration", "budget_limits", "model_max_budget", "access_group_ids", "router_settings",
        "object_permission_id",
    ];

    /// <summary>Metadata that are limits or rights rather than notes.</summary>
    private static readonly string[] FixedMetadata =
    [
        "model_rpm_limit", "model_tpm_limit", "rpm_limit_type", "tpm_limit_type", "temp_budget_increase", "temp_budget_expiry",
        "enforced_params", "allowed_vector_store_indexes", "allowed_passthrough_routes", "guardrails", "policies",
        "disable_global_guardrails", TeamMemberBudget.IdName,
    ];

    /// <summary>Refuses a new team beyond its maker's own limits.</summary>
    public static async Task CheckMakerAsync(IRowReader rows, AdminCaller caller, JsonObject team)
    {
        if (caller.IsAdmin || caller.UserId is null || await rows.FindAsync(Tables.Users, caller.UserId) is not { } user)
        {
            return;
        }

        foreach (var (column, words) in (ReadOnlySpan<(string, string)>)
            [("tpm_limit", "tpm limit"), ("rpm_limit", "rpm limit"), ("max_budget", "max budget")])
        {
            if (team.Real(column) is { } wanted && user.Real(column) is { } most && wanted > most)
            {
                throw AdminException.Detail(400, $"{words} higher than user max. User {words}={most}. User role={caller.RoleName}");
            }
        }

        var models = user.TextList("models");
        if (ModelLists.FirstOutside(team.TextList("models"), models) is { } stranger)
        {
            throw AdminException.Detail(
                400, $"Model not in allowed user models. User allowed models=[{string.Join(", ", models)}]. Tried to give: {stranger}");
        }
    }

    /// <summary>Refuses what an administrator of the team itself may not change.</summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="before">The team's row.</param>
    /// <param name="changes">Columns that would be set.</param>
    public static async Task CheckTeamAdminAsync(IRowReader rows, JsonObject before, JsonObject changes)
    {
        foreach (var (column, value) in changes)
        {
            if (Raisable.Contains(column) && IsRaised(before.Real(column), changes.Real(column)))
            {
                throw Refused(column, "raise");
            }

            if (Fixed.Contains(column) && !JsonNode.DeepEquals(before[column], value))
            {
                throw Refused(column, "change");
            }
        }

        if (changes["metadata"] is JsonObject metadata)
        {
            var stored = before["metadata"] as JsonObject;
            if (FixedMetadata.FirstOrDefault(name => !JsonNode.DeepEquals(stored?[name], metadata[name])) is { } name)
            {
                throw Refused(name, "change");
            }
        }

        if (changes["models"] is JsonArray models)
        {
            await CheckModelsAsync(rows, before, models.TextItems());
        }
    }

    private static bool IsRaised(double? before, double? after) => before is not null && (after is null || after > before);

    private static async Task CheckModelsAsync(IRowReader rows, JsonObject before, List<string> models)
    {
        var current = before.TextList("models");
        if (ModelLists.IsEverything(current))
        {
            return;
        }

        var organization = before.Text("organization_id") is { } id ? await rows.FindAsync(Tables.Organizations, id) : null;
        var allowed = organization?.TextList("models") is { Count: > 0 } more ? [.. current, .. more] : current;
        if (models.Count == 0 || ModelLists.FirstOutside(models, allowed) is not null)
        {
            throw Refused("models", "add to");
        }
    }

    private static AdminException Refused(string column, string verb)
        => AdminException.Detail(403, $"Only proxy admins and organization admins can {verb} {column} of a team.");
}
