using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend;

/// <summary>Spend of teams by day, for charging it to them (admin-api.md 15.11).</summary>
public sealed class TeamSpendService(IDatabase database, TimeProvider time)
{
    private const int MostTeams = 10;
    private const string Unassigned = "Unassigned";

    /// <summary>The ten teams that spent most, by day and in total.</summary>
    public async Task<JsonNode> TeamsAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller, isGlobal: true);
        var days = DayRange.Of(query.Filter("start_date"), query.Filter("end_date"), SpendErrors.BadDetail) ?? DayRange.Recent(time);
        var (teams, all) = await database.ReadAsync(rows => ReadAsync(rows, scope, days), cancellationToken);

        // COMPAT: two teams with one alias are summed under it; a team without alias goes by its id (admin-api.md 15.11).
        var byDay = new SortedDictionary<string, Dictionary<string, double>>(StringComparer.Ordinal);
        foreach (var row in teams)
        {
            Add(byDay, row.Text("day"), row.TextOrNull("team_alias") is { Length: > 0 } alias
                ? alias : row.Text("team_id"), row.Real("spend"));
        }

        foreach (var row in all)
        {
            var rest = row.Real("spend") - (byDay.TryGetValue(row.Text("day"), out var assigned) ? assigned.Values.Sum() : 0);
            if (rest > UnassignedSpend.Noise)
            {
                Add(byDay, row.Text("day"), Unassigned, rest);
            }
        }

        return Answer(byDay);
    }

    private static JsonObject Answer(SortedDictionary<string, Dictionary<string, double>> byDay)
    {
        var totals = byDay.Values.SelectMany(static day => day).GroupBy(static spent => spent.Key,
            static spent => spent.Value, StringComparer.Ordinal)
            .Select(static team => (Name: team.Key, Spend: team.Sum())).OrderByDescending(static team => team.Spend)
            .ThenBy(static team => team.Name, StringComparer.Ordinal).Take(MostTeams).ToList();
        return new JsonObject
        {
            ["daily_spend"] = byDay.Select(day =>
            {
                var item = new JsonObject { ["date"] = day.Key };
                foreach (var (name, _) in totals)
                {
                    if (day.Value.TryGetValue(name, out var spend) && name is not "date")
                    {
                        item[name] = Math.Round(spend, 2);
                    }
                }

                return item;
            }).ToJsonArray(),
            ["teams"] = new JsonArray([.. totals.Select(static team => (JsonNode)team.Name)]),
            ["total_spend_per_team"] = totals.Select(static team => new JsonObject
            {
                ["team_id"] = team.Name,
                ["total_spend"] = Math.Round(team.Spend, 2),
            }).ToJsonArray(),
        };
    }

    private static void Add(SortedDictionary<string, Dictionary<string, double>> byDay, string day, string team, double spend)
    {
        if (!byDay.TryGetValue(day, out var teams))
        {
            byDay[day] = teams = new Dictionary<string, double>(StringComparer.Ordinal);
        }

        teams[team] = teams.GetValueOrDefault(team) + spend;
    }

    private static async Task<(IReadOnlyList<JsonObject> Teams, IReadOnlyList<JsonObject> All)> ReadAsync(
        IRowReader rows, SpendScope scope, DayRange days)
    {
        var ofTeams = scope.OnKeys(new SqlConditions(rows.Kind).Days(days).Add("spent.team_id <> ''"), rows);
        var teams = await rows.GroupsAsync(
            $"SELECT spent.\"date\" AS day, spent.team_id, team.team_alias, sum(spent.spend) AS spend "
                + $"FROM {rows.NameOf(Tables.DailyTeamSpend)} AS spent "
                + $"LEFT JOIN {rows.NameOf(Tables.Teams)} AS team ON team.team_id = spent.team_id{ofTeams.Where} GROUP BY 1, 2, 3",
            ofTeams.Parameters);
        var ofAll = scope.OnUsers(new SqlConditions(rows.Kind).Days(days));
        var all = await rows.QueryAsync(
            $"SELECT \"date\" AS day, sum(spend) AS spend FROM {rows.NameOf(Tables.DailyUserSpend)}{ofAll.Where} GROUP BY 1",
                ofAll.Parameters);
        return (teams, all);
    }
}
