using System.Globalization;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Identity;

/// <summary>
/// Spend since a moment: whole UTC days from the daily tables (hours for deployments), the part of the first one from the logs. A day's logs
/// are a range of an index, the daily rows a few per key and day, so the sum is cheap however long the period is.
/// </summary>
internal sealed class SpendSums(PresentColumns present)
{
    /// <summary>USD; zero when nothing is recorded.</summary>
    public async Task<decimal> SumAsync(IRowReader reader, SpendScope scope, string id, string? model, DateTimeOffset since)
    {
        var start = since.UtcDateTime;
        if (scope == SpendScope.Deployment)
        {
            var hour = start.Date.AddHours(start.Hour);
            var wholeHours = start == hour ? hour : hour.AddHours(1);
            var hours = await HoursAsync(reader, id, wholeHours);
            return start == wholeHours ? hours : hours + await LogsAsync(reader, scope, id, model, start, wholeHours);
        }

        var wholeDays = start.TimeOfDay == TimeSpan.Zero ? start.Date : start.Date.AddDays(1);
        var days = await DaysAsync(reader, scope, id, model, wholeDays);
        return start == wholeDays ? days : days + await LogsAsync(reader, scope, id, model, start, wholeDays);
    }

    private async Task<decimal> DaysAsync(IRowReader reader, SpendScope scope, string id, string? model, DateTime first)
    {
        var (table, column) = scope switch
        {
            SpendScope.Team => (Tables.DailyTeamSpend, "team_id"),
            SpendScope.User or SpendScope.UserAndModel => (Tables.DailyUserSpend, "user_id"),
            SpendScope.Customer or SpendScope.CustomerAndModel => (Tables.DailyCustomerSpend, "end_user_id"),
            SpendScope.Tag => (Tables.DailyTagSpend, "tag"),
            SpendScope.Provider => (Tables.DailyUserSpend, "custom_llm_provider"),
            SpendScope.ModelGroup => (Tables.DailyUserSpend, "model_group"),
            _ => (Tables.DailyUserSpend, "api_key"),
        };
        if (!present.Has(table, column))
        {
            return 0;
        }

        var sql = $"SELECT SUM(\"spend\") AS \"spend\" FROM \"{table.Name}\" WHERE \"{column}\" = @id AND \"date\" >= @first{OfModel(reader, scope)}";
        var rows = await reader.QueryAsync(sql, Parameters(
            scope, id, model, ("first", first.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))));
        return Spend(rows);
    }

    /// <summary>Daily tables know no deployments; our hourly one does.</summary>
    private static async Task<decimal> HoursAsync(IRowReader reader, string deployment, DateTime first)
    {
        var since = reader.Kind == DatabaseKind.Sqlite
            ? "replace(substr(\"hour\", 1, 13), 'T', ' ') >= substr(@first, 1, 13)"
            : "\"hour\" >= CAST(@first AS timestamp) AT TIME ZONE 'UTC'";
        return Spend(await reader.QueryAsync(
            $"SELECT SUM(\"spend\") AS \"spend\" FROM {{own:rollup_hour}} WHERE \"deployment\" = @id AND {since}",
            ("id", deployment), ("first", Text(first))));
    }

    private static async Task<decimal> LogsAsync(
        IRowReader reader, SpendScope scope, string id, string? model, DateTime from, DateTime to)
    {
        var column = scope switch
        {
            SpendScope.Team => "team_id",
            SpendScope.User or SpendScope.UserAndModel => "user",
            SpendScope.Customer or SpendScope.CustomerAndModel => "end_user",
            SpendScope.Provider => "custom_llm_provider",
            SpendScope.ModelGroup => "model_group",
            SpendScope.Deployment => "model_id",
            _ => "api_key",
        };
        var match = scope != SpendScope.Tag ? $"\"{column}\" = @id"
            : reader.Kind == DatabaseKind.Sqlite ? "EXISTS (SELECT 1 FROM json_each(\"request_tags\") WHERE value = @id)"
            : "\"request_tags\" @> jsonb_build_array(CAST(@id AS text))";
        var rows = await reader.QueryAsync(
            $"SELECT SUM(\"spend\") AS \"spend\" FROM \"{Tables.SpendLogs.Name}\" "
            + $"WHERE {match} AND \"startTime\" >= {Moment(reader, "from")} AND \"startTime\" < {Moment(reader, "to")}{OfModel(reader, scope)}",
            Parameters(scope, id, model, ("from", Text(from)), ("to", Text(to))));
        return Spend(rows);
    }

    // Text on both engines, so that no driver turns a column without zone by the session's zone.
    private static string Moment(IRowReader reader, string name)
        => reader.Kind == DatabaseKind.Sqlite ? "@" + name : $"CAST(@{name} AS timestamp)";

    private static string Text(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>
    /// A budget names what clients ask for, with or without the provider's prefix, as calls are matched with it; a wildcard covers all that it
    /// matches.
    /// </summary>
    private static string OfModel(IRowReader reader, SpendScope scope)
    {
        if (!IsOfModel(scope))
        {
            return "";
        }

        var position = reader.Kind == DatabaseKind.Sqlite ? "instr" : "strpos";
        return " AND (" + string.Join(" OR ", ((string[])["model_group", "model"]).Select(column =>
            $"\"{column}\" LIKE @model ESCAPE '!' OR substr(\"{column}\", {position}(\"{column}\", '/') + 1) = @bare")) + ")";
    }

    private static bool IsOfModel(SpendScope scope)
        => scope is SpendScope.KeyAndModel or SpendScope.UserAndModel or SpendScope.CustomerAndModel;

    private static (string, object?)[] Parameters(SpendScope scope, string id, string? model, params ReadOnlySpan<(string, object?)> others)
    {
        (string, object?)[] all = [("id", id), .. others];
        return IsOfModel(scope) ? [.. all, ("model", Pattern(model ?? "")), ("bare", Bare(model ?? ""))] : all;
    }

    private static string Bare(string model) => model[(model.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static string Pattern(string model) => model
        .Replace("!", "!!", StringComparison.Ordinal)
        .Replace("%", "!%", StringComparison.Ordinal)
        .Replace("_", "!_", StringComparison.Ordinal)
        .Replace('*', '%');

    private static decimal Spend(IReadOnlyList<System.Text.Json.Nodes.JsonObject> rows)
        => rows.Count > 0 ? Values.Number(rows[0]["spend"]) ?? 0 : 0;
}
