using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Spend;

/// <summary>Adds to the daily tables and to the hours.</summary>
internal sealed class PostgresDaily(PostgresDatabase database, TimeProvider time)
{
    private const string Hours = """
        INSERT INTO tollgate."rollup_hour" AS t ("hour", "deployment", "model_group", "api_key", "status", "route", "requests", "tokens_in",
            "tokens_out", "spend", "dur_ms_sum", "dur_ms_hist", "ttft_ms_sum", "ttft_n")
        SELECT a.hour, a.deployment, a.model_group, a.api_key, a.status, a.route, a.requests, a.tokens_in, a.tokens_out, a.spend, a.ms,
            a.hist::jsonb, a.ttft, a.ttft_n
        FROM unnest(@hour, @deployment, @group, @key, @status, @route, @requests, @in, @out, @spend, @ms, @hist, @ttft, @ttftCount)
            AS a (hour, deployment, model_group, api_key, status, route, requests, tokens_in, tokens_out, spend, ms, hist, ttft, ttft_n)
        ON CONFLICT ("hour", "deployment", "model_group", "api_key", "status", "route") DO UPDATE SET
            "requests" = t."requests" + excluded."requests", "tokens_in" = t."tokens_in" + excluded."tokens_in",
            "tokens_out" = t."tokens_out" + excluded."tokens_out", "spend" = t."spend" + excluded."spend",
            "dur_ms_sum" = t."dur_ms_sum" + excluded."dur_ms_sum", "ttft_ms_sum" = t."ttft_ms_sum" + excluded."ttft_ms_sum",
            "ttft_n" = t."ttft_n" + excluded."ttft_n", "dur_ms_hist" = (
                SELECT jsonb_agg(coalesce((t."dur_ms_hist"->>i)::bigint, 0) + coalesce((excluded."dur_ms_hist"->>i)::bigint, 0) ORDER BY i)
                FROM generate_series(0, greatest(jsonb_array_length(t."dur_ms_hist"), jsonb_array_length(excluded."dur_ms_hist")) - 1) AS i)
        """;

    private static readonly Table HourTable =
        new("rollup_hour", ["hour", "deployment", "model_group", "api_key", "status", "route"], IsOwn: true);

    private string?[]? _sql;

    /// <summary>Probes again at the next batch.</summary>
    public void Forget() => _sql = null;

    /// <summary>Builds the statements for the keys that the tables really have; tells which of them have the endpoint.</summary>
    public async Task<ImmutableArray<bool>> ProbeAsync(CancellationToken cancellationToken)
    {
        var sql = new string?[DailyTable.All.Length];
        var hasEndpoint = new bool[DailyTable.All.Length];
        for (var i = 0; i < sql.Length; i++)
        {
            var daily = DailyTable.All[i];
            if (database.Has(daily.Table))
            {
                var unique = await database.UniqueColumnsAsync(daily.Table, cancellationToken);
                hasEndpoint[i] = unique.Contains("endpoint", StringComparer.Ordinal);
                sql[i] = StatementOf(daily, unique);
            }
        }

        _sql = sql;
        return [.. hasEndpoint];
    }

    public async Task WriteAsync(NpgsqlConnection connection, BatchTotals totals, CancellationToken cancellationToken)
    {
        if (_sql is null)
        {
            await ProbeAsync(cancellationToken);
        }

        await using var batch = new NpgsqlBatch(connection);
        for (var i = 0; i < DailyTable.All.Length; i++)
        {
            if (_sql![i] is { } sql && totals.Daily[i].Count > 0)
            {
                batch.BatchCommands.Add(DailyCommand(sql, DailyRows.Of(i, totals)));
            }
        }

        if (totals.Hours.Count > 0 && database.Has(HourTable))
        {
            batch.BatchCommands.Add(HourCommand(totals));
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private string StatementOf(DailyTable daily, IReadOnlyList<string> unique)
    {
        var endpoint = database.Has(daily.Table, "endpoint") ? ", \"endpoint\"" : "";
        var endpointValue = endpoint.Length > 0 ? ", a.endpoint" : "";
        var numbers = string.Join(", ", DailyRow.NumberColumns.Select(static c => $"\"{c}\""));
        var additions = string.Join(", ", DailyRow.NumberColumns.Append("spend").Select(static c => $"\"{c}\" = t.\"{c}\" + excluded.\"{c}\""));
        var target = string.Join(", ", unique.Select(static c => $"\"{c}\""));
        var conflict = unique.Count == 0 ? "" : $"ON CONFLICT ({target}) DO UPDATE SET {additions}, \"updated_at\" = excluded.\"updated_at\"";
        return $"""
            INSERT INTO {database.Dialect.NameOf(daily.Table)} AS t ("id", "{daily.Entity}", "date", "api_key", "model", "model_group",
                "custom_llm_provider", "mcp_namespaced_tool_name"{endpoint}, {numbers}, "spend", "updated_at")
            SELECT gen_random_uuid()::text, a.entity, a.date, a.api_key, a.model, a.model_group, a.provider, ''{endpointValue},
                a.n0, a.n1, a.n2, a.n3, a.n4, a.n5, a.n6, a.spend, @now
            FROM unnest(@entity, @date, @key, @model, @group, @provider, @endpoint, @n0, @n1, @n2, @n3, @n4, @n5, @n6, @spend)
                AS a (entity, date, api_key, model, model_group, provider, endpoint, n0, n1, n2, n3, n4, n5, n6, spend)
            {conflict}
            """;
    }

    private NpgsqlBatchCommand DailyCommand(string sql, List<DailyRow> rows)
    {
        var command = new NpgsqlBatchCommand(sql);
        string[] names = ["entity", "date", "key", "model", "provider", "endpoint"];
        for (var i = 0; i < names.Length; i++)
        {
            var column = i;
            Add(command, names[i], rows, NpgsqlDbType.Text, row => row.Key[column]);
        }

        Add(command, "group", rows, NpgsqlDbType.Text, static row => row.ModelGroup);
        Add(command, "spend", rows, NpgsqlDbType.Double, static row => (double)row.Sum.Spend);
        var numbers = rows.ConvertAll(static row => row.Numbers);
        for (var i = 0; i < DailyRow.NumberColumns.Length; i++)
        {
            var column = i;
            Add(command, $"n{i}", numbers, NpgsqlDbType.Bigint, row => row[column]);
        }

        var now = DateTime.SpecifyKind(time.GetUtcNow().UtcDateTime, DateTimeKind.Unspecified);
        command.Parameters.Add(new NpgsqlParameter<DateTime>("now", NpgsqlDbType.Timestamp) { TypedValue = now });
        return command;
    }

    private static NpgsqlBatchCommand HourCommand(BatchTotals totals)
    {
        var texts = totals.Texts;
        var rows = totals.Hours
            .OrderBy(static h => h.Key.Hour)
            .ThenBy(h => texts[h.Key.Deployment], StringComparer.Ordinal)
            .ThenBy(h => texts[h.Key.ModelGroup], StringComparer.Ordinal)
            .ThenBy(h => texts[h.Key.KeyHash], StringComparer.Ordinal)
            .ThenBy(h => texts[h.Key.Status], StringComparer.Ordinal)
            .ThenBy(h => texts[h.Key.Route], StringComparer.Ordinal)
            .ToList();
        var command = new NpgsqlBatchCommand(Hours);
        Add(command, "hour", rows, NpgsqlDbType.TimestampTz, static h => new DateTime(h.Key.Hour * TimeSpan.TicksPerHour, DateTimeKind.Utc));
        Add(command, "deployment", rows, NpgsqlDbType.Text, h => texts[h.Key.Deployment]);
        Add(command, "group", rows, NpgsqlDbType.Text, h => texts[h.Key.ModelGroup]);
        Add(command, "key", rows, NpgsqlDbType.Text, h => texts[h.Key.KeyHash]);
        Add(command, "status", rows, NpgsqlDbType.Text, h => texts[h.Key.Status]);
        Add(command, "route", rows, NpgsqlDbType.Text, h => texts[h.Key.Route]);
        Add(command, "requests", rows, NpgsqlDbType.Bigint, static h => h.Value.Requests);
        Add(command, "in", rows, NpgsqlDbType.Bigint, static h => h.Value.TokensIn);
        Add(command, "out", rows, NpgsqlDbType.Bigint, static h => h.Value.TokensOut);
        Add(command, "spend", rows, NpgsqlDbType.Double, static h => (double)h.Value.Spend);
        Add(command, "ms", rows, NpgsqlDbType.Double, static h => h.Value.Milliseconds);
        Add(command, "hist", rows, NpgsqlDbType.Text, static h => h.Value.Histogram);
        Add(command, "ttft", rows, NpgsqlDbType.Double, static h => h.Value.FirstOutputMilliseconds);
        Add(command, "ttftCount", rows, NpgsqlDbType.Bigint, static h => h.Value.FirstOutputs);
        return command;
    }

    private static void Add<TRow, TValue>(
        NpgsqlBatchCommand command, string name, List<TRow> rows, NpgsqlDbType type, Func<TRow, TValue> value)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(rows[i]);
        }

        command.Parameters.Add(new NpgsqlParameter<TValue[]>(name, NpgsqlDbType.Array | type) { TypedValue = values });
    }
}
