using System.Globalization;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Changes;

/// <summary>Notices that configuration rows were changed by somebody who leaves no record (LiteLLM beside us, SQL by hand).</summary>
internal sealed class ConfigurationPoll(IDatabase database, ChangeBus changes)
{
    private string? _last;

    /// <summary>Compares with the last look and publishes a difference.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = await database.ReadAsync(FingerprintAsync, cancellationToken);
        if (_last is not null && !string.Equals(_last, now, StringComparison.Ordinal))
        {
            changes.Publish(new ChangeNotice(ChangedObject.Configuration, ""));
        }

        _last = now;
    }

    private static async Task<string> FingerprintAsync(IRowReader db)
    {
        var parts = new List<string>();
        foreach (var (table, content) in ((Table, string)[])
            [
                (Tables.Models, "max(updated_at)::text"),
                (Tables.Credentials, "max(updated_at)::text"),
                // This one has no time: its few rows are compared whole.
                (Tables.Config, "md5(string_agg(param_name || coalesce(param_value::text, ''), ',' ORDER BY param_name))"),
            ])
        {
            try
            {
                var rows = await db.QueryAsync($"SELECT count(*) AS rows, {content} AS content FROM {db.NameOf(table)}");
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{table.Name} {rows[0].ToJsonString()}"));
            }
            catch (Npgsql.PostgresException error) when (error.SqlState is Npgsql.PostgresErrorCodes.UndefinedTable)
            {
                parts.Add($"{table.Name} missing");
            }
        }

        return string.Join('\n', parts);
    }
}
