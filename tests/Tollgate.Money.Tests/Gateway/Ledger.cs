using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Tollgate.Money.Tests.Gateway;

/// <summary>A row of the spend logs.</summary>
internal sealed record SpendLog(string RequestId, string Status, decimal Spend, long PromptTokens, long CompletionTokens, string Metadata);

/// <summary>What the database says that a key has spent, in its three places.</summary>
internal sealed record Ledger(IReadOnlyList<SpendLog> Logs, decimal KeySpend, decimal DailySpend, long DailySucceeded, long DailyRequests)
{
    /// <summary>Sum of the logs.</summary>
    public decimal LoggedSpend => Logs.Sum(static log => log.Spend);

    /// <summary>Logs of calls that succeeded.</summary>
    public IReadOnlyList<SpendLog> Succeeded => [.. Logs.Where(static log => log.Status is "success")];

    /// <summary>Reads a key's from the embedded database, which a gateway may have open.</summary>
    public static async Task<Ledger> OfFileAsync(string file, string key)
    {
        var builder = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false };
        await using var connection = new SqliteConnection(builder.ToString());
        return await ReadAsync(connection, key);
    }

    /// <summary>Reads a key's from PostgreSQL.</summary>
    public static async Task<Ledger> OfServerAsync(string connectionString, string key)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        return await ReadAsync(connection, key);
    }

    private static async Task<Ledger> ReadAsync(DbConnection connection, string key)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var logs = await RowsAsync(
            connection,
            """
            SELECT "request_id", "status", "spend", "prompt_tokens", "completion_tokens", "metadata"
            FROM "LiteLLM_SpendLogs" WHERE "api_key" = @key
            """,
            hash,
            static row => new SpendLog(
                row.GetString(0), row.GetString(1), Usd(row, 2), row.GetInt64(3), row.GetInt64(4), row.GetString(5)));
        var spend = await RowsAsync(
            connection, """SELECT "spend" FROM "LiteLLM_VerificationToken" WHERE "token" = @key""", hash, static row => Usd(row, 0));
        var daily = await RowsAsync(
            connection,
            """SELECT "spend", "successful_requests", "api_requests" FROM "LiteLLM_DailyUserSpend" WHERE "api_key" = @key""",
            hash,
            static row => (Spend: Usd(row, 0), Succeeded: row.GetInt64(1), Requests: row.GetInt64(2)));
        return new Ledger(
            logs,
            spend.Single(),
            daily.Sum(static day => day.Spend),
            daily.Sum(static day => day.Succeeded),
            daily.Sum(static day => day.Requests));
    }

    private static async Task<List<T>> RowsAsync<T>(DbConnection connection, string sql, string key, Func<DbDataReader, T> read)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        var parameter = command.CreateParameter();
        parameter.ParameterName = "@key";
        parameter.Value = key;
        command.Parameters.Add(parameter);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Columns are doubles: what they are meant to say is exact to a billionth of a USD.</summary>
    private static decimal Usd(DbDataReader row, int column) => Math.Round((decimal)row.GetDouble(column), 9);
}
