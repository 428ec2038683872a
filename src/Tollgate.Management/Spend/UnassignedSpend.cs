using System.Text.Json.Nodes;

namespace Tollgate.Management.Spend;

/// <summary>What no team spent: the difference between the sums of all calls and those of teams (admin-api.md 15.10).</summary>
internal static class UnassignedSpend
{
    /// <summary>Below this a difference of two sums is rounding, not spend.</summary>
    public const double Noise = 1e-9;

    /// <summary>Lines of teams with those of no team (<c>owner</c> is empty) among them, by day.</summary>
    /// <param name="teams">Sums by day, team, model and key.</param>
    /// <param name="all">Sums by day, model and key of the same rows and of those without a team.</param>
    public static IReadOnlyList<JsonObject> Add(IReadOnlyList<JsonObject> teams, IReadOnlyList<JsonObject> all)
    {
        var assigned = teams.GroupBy(LineOf).ToDictionary(
            static line => line.Key,
            static line => (Spend: line.Sum(static row => row.Real("spend")), Tokens: line.Sum(static row => row.Whole("tokens"))));
        var rest = new List<JsonObject>();
        foreach (var row in all)
        {
            var known = assigned.GetValueOrDefault(LineOf(row));
            var spend = row.Real("spend") - known.Spend;
            var tokens = Math.Max(0, row.Whole("tokens") - known.Tokens);
            if (spend > Noise || tokens > 0)
            {
                rest.Add(new JsonObject
                {
                    ["day"] = row.Text("day"),
                    ["owner"] = "",
                    ["model"] = row.Text("model"),
                    ["api_key"] = row.Text("api_key"),
                    ["spend"] = Math.Max(0, spend),
                    ["tokens"] = tokens,
                });
            }
        }

        return [.. teams.Concat(rest).OrderBy(static row => row.Text("day"), StringComparer.Ordinal)];
    }

    private static (string Day, string Model, string Key) LineOf(JsonObject row) => (row.Text("day"), row.Text("model"), row.Text("api_key"));
}
