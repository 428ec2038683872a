using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;
using Tollgate.Management.Shapes;

namespace Tollgate.Management.Teams;

/// <summary>What a team may have at most within its organization (admin-api.md 4.5, 7.1).</summary>
internal static class OrganizationBounds
{
    private static readonly string[] Limits = ["max_budget", "tpm_limit", "rpm_limit"];

    /// <summary>Refuses a team that goes beyond its organization; 400 also when that does not exist.</summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="team">The row as it would be.</param>
    public static async Task CheckAsync(IRowReader rows, JsonObject team)
    {
        if (team.Text("organization_id") is not { } id)
        {
            return;
        }

        var organization = await rows.FindAsync(Tables.Organizations, id)
            ?? throw AdminException.Detail(400, $"Organization not found, passed organization_id={id}");
        var models = organization.TextList("models");
        if (ModelLists.FirstOutside(team.TextList("models"), models) is { } stranger)
        {
            throw AdminException.Detail(
                400, $"Model '{stranger}' not in organization's allowed models. Organization allowed models=[{string.Join(", ", models)}]");
        }

        if (organization.Text("budget_id") is { } budgetId && await rows.FindAsync(Tables.Budgets, budgetId) is { } budget)
        {
            foreach (var name in Limits)
            {
                if (team.Real(name) is { } wanted && budget.Real(name) is { } most && wanted > most)
                {
                    throw AdminException.Detail(
                        400, $"Team {name} ({TeamShapes.Figure(wanted)}) exceeds organization's {name} ({TeamShapes.Figure(most)})");
                }
            }

            await CheckGuaranteeAsync(rows, team, budget, "tpm_limit", "TPM");
            await CheckGuaranteeAsync(rows, team, budget, "rpm_limit", "RPM");
        }
    }

    /// <summary>Throughput that is guaranteed to teams must not add up to more than the organization has.</summary>
    private static async Task CheckGuaranteeAsync(IRowReader rows, JsonObject team, JsonObject budget, string limit, string name)
    {
        if (!IsGuaranteed(team, limit) || team.Real(limit) is not { } wanted || budget.Real(limit) is not { } most)
        {
            return;
        }

        var others = await rows.SelectAsync(Tables.Teams, Filter.All(
            Filter.Equal("organization_id", team.Text("organization_id")), Filter.NotEqual("team_id", team.Text("team_id"))));
        var allocated = others.Where(other => IsGuaranteed(other, limit)).Sum(other => other.Real(limit) ?? 0);
        if (allocated + wanted > most)
        {
            throw AdminException.Detail(
                400,
                $"Allocated {name} limit={TeamShapes.Figure(allocated)} + Team {name} limit={TeamShapes.Figure(wanted)} "
                + $"is greater than organization {name} limit={TeamShapes.Figure(most)}");
        }
    }

    private static bool IsGuaranteed(JsonObject team, string limit)
        => (team["metadata"] as JsonObject)?.Text($"{limit}_type") is "guaranteed_throughput";
}
