using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>Rules of a key that comes into another team (admin-api.md 5.3).</summary>
internal static class KeyMoves
{
    /// <summary>Checks that the team may have the key as it will be.</summary>
    public static async Task CheckAsync(IRowReader rows, JsonObject changes, JsonObject current, ErrorGroup errors)
    {
        if (BudgetRules.TextOf(changes, "team_id") is not { } teamId
            || string.Equals(teamId, BudgetRules.TextOf(current, "team_id"), StringComparison.Ordinal))
        {
            return;
        }

        var team = await TeamFacts.FindAsync(rows, teamId) ?? throw AdminException.Of(errors, 404, $"Team not found, passed team_id={teamId}");
        team.CheckModels(BudgetRules.TextsOf(After("models"), "models"));
        var name = BudgetRules.TextOf(current, "key_name");
        foreach (var limit in (ReadOnlySpan<string>)["tpm_limit", "rpm_limit"])
        {
            if (BudgetRules.NumberOf(After(limit), limit) is { } own && BudgetRules.NumberOf(team.Row, limit) is { } most && own > most)
            {
                throw AdminException.Of(
                    errors,
                    403,
                    $"Key={name} has a {limit}={BudgetRules.Show(own)} which is greater than the team's {limit}={BudgetRules.Show(most)}.");
            }
        }

        if (BudgetRules.TextOf(After("user_id"), "user_id") is { } user && team.RoleOf(user) is null)
        {
            throw AdminException.Of(
                errors, 403, $"User={user} is not a member of the team={teamId}. Check team members via `/team/info`.");
        }

        JsonObject After(string column) => changes.ContainsKey(column) ? changes : current;
    }
}
