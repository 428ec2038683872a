using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>Checks what a key refers to: alias, organization, project, budget, and its team's guaranteed throughput.</summary>
internal static class KeyReferences
{
    /// <summary>Checks the columns that a request sets.</summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="changes">Columns that are about to be set; the team's organization is filled in.</param>
    /// <param name="current">The row as it is; null for a new key.</param>
    /// <param name="errors">Shape of refusals.</param>
    public static async Task CheckAsync(IRowWriter rows, JsonObject changes, JsonObject? current, ErrorGroup errors)
    {
        await CheckAliasAsync(rows, BudgetRules.TextOf(changes, "key_alias"), BudgetRules.TextOf(current, "token"));
        if (BudgetRules.TextOf(changes, "organization_id") is { } organization
            && await rows.FindAsync(Tables.Organizations, organization) is null)
        {
            throw AdminException.Of(errors, 400, $"Organization not found for organization_id={organization}");
        }

        await KeyProjects.CheckAsync(rows, changes, current, errors);

        if (BudgetRules.TextOf(changes, "budget_id") is { } budget && await rows.FindAsync(Tables.Budgets, budget) is null)
        {
            throw AdminException.Of(errors, 400, $"Budget not found for budget_id={budget}");
        }

        await InheritOrganizationAsync(rows, changes, current, errors);
        await KeyThroughput.CheckAsync(rows, changes, current, errors);
    }

    private static async Task CheckAliasAsync(IRowWriter rows, string? alias, string? own)
    {
        if (alias is null)
        {
            return;
        }

        await Locks.TakeAsync(rows, "key_alias:" + alias);
        var holders = await rows.SelectAsync(Tables.Keys, Filter.Equal("key_alias", alias), range: new RowRange(2));
        if (holders.Any(holder => !string.Equals(BudgetRules.TextOf(holder, "token"), own, StringComparison.Ordinal)))
        {
            throw AdminException.Proxy(
                400,
                $"Key with alias '{alias}' already exists. Unique key aliases across all keys are required.",
                "bad_request_error",
                "key_alias");
        }
    }

    private static async Task InheritOrganizationAsync(IRowWriter rows, JsonObject changes, JsonObject? current, ErrorGroup errors)
    {
        // The organization follows the team: when the team changes, and when a request would take it elsewhere alone.
        var isTouched = changes.ContainsKey("team_id") || changes.ContainsKey("organization_id");
        var teamId = BudgetRules.TextOf(changes.ContainsKey("team_id") ? changes : current, "team_id");
        if (!isTouched || await TeamFacts.FindAsync(rows, teamId) is not { OrganizationId: { } inherited } team)
        {
            return;
        }

        if (BudgetRules.TextOf(changes, "organization_id") is { } given && !string.Equals(given, inherited, StringComparison.Ordinal))
        {
            throw AdminException.Of(
                errors, 400, $"organization_id={given} differs from the organization of team={team.Id}: {inherited}");
        }

        changes["organization_id"] = inherited;
    }
}
