using System.Globalization;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Data.Schema;
using Tollgate.Data.Secrets;

namespace Tollgate.Data.Copy;

/// <summary>What a release of LiteLLM would not see in a database (database.md 6.3), for an operator who thinks of going back.</summary>
/// <param name="box">Tells formats of secrets apart.</param>
public sealed class HandBack(SecretBox box)
{
    /// <summary>The newest release that reads neither AES values nor salted passwords, and has none of the newer columns.</summary>
    private static readonly Version Oldest = new(1, 81);

    // Calls and their sums are the same for every release: going through millions of them would say nothing.
    private static readonly string[] NotSearched = ["LiteLLM_SpendLogs", "LiteLLM_Daily", "LiteLLM_ErrorLogs"];

    /// <summary>Looks through the database.</summary>
    /// <param name="rows">The database.</param>
    /// <param name="version">The release.</param>
    /// <returns>A line for each loss; none means that nothing is lost.</returns>
    public async Task<IReadOnlyList<string>> FindAsync(IRowReader rows, Version version)
    {
        var found = new List<string>();
        await AddOwnAsync(rows, found);
        await AddPeriodsAsync(rows, found);
        if (version.Major < Oldest.Major || (version.Major == Oldest.Major && version.Minor <= Oldest.Minor))
        {
            await AddSecretsAsync(rows, found);
            await AddPasswordsAsync(rows, found);
            await AddNewerColumnsAsync((RowReader)rows, found);
        }

        return found;
    }

    private static async Task AddOwnAsync(IRowReader rows, List<string> found)
    {
        // Values of columns that the database lacks, and changes laid over models of the file.
        foreach (var (table, what) in new[] { ("row_ext", "rows with values of newer columns"), ("model_override", "changes to models of the file") })
        {
            found.AddRange(await CountedAsync(rows, table, what));
        }
    }

    private static async Task<IEnumerable<string>> CountedAsync(IRowReader rows, string table, string what)
    {
        var count = (await rows.QueryAsync($"SELECT count(*) AS n FROM {{own:{table}}}"))[0]["n"]!.GetValue<long>();
        return count == 0 ? [] : [Line(count, what, $"only in Tollgate's table {table}")];
    }

    private async Task AddSecretsAsync(IRowReader rows, List<string> found)
    {
        foreach (var (table, column) in new[]
        {
            (Tables.Models, "litellm_params"), (Tables.Credentials, "credential_values"), (Tables.Config, "param_value"),
        })
        {
            found.AddRange(await NewerSecretsAsync(rows, table, column));
        }
    }

    private async Task<IEnumerable<string>> NewerSecretsAsync(IRowReader rows, Table table, string column)
    {
        var count = (await rows.SelectAsync(table, Filter.None)).Select(row => row[column]).OfType<JsonObject>()
            .SelectMany(static values => values)
            .Count(member => member.Value is JsonValue value && value.TryGetValue<string>(out var text) && box.FormatOf(text) is SecretFormat.AesGcm);
        return count == 0 ? [] : [Line(count, $"values of {table}.{column}", "encrypted with AES; tollgate db re-encrypt --format legacy makes them readable")];
    }

    private static async Task AddPasswordsAsync(IRowReader rows, List<string> found)
    {
        var count = (await rows.SelectAsync(Tables.Users, Filter.NotEqual("password", null)))
            .Count(static row => row["password"] is JsonValue value && value.TryGetValue<string>(out var text)
                && PasswordHash.EncodingOf(text) is PasswordEncoding.Scrypt or PasswordEncoding.Pbkdf2);
        if (count > 0)
        {
            found.Add(Line(count, "passwords of users", "salted; they must be set anew"));
        }
    }

    private static async Task AddPeriodsAsync(IRowReader rows, List<string> found)
    {
        foreach (var table in new[] { Tables.Keys, Tables.Users, Tables.Teams, Tables.Budgets })
        {
            var count = (await rows.SelectAsync(table, Filter.NotEqual("budget_duration", null)))
                .Count(static row => row["budget_duration"] is JsonValue value && value.TryGetValue<string>(out var text) && !IsPeriod(text));
            if (count > 0)
            {
                found.Add(Line(count, $"budget periods of {table}", "not a number with s, m, h, d, w or mo"));
            }
        }
    }

    private static bool IsPeriod(string text)
    {
        var unit = text.AsSpan().TrimStart("0123456789");
        return unit.Length < text.Length && unit is "s" or "m" or "h" or "d" or "w" or "mo";
    }

    private static async Task AddNewerColumnsAsync(RowReader rows, List<string> found)
    {
        foreach (var table in CopyPlan.Tables.Where(table => !table.IsOwn && rows.Shape.Has(table)
            && !NotSearched.Any(name => table.Name.StartsWith(name, StringComparison.Ordinal))))
        {
            foreach (var column in rows.Shape.Of(table).Columns.Where(static column => column is { Since: not null, Default: not "now" }))
            {
                var count = await rows.CountAsync(table, Filter.All(Empty(column).Select(value => Filter.NotEqual(column.Name, value))));
                if (count > 0)
                {
                    found.Add(Line(count, $"values of {table}.{column.Name}", $"a column since {column.Since}"));
                }
            }
        }
    }

    /// <summary>What a column holds that nobody has set.</summary>
    private static IEnumerable<object?> Empty(ColumnDescription column)
    {
        yield return null;
        if (column.Kind is ColumnKind.TextArray)
        {
            yield return new JsonArray();
        }
        else if (column.Kind is ColumnKind.Json)
        {
            yield return new JsonObject();
            yield return new JsonArray();
        }
        else if (ColumnValues.AbsentOf(column) is { } value)
        {
            yield return value;
        }
    }

    private static string Line(long count, string what, string why) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}: {why}");
}
