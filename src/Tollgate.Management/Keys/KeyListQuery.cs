using System.Collections.Immutable;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>What <c>GET /key/list</c> is asked for.</summary>
internal sealed class KeyListQuery
{
    private static readonly ImmutableArray<string> Sortable =
        ["spend", "max_budget", "created_at", "updated_at", "token", "key_alias", "user_id", "expires"];

    private readonly Fields _query;

    private KeyListQuery(Fields query) => _query = query;

    /// <summary>Keys of the admin UI's sessions are nobody's business.</summary>
    public static Filter NoSessions { get; } = Data.Rows.Filter.NotEqual("team_id", "litellm-dashboard");

    public int Page { get; private init; }

    public int Size { get; private init; }

    public SortBy[] Order { get; private init; } = [];

    public bool Deleted { get; private init; }

    public bool WithUsers { get; private init; }

    public bool FullObjects { get; private init; }

    /// <summary>Reads the parameters.</summary>
    /// <exception cref="AdminException">400 or 422 for what does not fit.</exception>
    public static KeyListQuery Read(Fields query, IReadOnlyList<string> expand)
    {
        var (page, size) = ReadPage(query, 10);
        var status = query.Text("status") is { Length: > 0 } text ? text : null;
        if (status is not (null or "deleted"))
        {
            throw AdminException.Of(ErrorGroup.Internal, 400, "Invalid status value. Currently only 'deleted' is supported.");
        }

        var withUsers = expand.Contains("user", StringComparer.Ordinal);
        return new KeyListQuery(query)
        {
            Page = page,
            Size = size,
            Order = ReadOrder(query),
            Deleted = status is not null,
            WithUsers = withUsers,
            FullObjects = withUsers || query.Flag("return_full_object") == true,
        };
    }

    /// <summary>Page and size of a list.</summary>
    public static (int Page, int Size) ReadPage(Fields query, int size)
        => ((int)Within(query, "page", 1, int.MaxValue / 100, 1), (int)Within(query, "size", 1, 100, size));

    /// <summary>A number within bounds.</summary>
    internal static long Within(Fields query, string name, long least, long most, long fallback)
    {
        var value = query.Whole(name) ?? fallback;
        return value < least ? throw query.Fault("greater_than_equal", name, $"Input should be greater than or equal to {least}", query.Any(name))
            : value > most ? throw query.Fault("less_than_equal", name, $"Input should be less than or equal to {most}", query.Any(name))
            : value;
    }

    /// <summary>The conditions that the parameters name.</summary>
    public Filter Filter(AdminCaller caller)
    {
        var filters = new List<Filter>();
        foreach (var name in (ReadOnlySpan<string>)["team_id", "organization_id", "project_id"])
        {
            if (_query.Text(name) is { Length: > 0 } value)
            {
                filters.Add(Data.Rows.Filter.Equal(name, value));
            }
        }

        if (_query.Text("key_hash") is { Length: > 0 } hash)
        {
            filters.Add(Data.Rows.Filter.Equal("token", KeyText.ToHash(hash)));
        }

        if (_query.Text("access_group_id") is { Length: > 0 } group)
        {
            filters.Add(Data.Rows.Filter.Holds("access_group_ids", group));
        }

        if (_query.Text("key_alias") is { Length: > 0 } alias)
        {
            filters.Add(Data.Rows.Filter.Contains("key_alias", alias));
        }

        // Who does not see all may only name himself, which the visibility rule has seen to.
        if (_query.Text("user_id") is { Length: > 0 } user)
        {
            filters.Add(caller.MaySeeAll ? Data.Rows.Filter.Contains("user_id", user) : Data.Rows.Filter.Equal("user_id", user));
        }

        return Data.Rows.Filter.All(filters);
    }

    private static SortBy[] ReadOrder(Fields query)
    {
        var descending = (query.Text("sort_order") is { Length: > 0 } order ? order.ToLowerInvariant() : "desc") switch
        {
            "asc" => false,
            "desc" => true,
            _ => throw AdminException.Of(ErrorGroup.Internal, 400, "Invalid sort order. Must be 'asc' or 'desc'"),
        };
        if (query.Text("sort_by") is not { Length: > 0 } column)
        {
            return [new SortBy("created_at", true), new SortBy("token", true)];
        }

        return Sortable.Contains(column, StringComparer.Ordinal)
            ? [new SortBy(column, descending), new SortBy("token", descending)]
            : throw AdminException.Of(ErrorGroup.Internal, 400, $"Invalid sort column. Must be one of: {string.Join(", ", Sortable)}");
    }
}
