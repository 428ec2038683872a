using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Budgets;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Teams;

/// <summary>
/// The budget that each member of a team has who has none of its own: one shared row, whose id is kept in the team's metadata
/// (<c>team_member_budget_id</c>, admin-api.md 7.1).
/// </summary>
internal static class TeamMemberBudget
{
    /// <summary>Where the metadata keep the row's id.</summary>
    public const string IdName = "team_member_budget_id";

    private static readonly string[] Names =
        ["team_member_budget", "team_member_budget_duration", "team_member_rpm_limit", "team_member_tpm_limit"];

    /// <summary>The shared row of a team; null when it has none.</summary>
    public static string? IdOf(JsonObject team) => (team["metadata"] as JsonObject)?.Text(IdName);

    /// <summary>Columns of the shared row that the request sets.</summary>
    public static JsonObject Read(Fields fields, BudgetClock clock)
    {
        var columns = new JsonObject();
        if (!Names.Any(fields.Has))
        {
            return columns;
        }

        var budget = new BudgetFields(fields, ErrorGroup.Detail);
        budget.ReadMoney(columns, "team_member_budget", "max_budget");
        budget.ReadDuration(columns, clock, "team_member_budget_duration");
        budget.ReadLimit(columns, "team_member_rpm_limit", column: "rpm_limit");
        budget.ReadLimit(columns, "team_member_tpm_limit", column: "tpm_limit");
        return columns;
    }

    /// <summary>Writes the shared row and gives it to the members without a budget of their own.</summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="caller">Who did it.</param>
    /// <param name="clock">When.</param>
    /// <param name="teamId">The team.</param>
    /// <param name="metadata">The team's metadata, which get the id.</param>
    /// <param name="columns">What <see cref="Read"/> returned.</param>
    /// <returns>True when the metadata were changed.</returns>
    public static async Task<bool> StoreAsync(
        IRowWriter rows, AdminCaller caller, BudgetClock clock, string teamId, JsonObject metadata, JsonObject columns)
    {
        if (metadata.Text(IdName) is { } current && await BudgetRows.UpdateAsync(rows, caller, clock, current, columns))
        {
            return false;
        }

        if (columns.All(static column => column.Value is null))
        {
            return false;
        }

        var id = await BudgetRows.InsertAsync(rows, caller, clock, columns);
        metadata[IdName] = id;
        await rows.UpdateAsync(
            Tables.TeamMemberships,
            Filter.All(Filter.Equal("team_id", teamId), Filter.Equal("budget_id", null)),
            new JsonObject { ["budget_id"] = id });
        return true;
    }
}
