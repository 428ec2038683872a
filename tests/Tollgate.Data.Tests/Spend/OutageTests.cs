using System.Globalization;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;
using Tollgate.Data.Tests.Journal;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Spend;

public sealed class OutageTests
{
    [Fact]
    public async Task DatabaseThatComesAndGoesUnderAppends_SumsStayExact()
    {
        await using var setup = await SpendSetup.CreateAsync(DatabaseKind.PostgreSql, Journals.NoSync with { FlushRows = 25 });
        await setup.SeedAsync();
        var server = await PostgresServer.SharedAsync();
        var name = new Uri(setup.Test.Settings.DatabaseUrl!).AbsolutePath.Trim('/');
        var failures = 0;
        for (var round = 0; round < 6; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                setup.Journal.Append(Journals.Event(string.Create(CultureInfo.InvariantCulture, $"{round}-{i}")));
            }

            var drain = DrainAsync(setup);
            await server.ExecuteAsync("postgres", $"ALTER DATABASE {name} ALLOW_CONNECTIONS false");
            await server.ExecuteAsync("postgres", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
            failures += await drain ? 0 : 1;
            failures += await DrainAsync(setup) ? 0 : 1;
            await server.ExecuteAsync("postgres", $"ALTER DATABASE {name} ALLOW_CONNECTIONS true");
        }

        failures.ShouldBeGreaterThan(0);
        await setup.Flush.DrainAsync(default);
        (await setup.SpendOfAsync(Tables.Keys, "key1")).ShouldBe(151);
        (await setup.RowsAsync(Tables.SpendLogs)).Count.ShouldBe(600);
        (await setup.RowsAsync(Tables.DailyUserSpend))[0]["api_requests"]!.GetValue<long>().ShouldBe(600);
        setup.Listener.Entries.Where(static e => e.Id is "key1").Sum(static e => e.Added).ShouldBe(150m);
        setup.Journal.State.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task OlderDatabase_TakesWhatItHasColumnsFor()
    {
        await using var setup = await SpendSetup.CreateAsync(DatabaseKind.PostgreSql);
        var server = await PostgresServer.SharedAsync();
        var name = new Uri(setup.Test.Settings.DatabaseUrl!).AbsolutePath.Trim('/');
        await server.ExecuteAsync(name, """
            ALTER TABLE "LiteLLM_SpendLogs" DROP COLUMN "request_duration_ms";
            ALTER TABLE "LiteLLM_DailyUserSpend" DROP COLUMN "endpoint";
            CREATE UNIQUE INDEX daily_old ON "LiteLLM_DailyUserSpend" ("user_id", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name");
            ALTER TABLE "LiteLLM_VerificationToken" DROP COLUMN "last_active" CASCADE;
            ALTER TABLE "LiteLLM_TeamMembership" DROP COLUMN "total_spend";
            """);
        await ((PostgresDatabase)setup.Test.Store).ProbeAsync(default);
        await setup.SeedAsync();
        foreach (var endpoint in (string[])["/chat/completions", "/embeddings"])
        {
            var spent = Journals.Event(endpoint);
            spent.Endpoint = endpoint;
            setup.Journal.Append(spent);
        }

        await setup.Flush.DrainAsync(default);

        (await setup.RowsAsync(Tables.SpendLogs)).Count.ShouldBe(2);
        (await setup.RowsAsync(Tables.DailyUserSpend)).ShouldHaveSingleItem()["api_requests"]!.GetValue<long>().ShouldBe(2);
        (await setup.SpendOfAsync(Tables.Keys, "key1")).ShouldBe(1.5);
        (await setup.SpendOfAsync(Tables.TeamMemberships, "user1", "team1")).ShouldBe(0.5);
    }

    private static async Task<bool> DrainAsync(SpendSetup setup)
    {
        try
        {
            await setup.Flush.DrainAsync(default);
            return true;
        }
        catch (DatabaseUnavailableException)
        {
            return false;
        }
    }
}
