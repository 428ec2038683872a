using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>
/// Limits that are promised (<c>guaranteed_throughput</c>): what all keys of a team or organization have together may not exceed what the team
/// or organization has (admin-api.md 4.5).
/// </summary>
internal static class KeyThroughput
{
    private static readonly ImmutableArray<(string Name, string Column)> Limits = [("TPM", "tpm_limit"), ("RPM", "rpm_limit")];

    /// <summary>Checks the limits of a key as they will be.</summary>
    public static async Task CheckAsync(IRowWriter rows, JsonObject changes, JsonObject? current, ErrorGroup errors)
    {
        foreach (var (name, column) in Limits)
        {
            if (BudgetRules.NumberOf(After(column), column) is { } limit
                && BudgetRules.TextOf(After("metadata")?["metadata"] as JsonObject, column + "_type") is "guaranteed_throughput")
            {
                await CheckAsync(rows, "team_id", name, column, limit, After("team_id"), current, errors);
                await CheckAsync(rows, "organization_id", name, column, limit, After("organization_id"), current, errors);
            }
        }

        JsonObject? After(string column) => changes.ContainsKey(column) ? changes : current;
    }

    private static async Task CheckAsync(
        IRowWriter rows, string owner, string name, string column, double limit, JsonObject? key, JsonObject? current, ErrorGroup errors)
    {
        if (BudgetRules.TextOf(key, owner) is not { } id)
        {
            return;
        }

        await Locks.TakeAsync(rows, $"throughput:{id}");
        var isTeam = owner is "team_id";
        var holder = isTeam ? await rows.FindAsync(Tables.Teams, id) : await OrganizationBudgetAsync(rows, id);
        if (BudgetRules.NumberOf(holder, column) is not { } total)
        {
            return;
        }

        var own = BudgetRules.TextOf(current, "token");
        var others = await rows.SelectAsync(Tables.Keys, Filter.All(Filter.Equal(owner, id), Filter.AtLeast(column, 0L)));
        var allocated = others.Where(row => !string.Equals(BudgetRules.TextOf(row, "token"), own, StringComparison.Ordinal))
            .Sum(row => BudgetRules.NumberOf(row, column) ?? 0);
        if (allocated + limit > total)
        {
            throw AdminException.Of(
                errors,
                400,
                $"Allocated {name} limit={BudgetRules.Show(allocated)} + Key {name} limit={BudgetRules.Show(limit)} is greater than "
                + $"{(isTeam ? "team" : "organization")} {name} limit={BudgetRules.Show(total)}");
        }
    }

    private static async Task<JsonObject?> OrganizationBudgetAsync(IRowReader rows, string organizationId)
        => await rows.FindAsync(Tables.Organizations, organizationId) is { } organization
            && BudgetRules.TextOf(organization, "budget_id") is { } budget
                ? await rows.FindAsync(Tables.Budgets, budget)
                : null;
}
