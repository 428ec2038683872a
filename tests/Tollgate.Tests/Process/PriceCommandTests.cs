using System.Text.Json;
using Tollgate.Commands;
using Tollgate.Configuration;

namespace Tollgate.Tests.Process;

/// <summary><c>tollgate prices</c>.</summary>
public sealed class PriceCommandTests
{
    [Fact]
    public async Task Show_PrintsATable()
    {
        using var folder = new TempFolder();
        var (exitCode, output, _) = await RunAsync(folder, "show", "openai/gpt-4o");

        exitCode.ShouldBe(0);
        output.ShouldMatch(@"^gpt-4o \(openai\)");
        output.ShouldMatch(@"(?m)^input +2\.5  million tokens +catalogue\r?$");
        output.ShouldMatch(@"(?m)^output, priority +17  million tokens +catalogue\r?$");
        output.ShouldMatch(@"(?m)^uplift eu +1\.1  factor +catalogue\r?$");
        (await RunAsync(folder, "show", "claude-sonnet-4-5")).Output.ShouldMatch(@"(?m)^input, above 200k tokens +6  million tokens");
    }

    [Fact]
    public async Task Show_PrintsJson()
    {
        using var folder = new TempFolder();
        var (_, output, _) = await RunAsync(folder, "show", "gpt-4o", "--json");

        using var document = JsonDocument.Parse(output);
        var first = document.RootElement.GetProperty("prices")[0];
        first.GetProperty("key").GetString().ShouldBe("input_cost_per_token");
        first.GetProperty("usd").GetDecimal().ShouldBe(0.0000025m);
        first.GetProperty("source").GetString().ShouldBe("catalogue");
    }

    [Theory]
    [InlineData("gpt-4oo", "Did you mean gpt-4o?")]
    [InlineData("no-such-model-at-all-in-the-world", "No prices are known")]
    public async Task Show_OfAnUnknownModel_Fails(string model, string message)
    {
        using var folder = new TempFolder();
        var (exitCode, output, errors) = await RunAsync(folder, "show", model);

        exitCode.ShouldBe(1);
        output.ShouldBeEmpty();
        errors.ShouldContain(message);
    }

    [Fact]
    public async Task Import_TakesPricesOver_AndKeepsEarlierOnes()
    {
        using var folder = new TempFolder();
        folder.Write("first.json", """
            {"sample_spec": {"input_cost_per_token": 0},
             "gpt-4o": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06},
             "gpt-4o-mini": {"input_cost_per_token": "0.00000015"},
             "limits-only": {"max_tokens": 7},
             "bad": {"input_cost_per_token": -1},
             "half": {"input_cost_per_token": 1e-6, "input_dbu_cost_per_token": 3}}
            """);
        var (exitCode, output, errors) = await RunAsync(folder, "import", "first.json");

        exitCode.ShouldBe(0);
        output.ShouldContain("4 models read, 2 changed, 1 rejected.");
        output.ShouldContain("1 prices of kinds that are not known were left out.");
        errors.ShouldContain("bad.input_cost_per_token: expected a price in USD, zero or more; the model was left out.");
        var shown = (await RunAsync(folder, "show", "gpt-4o")).Output;
        shown.ShouldMatch(@"(?m)^input +1  million tokens +imported\r?$");
        shown.ShouldMatch(@"(?m)^output +10  million tokens +catalogue\r?$");

        folder.Write("second.json", """{"gpt-4o": {"input_cost_per_token": 2e-06}}""");
        (await RunAsync(folder, "import", "second.json", "--data-dir", "data")).ExitCode.ShouldBe(0);
        (await RunAsync(folder, "show", "gpt-4o")).Output.ShouldMatch(@"(?m)^input +2  million tokens +imported\r?$");
        (await RunAsync(folder, "show", "half")).ExitCode.ShouldBe(0);
        Directory.GetFiles(Path.Combine(folder.Path, "data")).Select(Path.GetFileName).ShouldBe(["prices.json"]);
    }

    [Theory]
    [InlineData("{\n\"a\": {", "bad.json:2: not JSON")]
    [InlineData("[1]", "not a price file")]
    [InlineData("""{"a": {"max_tokens": 1}}""", "no model with prices in it")]
    [InlineData("""{"a": {"input_cost_per_token": "x"}}""", "no model with prices in it")]
    [InlineData(null, "bad.json")]
    public async Task Import_OfABadFile_ChangesNothing(string? text, string message)
    {
        using var folder = new TempFolder();
        folder.Write("good.json", """{"gpt-4o": {"input_cost_per_token": 1e-06}}""");
        (await RunAsync(folder, "import", "good.json")).ExitCode.ShouldBe(0);
        var kept = Path.Combine(folder.Path, "data", "prices.json");
        var before = await File.ReadAllTextAsync(kept, TestContext.Current.CancellationToken);
        if (text is not null)
        {
            folder.Write("bad.json", text);
        }

        var (exitCode, _, errors) = await RunAsync(folder, "import", "bad.json");

        exitCode.ShouldBe(1);
        errors.ShouldContain(message);
        errors.ShouldContain("nothing was changed", Case.Insensitive);
        (await File.ReadAllTextAsync(kept, TestContext.Current.CancellationToken)).ShouldBe(before);
    }

    [Fact]
    public async Task Start_WithABrokenPriceFile_SaysSo()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "data"));
        folder.Write("data/prices.json", "{\"a\":");
        var (exitCode, _, errors) = await TollgateProcess.RunAsync(folder.Path, ["--port", "0"]);

        exitCode.ShouldBe(1);
        errors.ShouldContain("prices.json:1: not JSON");
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(TempFolder folder, params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var environment = EnvironmentSource.From(new Dictionary<string, string>(), folder.Path);
        var exitCode = await TollgateCommand.RunAsync(["prices", .. arguments], environment, output, errors);
        return (exitCode, output.ToString(), errors.ToString());
    }
}
