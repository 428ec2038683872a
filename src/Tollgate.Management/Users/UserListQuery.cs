using System.Collections.Immutable;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;

namespace Tollgate.Management.Users;

/// <summary>What <c>GET /user/list</c> is asked for.</summary>
internal sealed class UserListQuery
{
    /// <summary>Rows of the answer without pages.</summary>
    public const int MostUnpaged = 10_000;

    private static readonly ImmutableArray<string> Sortable = ["user_id", "user_email", "created_at", "spend", "user_alias", "user_role"];

    private readonly Fields _query;

    private UserListQuery(Fields query) => _query = query;

    public static SortBy[] NewestFirst { get; } = [new SortBy("created_at", true), new SortBy("user_id")];

    public int Page { get; private init; }

    public int Size { get; private init; }

    public SortBy[] Order { get; private init; } = [];

    /// <summary>Organizations whose users are asked for; none means all.</summary>
    public IReadOnlyList<string> Organizations => List("organization_ids");

    /// <summary>Reads the parameters.</summary>
    public static UserListQuery Read(Fields query) => new(query)
    {
        Page = (int)KeyListQuery.Within(query, "page", 1, int.MaxValue / 100, 1),
        Size = (int)KeyListQuery.Within(query, "page_size", 1, 100, 25),
        Order = ReadOrder(query),
    };

    /// <summary>The conditions that the parameters name.</summary>
    public async Task<Filter> FilterAsync(IRowReader rows)
    {
        var filters = new List<Filter>();
        if ((_query.Text("role") is { Length: > 0 } role ? role : _query.Text("user_role")) is { Length: > 0 } wanted)
        {
            filters.Add(Filter.Equal("user_role", wanted));
        }

        if (List("user_ids") is { Length: > 0 } ids)
        {
            filters.Add(ids.Length == 1 ? Filter.Contains("user_id", ids[0]) : Filter.In("user_id", ids));
        }

        if (List("sso_user_ids") is { Length: > 0 } subjects)
        {
            filters.Add(Filter.In("sso_user_id", subjects));
        }
        else if (List("sso_ids") is { Length: > 0 } others)
        {
            filters.Add(Filter.In("sso_user_id", others));
        }

        if (_query.Text("user_email") is { Length: > 0 } email)
        {
            filters.Add(Filter.Contains("user_email", email));
        }

        if (_query.Text("team") is { Length: > 0 } team)
        {
            filters.Add(Filter.Holds("teams", team));
        }

        if (Organizations is { Count: > 0 } organizations)
        {
            var members = await rows.SelectAsync(Tables.OrganizationMemberships, Filter.In("organization_id", organizations));
            filters.Add(Filter.In("user_id", members.Select(static row => row["user_id"]!.GetValue<string>()).Distinct(StringComparer.Ordinal)));
        }

        return Filter.All(filters);
    }

    private static SortBy[] ReadOrder(Fields query)
    {
        var descending = (query.Text("sort_order") is { Length: > 0 } order ? order.ToLowerInvariant() : "asc") switch
        {
            "asc" => false,
            "desc" => true,
            _ => throw AdminException.Detail(400, "Invalid sort order. Must be 'asc' or 'desc'"),
        };
        return query.Text("sort_by") is not { Length: > 0 } column ? NewestFirst
            : Sortable.Contains(column, StringComparer.Ordinal) ? [new SortBy(column, descending), new SortBy("user_id")]
            : throw AdminException.Detail(400, $"Invalid sort column. Must be one of: {string.Join(", ", Sortable)}");
    }

    private string[] List(string name)
        => _query.Text(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
