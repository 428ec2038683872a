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

        if (BudgetRules.TextOf(changes, "project_id") is { } project && await rows.FindAsync(Tables.Projects, project) is null)
        {
            throw AdminException.Of(errors, 400, $"Project not found for project_id={project}");
        }

        if (BudgetRules.TextOf(changes, "budget_id") is { } budget && await rows.FindAsync(Tables.Budgets, budget) is null)
        {
            throw AdminException.Of(errors, 400, $"Budget not found for budget_id={budget}");
        }

        await InheritOrganizationAsync(rows, changes, errors);
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

    private static async Task InheritOrganizationAsync(IRowWriter rows, JsonObject changes, ErrorGroup errors)
    {
        if (await TeamFacts.FindAsync(rows, BudgetRules.TextOf(changes, "team_id")) is not { OrganizationId: { } inherited } team)
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
