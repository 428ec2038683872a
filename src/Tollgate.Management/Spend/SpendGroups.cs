using System.Globalization;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend;

/// <summary>Sums by group: what a report holds in memory is bounded, however much was spent by however many.</summary>
internal static class SpendGroups
{
    /// <summary>Lines of one report: a hundred megabytes while it is made, and more than anybody reads.</summary>
    public const int Most = 100_000;

    /// <summary>Runs a statement that groups and has no limit of its own.</summary>
    /// <exception cref="AdminException">400 when there are more groups: a report that is silently cut would be wrong.</exception>
    public static async Task<IReadOnlyList<JsonObject>> GroupsAsync(this IRowReader rows, string sql, params (string Name, object? Value)[] parameters)
    {
        var found = await rows.QueryAsync(string.Create(CultureInfo.InvariantCulture, $"{sql} LIMIT {Most + 1}"), parameters);
        return found.Count <= Most ? found : throw SpendErrors.BadRequest(
            string.Create(CultureInfo.InvariantCulture, $"The answer would have more than {Most} lines. Ask for fewer days, or for one owner."));
    }
}
