using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Keys;

/// <summary>What a key of a project may have: team, models and budget lie within the project's (admin-api.md 9).</summary>
internal static class KeyProjects
{
    private static readonly ImmutableArray<string> Columns = ["project_id", "team_id", "models", "max_budget"];

    /// <summary>Checks a key as it will be, when the request touches what a project bounds.</summary>
    public static async Task CheckAsync(IRowReader rows, JsonObject changes, JsonObject? current, ErrorGroup errors)
    {
        if (!Columns.Any(changes.ContainsKey) || BudgetRules.TextOf(After("project_id"), "project_id") is not { } id)
        {
            return;
        }

        if (await rows.FindAsync(Tables.Projects, id) is not { } project)
        {
            // One that was deleted since binds nobody, but no request names it.
            if (changes.ContainsKey("project_id"))
            {
                throw AdminException.Of(errors, 400, $"Project not found for project_id={id}");
            }

            return;
        }

        if (BudgetRules.TextOf(After("team_id"), "team_id") is { } team && BudgetRules.TextOf(project, "team_id") is { } owner
            && !string.Equals(team, owner, StringComparison.Ordinal))
        {
            throw AdminException.Of(errors, 400, $"Project={id} belongs to team={owner}, not to the key's team={team}.");
        }

        var models = BudgetRules.TextsOf(After("models"), "models").Where(static model => model is not ("all-team-models" or "no-default-models"));
        var allowed = BudgetRules.TextsOf(project, "models");
        if (ModelLists.FirstOutside(models, allowed) is { } stranger)
        {
            throw AdminException.Of(
                errors, 400, $"Model '{stranger}' is not among the models of project={id}. Project allowed models={BudgetRules.Show(allowed)}");
        }

        if (BudgetRules.NumberOf(After("max_budget"), "max_budget") is { } wanted && BudgetRules.TextOf(project, "budget_id") is { } budgetId
            && BudgetRules.NumberOf(await rows.FindAsync(Tables.Budgets, budgetId), "max_budget") is { } most && wanted > most)
        {
            throw AdminException.Of(
                errors, 400, $"Key max_budget ({BudgetRules.Show(wanted)}) exceeds the max_budget of project={id} ({BudgetRules.Show(most)})");
        }

        JsonObject? After(string column) => changes.ContainsKey(column) ? changes : current;
    }
}
