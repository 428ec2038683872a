using System.Globalization;
using Npgsql;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;
using Tollgate.Data.Startup;
using Tollgate.Data.Tests.Redis;
using Tollgate.Engine.Configuration;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Postgres;

/// <summary>Passwords that are made for each connection.</summary>
public sealed class TokenLoginTests
{
    [Fact]
    public async Task EachConnection_AsksForItsToken_AndAFaultIsSaid()
    {
        await using var server = await PostgresServer.StartOwnAsync();
        var url = await server.CreateMigratedDatabaseAsync();
        await AskForPasswordsAsync(server);
        var tokens = new Counted();
        await using (var store = DataServices.StoreOf(new StorageSettings { DatabaseUrl = url.Replace("@", ":old@", StringComparison.Ordinal) }, TimeProvider.System, tokens))
        {
            await store.OpenAsync(TestContext.Current.CancellationToken);
            (await store.ReadAsync(static rows => rows.SelectAsync(Tables.Users, Filter.None), TestContext.Current.CancellationToken)).ShouldBeEmpty();
        }

        tokens.Asked.ShouldBeGreaterThan(1);
        tokens.For.ShouldStartWith("127.0.0.1:" + server.Port.ToString(CultureInfo.InvariantCulture));

        await using var broken = DataServices.StoreOf(new StorageSettings { DatabaseUrl = url }, TimeProvider.System, new Counted { Fault = "no keys" });
        (await Should.ThrowAsync<DatabaseUnavailableException>(() => broken.OpenAsync(TestContext.Current.CancellationToken))).Message.ShouldEndWith("no keys");
    }

    /// <summary>The server lets everybody in until it is told otherwise.</summary>
    private static async Task AskForPasswordsAsync(PostgresServer server)
    {
        await server.ExecuteAsync("postgres", "ALTER ROLE litellm PASSWORD 'token'");
        await server.ExecuteAsync(
            "postgres",
            """
            DO $$ BEGIN
                EXECUTE format('COPY (SELECT ''host all all 127.0.0.1/32 password'') TO %L', current_setting('hba_file'));
            END $$;
            SELECT pg_reload_conf();
            """);
        await Condition.UntilAsync(async () =>
        {
            try
            {
                await server.ExecuteAsync("postgres", "SELECT 1");
                return false;
            }
            catch (NpgsqlException)
            {
                return true;
            }
        });
    }

    private sealed class Counted : IDatabaseTokens
    {
        private int _asked;

        public int Asked => _asked;

        public string For { get; private set; } = "";

        public string? Fault { get; init; }

        public ValueTask<string> TokenAsync(string host, int port, string user, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            For = string.Create(CultureInfo.InvariantCulture, $"{host}:{port} {user}");
            return Fault is null ? new ValueTask<string>("token") : throw new DatabaseTokenException(Fault);
        }
    }
}
