using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Budgets;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Teams;

/// <summary>The budget row of one member, apart from the row that members without one share.</summary>
internal sealed class MemberBudgets(BudgetClock clock)
{
    private static readonly string[] Limits = ["max_budget", "soft_budget", "tpm_limit", "rpm_limit", "max_parallel_requests", "model_max_budget"];

    /// <summary>Changes what a member may spend and call; returns the budget row that the member has then.</summary>
    public async Task<JsonObject?> ChangeAsync(IRowWriter rows, AdminCaller caller, JsonObject team, string userId, JsonObject changes)
    {
        var teamId = team.Text("team_id")!;
        var membership = await rows.FindAsync(Tables.TeamMemberships, userId, teamId);
        var current = membership?.Text("budget_id");
        var shared = TeamMemberBudget.IdOf(team);
        if (changes.Count == 0)
        {
            return current is null ? null : await rows.FindAsync(Tables.Budgets, current);
        }

        var row = current is null ? [] : await rows.FindAsync(Tables.Budgets, current) ?? [];
        row.Overlay(changes);
        var linked = IsEmpty(row) ? shared : await StoreAsync(rows, caller, row, changes, current, shared);
        if (membership is null)
        {
            await rows.InsertAsync(
                Tables.TeamMemberships, new JsonObject { ["user_id"] = userId, ["team_id"] = teamId, ["budget_id"] = linked });
        }
        else if (!string.Equals(linked, current, StringComparison.Ordinal))
        {
            await rows.UpdateAsync(Tables.TeamMemberships, TeamRoster.Membership(teamId, userId), new JsonObject { ["budget_id"] = linked });
        }

        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.TeamMember, $"{teamId}|{userId}"));
        return linked is null ? null : await rows.FindAsync(Tables.Budgets, linked);
    }

    private async Task<string> StoreAsync(
        IRowWriter rows, AdminCaller caller, JsonObject row, JsonObject changes, string? current, string? shared)
    {
        if (current is not null && !string.Equals(current, shared, StringComparison.Ordinal)
            && await BudgetRows.UpdateAsync(rows, caller, clock, current, changes))
        {
            return current;
        }

        // The shared row stays as it is: this member gets a copy with the changes.
        row.Remove("budget_id");
        return await BudgetRows.InsertAsync(rows, caller, clock, row);
    }

    /// <summary>A row that limits nothing is as good as none.</summary>
    private static bool IsEmpty(JsonObject row) => Limits.All(name => row[name] is null) && row.TextList("allowed_models").Count == 0;
}
