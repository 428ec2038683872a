using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend.Logs;

/// <summary>Request logs: lists, one page at a time for people, and single rows with their bodies (admin-api.md 15.5, 15.6).</summary>
public sealed class SpendLogService
{
    /// <summary>Rows of a list without <c>limit</c>; also the largest limit.</summary>
    public const int LongestList = 10_000;

    /// <summary>Rows that may be skipped: beyond, a cursor finds the place at once while skipping reads every row before it.</summary>
    private const int LargestOffset = 100_000;

    /// <summary>Rows held at a time while a list is sent: each may have its prompt and answer with it.</summary>
    private const int ChunkRows = 100;

    /// <summary>Days searched when a filter without index and without dates is given.</summary>
    private const int SearchedDays = 30;

    private readonly IDatabase _database;
    private readonly TimeProvider _time;
    private readonly LogStore _store;
    private readonly LogSummaries _summaries;

    /// <summary>Made by the container.</summary>
    public SpendLogService(IDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
        _store = new LogStore(database);
        _summaries = new LogSummaries(database);
    }

    /// <summary>All forms of <c>/spend/logs</c>: sums by day, or rows, newest first.</summary>
    public async Task<SpendLogList> ListAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller);
        var days = DayRange.Of(query.Filter("start_date"), query.Filter("end_date"), static message => SpendErrors.BadRequest(
            message.StartsWith("Please", StringComparison.Ordinal) ? "Please provide both start_date and end_date" : message));
        var filter = new LogFilter
        {
            KeyHash = SpendScope.Hash(query.Filter("api_key")),
            UserId = scope.UserId is null ? query.Filter("user_id") : null,
            RequestId = query.Filter("request_id"),
            TeamId = query.Filter("team_id"),
            EndUser = query.Filter("end_user"),
            Model = query.Filter("model"),
            Status = query.Filter("status"),
            Scope = scope,
        };
        var hasLimit = query.Whole("limit") is not null;
        var limit = SpendErrors.Number(query, "limit", 1, LongestList, LongestList);
        var offset = SpendErrors.Number(query, "offset", 0, LargestOffset, 0);
        if (days is { } range && (query.Flag("summarize") ?? true))
        {
            return new SpendLogList(InMemory(await _summaries.ByDayAsync(filter, range, cancellationToken)));
        }

        if (days is not null)
        {
            filter = filter with
            {
                From = DayRange.Moment(query.Text("start_date")!, out _, SpendErrors.BadRequest),
                To = EndOf(query.Text("end_date")!),
            };
        }

        var isBounded = days is not null || await _store.MaySearchAllTimeAsync(filter, cancellationToken);
        if (!isBounded)
        {
            filter = filter with { From = DayRange.Recent(_time, SearchedDays).From };
        }

        return await RowsAsync(filter, LogCursor.Read(query.Text("cursor")), limit, offset, hasLimit, isBounded
            ? null : filter.From, cancellationToken);
    }

    /// <summary>
    /// <c>/spend/logs/v2</c>: a page by number, or after <c>cursor</c>, the <c>next_cursor</c> of the page before. Cursors reach any
    /// depth at the same cost and go by time only.
    /// </summary>
    public async Task<JsonNode> PageAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        if (query.Filter("start_date") is not { } start || query.Filter("end_date") is not { } end)
        {
            throw SpendErrors.BadRequest("Start date and end date are required");
        }

        var filter = (await PageFilterAsync(caller, query, cancellationToken)) with
        {
            From = DayRange.Moment(start, out _, SpendErrors.BadRequest),
            To = EndOf(end),
        };
        var sort = query.Filter("sort_by") ?? "startTime";
        var isDescending = (query.Filter("sort_order") ?? "desc") switch
        {
            "desc" => true,
            "asc" => false,
            var other => throw SpendErrors.BadRequest($"Invalid sort_order: {other}. Must be asc or desc."),
        };
        return await PageAsync(filter, query, OrderBy(sort, _database.Kind), isDescending, cancellationToken);
    }

    /// <summary>Calls of one session, oldest first.</summary>
    public async Task<JsonNode> SessionAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var filter = await ScopedAsync(caller, new LogFilter { SessionId = query.RequiredText("session_id") }, cancellationToken);
        return await PageAsync(filter, query, null, descending: false, cancellationToken);
    }

    /// <summary>Prompt and answer of one call; null when there is no such row for the caller.</summary>
    public async Task<JsonNode?> BodiesAsync(AdminCaller caller, string requestId, CancellationToken cancellationToken)
    {
        var filter = await ScopedAsync(caller, new LogFilter { RequestId = requestId }, cancellationToken);
        var rows = await _store.SelectAsync(filter, null, null, true, 1, 0, withBodies: true, cancellationToken);
        if (rows.Count == 0)
        {
            return null;
        }

        var row = LogRow.Of(rows[0]);
        var bodies = new JsonObject();
        foreach (var name in LogRow.Bodies)
        {
            bodies[name] = row[name]?.DeepClone();
        }

        return bodies;
    }

    private static string? OrderBy(string sort, DatabaseKind kind) => sort switch
    {
        "startTime" => null,
        "spend" or "total_tokens" or "model" => sort,
        "endTime" => "\"endTime\"",
        "request_duration_ms" => SpendSql.Milliseconds(kind, "\"startTime\"", "\"endTime\""),
        "ttft_ms" => SpendSql.Milliseconds(kind, "\"startTime\"", "\"completionStartTime\""),
        _ => throw SpendErrors.BadRequest(
            $"Invalid sort_by: {sort}. Must be one of spend, total_tokens, startTime, endTime, request_duration_ms, model, ttft_ms."),
    };

    private static DateTime EndOf(string text)
    {
        var moment = DayRange.Moment(text, out var isDay, SpendErrors.BadRequest);
        return isDay ? DayRange.EndOf(DateOnly.FromDateTime(moment)) : moment;
    }

    private static async IAsyncEnumerable<JsonObject> InMemory(IEnumerable<JsonObject> items)
    {
        foreach (var item in items)
        {
            yield return item;
        }

        await Task.CompletedTask;
    }

    private async Task<SpendLogList> RowsAsync(
        LogFilter filter, LogCursor? after, int limit, long offset, bool hasLimit, DateTime? searchedFrom,
            CancellationToken cancellationToken)
    {
        // The first rows are read before the answer starts, so that a fault still has a status.
        var first = await _store.SelectAsync(filter, after, null, true, Math.Min(limit, ChunkRows), offset, withBodies: true,
            cancellationToken);
        var isTruncated = !hasLimit && first.Count == ChunkRows
            && await _store.CountAsync(filter, cancellationToken) - offset > LongestList;
        return new SpendLogList(ContinueAsync(filter, first, limit, cancellationToken), isTruncated, searchedFrom);
    }

    private async IAsyncEnumerable<JsonObject> ContinueAsync(
        LogFilter filter, IReadOnlyList<JsonObject> rows, int limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var row in rows)
            {
                yield return LogRow.Of(row);
            }

            limit -= rows.Count;
            if (limit <= 0 || rows.Count < ChunkRows)
            {
                yield break;
            }

            rows = await _store.SelectAsync(
                filter, LogCursor.Of(rows[^1]), null, true, Math.Min(limit, ChunkRows), 0, withBodies: true, cancellationToken);
        }
    }

    private async Task<JsonNode> PageAsync(
        LogFilter filter, Fields query, string? order, bool descending, CancellationToken cancellationToken)
    {
        var page = SpendErrors.Number(query, "page", 1, int.MaxValue, 1);
        var size = SpendErrors.Number(query, "page_size", 1, 100, 50);
        var after = LogCursor.Read(query.Text("cursor"));
        var offset = after is null ? (page - 1L) * size : 0;
        if (offset > LargestOffset && await _store.CountAsync(filter, cancellationToken) >= LogStore.CountedAtMost)
        {
            throw SpendErrors.BadRequest($"Pages end at row {LargestOffset}: go on with next_cursor.");
        }

        if (after is not null && order is not null)
        {
            throw SpendErrors.BadRequest("A cursor goes by startTime: leave sort_by out.");
        }

        var rows = await _store.SelectAsync(filter, after, order, descending, size + 1, offset, withBodies: false, cancellationToken);

        // Counting costs more than the page; who walks on by cursor has the total of the first page.
        long? total = after is null ? await _store.CountAsync(filter, cancellationToken) : null;
        var shown = rows.Take(size).ToList();
        return new JsonObject
        {
            ["data"] = shown.Select(LogRow.Of).ToJsonArray(),
            ["total"] = total,
            ["page"] = page,
            ["page_size"] = size,
            ["total_pages"] = (total + size - 1) / size,
            ["next_cursor"] = rows.Count > size && order is null ? LogCursor.Of(shown[^1]).ToString() : null,
        };
    }

    private Task<LogFilter> PageFilterAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken) => ScopedAsync(
        caller,
        new LogFilter
        {
            KeyHash = SpendScope.Hash(query.Filter("api_key")),
            UserId = query.Filter("user_id"),
            RequestId = query.Filter("request_id"),
            TeamId = query.Filter("team_id"),
            EndUser = query.Filter("end_user"),
            Model = query.Filter("model"),
            ModelId = query.Filter("model_id"),
            KeyAlias = query.Filter("key_alias"),
            Status = query.Filter("status_filter"),
            ErrorCode = query.Filter("error_code"),
            ErrorMessage = query.Filter("error_message"),
            LeastSpend = query.Number("min_spend"),
            MostSpend = query.Number("max_spend"),
        },
        cancellationToken);

    /// <summary>Internal users see their own rows and those of teams they administrate.</summary>
    private async Task<LogFilter> ScopedAsync(AdminCaller caller, LogFilter filter, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller);
        if (scope.UserId is not { } user)
        {
            return filter with { Scope = scope };
        }

        var teams = await _store.AdministratedTeamsAsync(user, cancellationToken);
        if (filter.TeamId is { } team && teams.Contains(team, StringComparer.Ordinal))
        {
            return filter;
        }

        // A foreign user id may stay only where teams are visible: the scope's condition cuts everything else off.
        return filter with { Scope = scope, AdministratedTeams = teams, UserId = teams.Count == 0 ? null : filter.UserId };
    }
}
