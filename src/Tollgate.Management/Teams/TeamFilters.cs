using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Teams;

/// <summary>Queries on teams as conditions on rows.</summary>
internal static class TeamFilters
{
    private static readonly string[] Sortable =
        ["team_id", "team_alias", "created_at", "updated_at", "spend", "max_budget", "organization_id", "blocked"];

    /// <summary>Conditions of <c>team_id</c>, <c>team_alias</c> and <c>search</c>.</summary>
    public static Filter Read(Fields query)
    {
        var filters = new List<Filter>();
        if (query.Text("team_id") is { Length: > 0 } id)
        {
            filters.Add(Filter.Equal("team_id", id));
        }

        if (query.Text("team_alias") is { Length: > 0 } alias)
        {
            filters.Add(Filter.Contains("team_alias", alias));
        }

        if (query.Text("search") is { Length: > 0 } text)
        {
            filters.Add(Filter.Any(Filter.Equal("team_id", text), Filter.Contains("team_alias", text)));
        }

        return Filter.All(filters);
    }

    /// <summary>The order that the query asks for; newest first without one.</summary>
    public static SortBy[] Order(Fields query)
    {
        if (query.Text("sort_by") is not { Length: > 0 } column)
        {
            return [new SortBy("created_at", true), new SortBy("team_id")];
        }

        // The column is taken from our own list, never from the request.
        var known = Array.Find(Sortable, name => string.Equals(name, column, StringComparison.Ordinal))
            ?? throw AdminException.Detail(400, $"Invalid sort_by. Use one of {string.Join(", ", Sortable)}.");
        return [new SortBy(known, query.Text("sort_order") is "desc"), new SortBy("team_id")];
    }

    /// <summary>Teams of a user, by the user's list and by the team's.</summary>
    public static async Task<Filter> OfUserAsync(IRowReader rows, string userId)
    {
        var user = await rows.FindAsync(Tables.Users, userId);
        return Filter.Any(Filter.In("team_id", user?.TextList("teams") ?? []), Filter.Holds("members", userId));
    }
}
