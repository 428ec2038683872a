using System.Diagnostics;
using System.Globalization;
using System.Net;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Process;

/// <summary>The shell scripts, run against a gateway.</summary>
public sealed class ScriptTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task GenVirtualKey_KeepsAKeyThatWorks()
    {
        await using var gateway = await PricedGateway.StartAsync();
        var (exitCode, output, errors) = await RunAsync(gateway, "gen-virtual-key.sh", "mobile-app", "5", "1d", "priced, other");

        exitCode.ShouldBe(0, errors);
        output.ShouldContain("$5 per 1d");
        var file = Path.Combine(gateway.Folder, "keys", "mobile-app.env");
        (OperatingSystem.IsWindows() ? OwnerOnly : File.GetUnixFileMode(file)).ShouldBe(OwnerOnly);
        var line = (await File.ReadAllTextAsync(file, GatewayFixture.Token)).Trim();
        line.ShouldStartWith("LITELLM_VIRTUAL_KEY=sk-");
        var key = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..];
        output.ShouldNotContain(key);
        (await gateway.CallAsync(key)).ShouldBe(HttpStatusCode.OK);
        var info = (await gateway.AskAsync("keys", "info", "mobile-app")).Output;
        info.ShouldMatch(@"BUDGET \(USD\) +5\.00");
        info.ShouldMatch("MODELS +priced, other");

        (await RunAsync(gateway, "gen-virtual-key.sh", "mobile-app")).Errors.ShouldContain("exists already");
        File.Delete(file);
        var again = await RunAsync(gateway, "gen-virtual-key.sh", "mobile-app");
        again.ExitCode.ShouldBe(1);
        again.Errors.ShouldContain("already exists");
        File.Exists(file).ShouldBeFalse();
    }

    [Fact]
    public async Task Probe_PrintsTheAnswer_OrFails()
    {
        await using var gateway = await PricedGateway.StartAsync();
        var (exitCode, output, errors) = await RunAsync(gateway, "probe.sh");
        exitCode.ShouldBe(0, errors);
        output.ShouldContain("Model:  priced\nAnswer: rhymes with nothing\n");

        var missing = await RunAsync(gateway, ["probe.sh"], ("MODEL", "no-such-model"));
        (missing.ExitCode, missing.Output).ShouldBe((1, ""));
        missing.Errors.ShouldContain("no-such-model");
    }

    [Fact]
    public async Task ShowBudgetAndChargeback_AgreeOnWhatWasSpent()
    {
        await using var gateway = await PricedGateway.StartAsync();
        await gateway.AskAsync("teams", "create", "--id", "t1", "--alias", "Engineering, \"core\"");
        var key = LastLine((await gateway.AskAsync("keys", "create", "--alias", "spender", "--team", "t1", "--max_budget", "7")).Output);
        var month = TimeProvider.System.GetUtcNow().ToString("yyyy-MM", CultureInfo.InvariantCulture);
        (await gateway.CallAsync(key)).ShouldBe(HttpStatusCode.OK);
        (await gateway.CallAsync(key)).ShouldBe(HttpStatusCode.OK);
        (await gateway.CallAsync(PricedGateway.MasterKey)).ShouldBe(HttpStatusCode.OK);
        await gateway.RestartAsync();

        var (exitCode, csv, errors) = await RunAsync(gateway, "chargeback.sh", month);
        exitCode.ShouldBe(0, errors);
        var lines = csv.TrimEnd().Split('\n');
        lines[0].ShouldBe("month,team,key_alias,key_hash,requests,input_tokens,output_tokens,spend_usd");
        lines.Length.ShouldBe(4, csv);
        lines.ShouldContain(line => line.StartsWith($"\"{month}\",\"Engineering, \"\"core\"\"\",\"spender\",", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith($"\"{month}\",\"-\",", StringComparison.Ordinal));
        lines[^1].ShouldStartWith($"\"{month}\",\"TOTAL\",\"\",\"\",3,");
        var amounts = lines[1..].Select(AmountOf).ToList();
        amounts.ShouldAllBe(amount => amount > 0);
        amounts[^1].ShouldBe(amounts[0] + amounts[1]);

        var (shown, budgets, problems) = await RunAsync(gateway, "show-budget.sh");
        shown.ShouldBe(0, problems);
        budgets.ShouldContain($"Total spend: ${amounts[^1].ToString("0.00##########", CultureInfo.InvariantCulture)}\n");
        budgets.ShouldMatch(@"spender\tsk-\.\.\.\S+\t0\.0000\d+\t7\.00\t");
    }

    [Theory]
    [InlineData(2, "at most four arguments", "gen-virtual-key.sh")]
    [InlineData(2, "is no name for a file", "gen-virtual-key.sh", "../x")]
    [InlineData(2, "is no amount", "gen-virtual-key.sh", "x", "five")]
    [InlineData(2, "is no month", "chargeback.sh", "2026-13")]
    [InlineData(2, "There are no arguments", "show-budget.sh", "x")]
    [InlineData(1, "cannot be reached", "show-budget.sh")]
    [InlineData(1, "cannot be reached", "chargeback.sh", "2026-01")]
    [InlineData(1, "cannot be reached", "probe.sh")]
    public async Task WhatDoesNotWork_IsSaid(int expected, string message, params string[] arguments)
    {
        using var folder = new TempFolder();
        var (exitCode, output, errors) = await RunAsync(folder.Path, new Uri("http://127.0.0.1:1"), arguments);

        exitCode.ShouldBe(expected, output + errors);
        errors.ShouldContain(message);
    }

    private static decimal AmountOf(string line) => decimal.Parse(line[(line.LastIndexOf(',') + 1)..].Trim('"'), CultureInfo.InvariantCulture);

    private static string LastLine(string output) => output.TrimEnd().Split('\n')[^1].Trim();

    private static Task<(int ExitCode, string Output, string Errors)> RunAsync(PricedGateway gateway, params string[] arguments)
        => RunAsync(gateway.Folder, gateway.Address, arguments);

    private static Task<(int ExitCode, string Output, string Errors)> RunAsync(
        PricedGateway gateway, string[] arguments, params (string Name, string Value)[] environment)
        => RunAsync(gateway.Folder, gateway.Address, arguments, environment);

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string folder, Uri address, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("bash")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["BASE_URL"] = address.ToString();
        start.Environment["MASTER_KEY"] = PricedGateway.MasterKey;
        start.Environment["KEYS_DIR"] = Path.Combine(folder, "keys");
        start.ArgumentList.Add(Path.Combine(Scripts(), arguments[0]));
        Array.ForEach(arguments[1..], start.ArgumentList.Add);
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(GatewayFixture.Token);
        var errors = process.StandardError.ReadToEndAsync(GatewayFixture.Token);
        await process.WaitForExitAsync(GatewayFixture.Token);
        return (process.ExitCode, await output, await errors);
    }

    private static string Scripts()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Tollgate.slnx")))
        {
            directory = directory.Parent;
        }

        return Path.Combine(directory.FullName, "scripts");
    }
}
