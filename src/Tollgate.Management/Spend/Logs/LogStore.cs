using System.Text.Json.Nodes;
using Tollgate.Data.Rows;

namespace Tollgate.Management.Spend.Logs;

/// <summary>Reads the request logs. Lists walk the index (startTime, request_id), newest first, however many rows there are.</summary>
internal sealed class LogStore(IDatabase database)
{
    /// <summary>Totals are counted up to here: counting ten million rows would take longer than reading the page.</summary>
    public const int CountedAtMost = 10_001;

    private volatile IReadOnlyList<string>? _columns;
    private volatile IReadOnlyList<string>? _indexed;

    /// <summary>Rows in order of time.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="after">Place after which they start; null for the beginning.</param>
    /// <param name="order">SQL order; null is by time.</param>
    /// <param name="descending">Newest first.</param>
    /// <param name="limit">Most rows.</param>
    /// <param name="offset">Rows skipped.</param>
    /// <param name="withBodies">With prompts and answers, where they are stored.</param>
    /// <param name="cancellationToken">Signalled when the client has left.</param>
    public Task<IReadOnlyList<JsonObject>> SelectAsync(
        LogFilter filter, LogCursor? after, string? order, bool descending, int limit, long offset, bool withBodies,
            CancellationToken cancellationToken)
        => database.ReadAsync(
            async rows =>
            {
                var columns = await ColumnsAsync(rows);
                var conditions = filter.Conditions(rows.Kind);
                if (after is { } place)
                {
                    var start = SpendSql.Moment(rows.Kind, conditions.Parameter(SpendSql.MomentText(place.Start)));
                    var id = conditions.Parameter(place.RequestId);
                    conditions.Add($"(\"startTime\", request_id) {(descending ? '<' : '>')} ({start}, {id})");
                }

                var way = descending ? "DESC" : "ASC";
                var sorting = order is null ? "" : $"{order} {way}, ";
                var skipped = offset == 0 ? "" : $" OFFSET {conditions.Parameter(offset)}";
                var wanted = withBodies ? columns : columns.Except(LogRow.Bodies, StringComparer.Ordinal);
                return await rows.QueryAsync(
                    $"SELECT {string.Join(", ", wanted.Select(static name => $"\"{name}\""))} "
                        + $"FROM {rows.NameOf(Tables.SpendLogs)}{conditions.Where} "
                        + $"ORDER BY {sorting}\"startTime\" {way}, request_id {way} LIMIT {conditions.Parameter((long)limit)}{skipped}",
                    conditions.Parameters);
            },
            cancellationToken);

    /// <summary>How many rows there are, <see cref="CountedAtMost"/> at most.</summary>
    public Task<long> CountAsync(LogFilter filter, CancellationToken cancellationToken) => database.ReadAsync(
        async rows =>
        {
            var conditions = filter.Conditions(rows.Kind);
            var found = await rows.QueryAsync(
                "SELECT count(*) AS n FROM (SELECT 1 AS one "
                    + $"FROM {rows.NameOf(Tables.SpendLogs)}{conditions.Where} LIMIT {CountedAtMost}) AS counted",
                conditions.Parameters);
            return found[0].Whole("n");
        },
        cancellationToken);

    /// <summary>
    /// True when rows of all time can be searched quickly: nothing but time limits them, or an index leads to them. LiteLLM's own tables
    /// have no index by key, team or user.
    /// </summary>
    public async Task<bool> MaySearchAllTimeAsync(LogFilter filter, CancellationToken cancellationToken)
    {
        if (database.Kind == DatabaseKind.Sqlite || filter.IsLookup || !filter.IsNarrowed)
        {
            return true;
        }

        var indexed = _indexed ??= await database.ReadAsync(
            static async rows => (await rows.QueryAsync(
                "SELECT DISTINCT attribute.attname AS name FROM pg_index AS index "
                + "JOIN pg_attribute AS attribute ON attribute.attrelid = index.indrelid AND attribute.attnum = index.indkey[0] "
                + "WHERE index.indisvalid AND index.indrelid = to_regclass(@name)",
                ("name", rows.NameOf(Tables.SpendLogs)))).Texts("name"),
            cancellationToken);
        return filter.IndexableColumns.Any(indexed.Contains);
    }

    /// <summary>Teams of which a user is an administrator.</summary>
    public Task<IReadOnlyList<string>> AdministratedTeamsAsync(string userId, CancellationToken cancellationToken) => database.ReadAsync(
        async rows => (await rows.QueryAsync(SpendSql.TeamsOf(rows.Kind, rows.NameOf(Tables.Teams), "@user", "admin"), ("user", userId)))
            .Texts("team_id"),
        cancellationToken);

    /// <summary>An adopted database may be older and lack columns; which, its first row tells.</summary>
    private async Task<IReadOnlyList<string>> ColumnsAsync(IRowReader rows)
    {
        if (_columns is { } known)
        {
            return known;
        }

        var first = await rows.QueryAsync($"SELECT * FROM {rows.NameOf(Tables.SpendLogs)} LIMIT 1");
        if (first.Count == 0)
        {
            return LogRow.Members;
        }

        string[] present = [.. LogRow.Members.Where(name => first[0].ContainsKey(name))];
        _columns = present;
        return present;
    }
}
