using System.Globalization;
using Tollgate.Data.Rows;

namespace Tollgate.Management.Spend;

/// <summary>The few expressions that the two engines write differently.</summary>
internal static class SpendSql
{
    /// <summary>Day of a timestamp column, <c>YYYY-MM-DD</c>.</summary>
    public static string Day(DatabaseKind kind, string column)
        => kind == DatabaseKind.PostgreSql ? $"to_char({column}, 'YYYY-MM-DD')" : $"substr({column}, 1, 10)";

    /// <summary>Day of the column <c>hour</c> of the hourly rollup, which has a zone.</summary>
    public static string DayOfHour(DatabaseKind kind)
        => kind == DatabaseKind.PostgreSql ? "to_char(\"hour\" AT TIME ZONE 'UTC', 'YYYY-MM-DD')" : "substr(\"hour\", 1, 10)";

    /// <summary>A parameter made by <see cref="MomentText"/>, comparable with a timestamp column.</summary>
    public static string Moment(DatabaseKind kind, string parameter)
        => kind == DatabaseKind.PostgreSql ? $"CAST({parameter} AS timestamp)" : parameter;

    /// <summary>A parameter made by <see cref="MomentText"/>, comparable with <see cref="Hour"/>.</summary>
    public static string HourMoment(DatabaseKind kind, string parameter)
        => kind == DatabaseKind.PostgreSql ? $"CAST({parameter} AS timestamp) AT TIME ZONE 'UTC'" : $"substr({parameter}, 1, 13)";

    /// <summary>The column <c>hour</c>; SQLite compares the text whichever way date and time are separated.</summary>
    public static string Hour(DatabaseKind kind)
        => kind == DatabaseKind.PostgreSql ? "\"hour\"" : "replace(substr(\"hour\", 1, 13), 'T', ' ')";

    /// <summary>A moment as both engines read it; columns have milliseconds.</summary>
    public static string MomentText(DateTime utc) => utc.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>Milliseconds between two timestamp columns.</summary>
    public static string Milliseconds(DatabaseKind kind, string from, string to) => kind == DatabaseKind.PostgreSql
        ? $"CAST(extract(epoch FROM ({to} - {from})) * 1000 AS double precision)"
        : $"((julianday({to}) - julianday({from})) * 86400000.0)";

    /// <summary>A text member of a JSON column; the path is a constant of the caller.</summary>
    public static string JsonText(DatabaseKind kind, string column, params IReadOnlyList<string> path) => kind == DatabaseKind.PostgreSql
        ? $"({column} #>> ARRAY[{string.Join(", ", path.Select(static part => $"'{part}'"))}])"
        : $"json_extract({column}, '$.{string.Join('.', path)}')";

    /// <summary>True when the text holds the parameter's, in any case; wildcards have no meaning.</summary>
    public static string Holds(DatabaseKind kind, string text, string parameter) => kind == DatabaseKind.PostgreSql
        ? $"position(lower({parameter}) IN lower({text})) > 0"
        : $"instr(lower({text}), lower({parameter})) > 0";

    /// <summary>Teams of which the parameter's user has a role; null for any role.</summary>
    public static string TeamsOf(DatabaseKind kind, string table, string user, string? role) => kind == DatabaseKind.PostgreSql
        ? $"SELECT team_id FROM {table} WHERE members_with_roles @> jsonb_build_array(jsonb_build_object('user_id', CAST({user} AS text)"
            + (role is null ? "" : $", 'role', '{role}'") + "))"
        : $"SELECT team_id FROM {table} WHERE EXISTS (SELECT 1 FROM json_each(members_with_roles) AS member "
            + $"WHERE json_extract(member.value, '$.user_id') = {user}"
            + (role is null ? "" : $" AND json_extract(member.value, '$.role') = '{role}'") + ")";

    /// <summary>Joins the items of a histogram column as <c>item.position</c> (from 0) and <c>item.count</c>.</summary>
    public static string HistogramItems(DatabaseKind kind, string column) => kind == DatabaseKind.PostgreSql
        ? $"CROSS JOIN LATERAL (SELECT ordinality - 1 AS position, CAST(value AS bigint) AS count "
            + $"FROM jsonb_array_elements_text({column}) WITH ORDINALITY) AS item"
        : $"CROSS JOIN json_each({column}) AS item";

    /// <summary>Position of an item of <see cref="HistogramItems"/>.</summary>
    public static string ItemPosition(DatabaseKind kind) => kind == DatabaseKind.PostgreSql ? "item.position" : "item.key";

    /// <summary>Value of an item of <see cref="HistogramItems"/>.</summary>
    public static string ItemCount(DatabaseKind kind) => kind == DatabaseKind.PostgreSql ? "item.count" : "item.value";
}
