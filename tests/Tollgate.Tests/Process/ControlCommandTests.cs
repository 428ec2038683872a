using System.Net;
using System.Text.Json;
using Tollgate.Commands;
using Tollgate.Configuration;
using Tollgate.Testing;

namespace Tollgate.Tests.Process;

/// <summary><c>tollgate keys</c>, <c>users</c>, <c>teams</c>, <c>budgets</c> and <c>spend</c>.</summary>
public sealed class ControlCommandTests
{
    [Fact]
    public async Task Keys_OfARunningGateway_AreMadeShownBlockedAndDeleted()
    {
        await using var gateway = await PricedGateway.StartAsync();
        var created = await gateway.AskAsync("keys", "create", "--alias", "first", "--max-budget", "1.000000000001", "--models", "priced, other");
        created.ExitCode.ShouldBe(0, created.Errors);
        created.Output.ShouldMatch(@"BUDGET \(USD\) +1\.000000000001 ");
        created.Output.ShouldMatch(@"MODELS +priced, other ");
        var key = LastLine(created.Output);
        key.ShouldStartWith("sk-");

        foreach (var verb in (string[][])[["keys", "list"], ["keys", "info", "first"], ["keys", "info", key], ["keys", "info", key, "--json"]])
        {
            var shown = await gateway.AskAsync(verb);
            shown.ExitCode.ShouldBe(0, shown.Errors);
            shown.Output.ShouldContain("first");
            (shown.Output + shown.Errors).ShouldNotContain(key);
        }

        (await gateway.CallAsync(key)).ShouldBe(HttpStatusCode.OK);
        (await gateway.AskAsync("keys", "block", "first")).Output.ShouldContain("'first' is blocked");
        (await gateway.CallAsync(key)).ShouldBe(HttpStatusCode.Unauthorized);
        (await gateway.AskAsync("keys", "info", "first")).Output.ShouldMatch("BLOCKED +yes");
        (await gateway.AskAsync("keys", "unblock", key)).Output.ShouldContain("'first' is unblocked");
        (await gateway.AskAsync("keys", "delete", "first")).Output.ShouldContain("Deleted 1 key.");
        var gone = await gateway.AskAsync("keys", "info", "first");
        (gone.ExitCode, gone.Output).ShouldBe((1, ""));
        gone.Errors.ShouldContain("No key has the alias 'first'.");
    }

    [Fact]
    public async Task TeamsUsersAndBudgets_OfARunningGateway()
    {
        await using var gateway = await PricedGateway.StartAsync();
        (await gateway.AskAsync("teams", "create", "--id", "t1", "--alias", "Engineering", "--max_budget", "10.5", "--budget_duration", "30d")).ExitCode.ShouldBe(0);
        (await gateway.AskAsync("users", "create", "--id", "u1", "--email", "u1@example.org", "--role", "internal_user")).Output.ShouldNotContain("sk-");
        (await gateway.AskAsync("teams", "add-member", "t1", "u1", "--role", "admin", "--max_budget", "2")).Output.ShouldContain("u1 is a member of team t1.");
        (await gateway.AskAsync("teams", "info", "t1")).Output.ShouldMatch(@"u1 +u1@example\.org +admin");
        (await gateway.AskAsync("teams", "list")).Output.ShouldMatch(@"t1 +Engineering +\d+ +0\.00 +10\.50 +30d");
        (await gateway.AskAsync("users", "list")).Output.ShouldMatch(@"u1 +u1@example\.org");
        (await gateway.AskAsync("users", "info", "u1")).Output.ShouldMatch("TEAMS +t1");
        (await gateway.AskAsync("users", "delete", "u1")).Output.ShouldContain("Deleted 1 user.");
        (await gateway.AskAsync("users", "info", "u1")).ExitCode.ShouldBe(1);

        (await gateway.AskAsync("budgets", "create", "--id", "b1", "--max_budget", "0.5", "--rpm_limit", "7")).ExitCode.ShouldBe(0);
        (await gateway.AskAsync("budgets", "list")).Output.ShouldMatch(@"b1 +0\.50 ");
        using var budgets = JsonDocument.Parse((await gateway.AskAsync("budgets", "list", "--json")).Output);
        budgets.RootElement.EnumerateArray().ShouldContain(budget => budget.GetProperty("budget_id").GetString() == "b1");
        (await gateway.AskAsync("budgets", "info", "b1")).Output.ShouldMatch("RPM +7 ");
        (await gateway.AskAsync("budgets", "delete", "b1")).ExitCode.ShouldBe(0);
        (await gateway.AskAsync("budgets", "info", "b1")).Errors.ShouldContain("There is no budget 'b1'.");
    }

    [Fact]
    public async Task Store_OfAStoppedGateway_IsUsedDirectly()
    {
        await using var gateway = await PricedGateway.StartAsync();
        await gateway.AskAsync("teams", "create", "--id", "t1", "--alias", "Engineering");
        var key = LastLine((await gateway.AskAsync("keys", "create", "--alias", "spender", "--team", "t1")).Output);
        (await gateway.CallAsync(key)).ShouldBe(HttpStatusCode.OK);
        (await gateway.CallAsync(key)).ShouldBe(HttpStatusCode.OK);
        var (busy, nothing, locked) = await gateway.OpenAsync("keys", "list");
        (busy, nothing).ShouldBe((1, ""));
        locked.ShouldContain("--url");
        await gateway.StopAsync();

        var spent = Cells((await gateway.OpenAsync("spend", "--by", "team")).Output, "Engineering")[2];
        decimal.Parse(spent, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        foreach (var by in (string[])["key", "model", "day"])
        {
            Cells((await gateway.OpenAsync("spend", "--by", by)).Output, "TOTAL")[1].ShouldBe(spent, by);
        }

        var logs = await gateway.OpenAsync("spend", "logs", "--model", "x", "--json");
        logs.ExitCode.ShouldBe(0, logs.Errors);
        using (var document = JsonDocument.Parse(logs.Output))
        {
            document.RootElement.GetProperty("data").GetArrayLength().ShouldBe(2);
        }

        Cells((await gateway.OpenAsync("keys", "list")).Output, "spender")[3].ShouldBe("-");
        var made = LastLine((await gateway.OpenAsync("keys", "create", "--alias", "offline")).Output);
        await gateway.StartAsync();
        (await gateway.CallAsync(made)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task PostgreSqlStore_IsUsedBesideARunningGateway()
    {
        var url = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var gateway = await PricedGateway.StartAsync(("DATABASE_URL", url));
        var created = await gateway.OpenAsync("keys", "create", "--alias", "beside");
        created.ExitCode.ShouldBe(0, created.Errors);
        (await gateway.CallAsync(LastLine(created.Output))).ShouldBe(HttpStatusCode.OK);
        (await gateway.AskAsync("keys", "list")).Output.ShouldContain("beside");
    }

    [Fact]
    public async Task MissingStore_IsNotMade()
    {
        using var folder = new TempFolder();
        var (exitCode, errors) = await RunAsync(folder, "keys", "list");

        exitCode.ShouldBe(1);
        errors.ShouldContain("There is no database in");
        Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("'x' is not a number.", "keys", "create", "--max_budget", "x")]
    [InlineData("'1,5' is not a number.", "keys", "create", "--max_budget", "1,5")]
    [InlineData("'1.5' is not a whole number.", "budgets", "create", "--rpm_limit", "1.5")]
    [InlineData("Expected a JSON object", "teams", "create", "--metadata", "[1]")]
    [InlineData("'soon' is not a day", "spend", "--from", "soon")]
    [InlineData("--from is later than --to.", "spend", "--from", "2026-02-02", "--to", "2026-02-01", "--url", "http://127.0.0.1:1", "--key", "k")]
    [InlineData("'colour'", "spend", "--by", "colour")]
    [InlineData("--limit is a number from 1 to 100.", "spend", "logs", "--limit", "0")]
    [InlineData("A gateway wants a key", "keys", "list", "--url", "http://127.0.0.1:1")]
    [InlineData("is not an http(s) URL", "keys", "list", "--url", "ftp://127.0.0.1", "--key", "k")]
    [InlineData("give one or the other", "keys", "list", "--url", "http://127.0.0.1:1", "--data_dir", "x")]
    [InlineData("Required argument missing", "keys", "info")]
    public async Task WrongUsage_Exits2(string message, params string[] arguments)
    {
        using var folder = new TempFolder();
        var (exitCode, errors) = await RunAsync(folder, arguments);

        exitCode.ShouldBe(2, errors);
        errors.ShouldContain(message);
    }

    [Fact]
    public async Task GatewayThatIsNotThere_Exits1()
    {
        using var folder = new TempFolder();
        var (exitCode, errors) = await RunAsync(folder, "teams", "list", "--url", "http://127.0.0.1:1", "--key", "sk-secret-of-mine");

        exitCode.ShouldBe(1);
        errors.ShouldContain("http://127.0.0.1:1 cannot be reached");
        errors.ShouldNotContain("secret-of-mine");
    }

    private static string LastLine(string output) => output.TrimEnd().Split('\n')[^1].Trim();

    /// <summary>The cells of the one row that has a text.</summary>
    private static string[] Cells(string table, string text) => table.Split('\n').Single(line => line.Contains(text, StringComparison.Ordinal))
        .Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static async Task<(int ExitCode, string Errors)> RunAsync(TempFolder folder, params string[] arguments)
    {
        using var errors = new StringWriter();
        var environment = EnvironmentSource.From(new Dictionary<string, string> { ["LITELLM_MODE"] = "PRODUCTION" }, folder.Path);
        var exitCode = await TollgateCommand.RunAsync(arguments, environment, TextWriter.Null, errors);
        return (exitCode, errors.ToString());
    }
}
