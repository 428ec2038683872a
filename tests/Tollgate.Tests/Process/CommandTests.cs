using System.Text;
using Tollgate.Commands;
using Tollgate.Configuration;
using Tollgate.Mock;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Process;

/// <summary>The verbs beside serving, and the spellings of flags.</summary>
public sealed class CommandTests
{
    private const string Config = """
        model_list:
          - {model_name: first, litellm_params: {model: openai/x, api_key: k, mock_response: "rhymes with nothing"}}
        general_settings: {master_key: sk-command}
        """;

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    [InlineData("-v")]
    public async Task Version_IsPrinted(string argument)
    {
        using var folder = new TempFolder();
        var (exitCode, output, _) = await TollgateProcess.RunAsync(folder.Path, [argument]);

        exitCode.ShouldBe(0);
        output.ShouldMatch(@"^Tollgate \d+\.\d+\.\d+\S* \(compatible with LiteLLM 1\.81\.0\)\s*$");
    }

    [Fact]
    public async Task Check_OfAGoodFile_SaysWhatHasNoEffect()
    {
        using var folder = new TempFolder();
        folder.Write("good.yaml", Config + "\nlitellm_settings: {success_callback: [langfuse]}\n");
        var (exitCode, output, _) = await TollgateProcess.RunAsync(folder.Path, ["check", "good.yaml"]);

        exitCode.ShouldBe(0);
        output.ShouldContain("good.yaml: OK, 1 deployments, 0 errors");
        output.ShouldContain("good.yaml:4 litellm_settings.success_callback");
    }

    [Fact]
    public async Task TestAndHealth_TalkToTheRunningGateway()
    {
        using var folder = new TempFolder();
        folder.Write("config.yaml", Config);
        await using var tollgate = TollgateProcess.Start(folder.Path, ["--config", "config.yaml", "--port", "0", "--host", "127.0.0.1"]);
        var address = await tollgate.AddressAsync();
        string[] flags = ["--config", "config.yaml", "--port", $"{address.Port}"];

        var (tested, answer, _) = await TollgateProcess.RunAsync(folder.Path, ["--test", .. flags]);
        tested.ShouldBe(0);
        answer.ShouldContain("rhymes with nothing");
        var (ready, readiness, _) = await TollgateProcess.RunAsync(folder.Path, ["health", address.ToString()]);
        ready.ShouldBe(0);
        readiness.ShouldContain("\"status\":\"connected\"");
        (await TollgateProcess.RunAsync(folder.Path, ["health", "--live", address.ToString()])).Output.ShouldContain("I'm alive!");
        (await TollgateProcess.RunAsync(folder.Path, ["--health", .. flags])).Output.ShouldContain("\"healthy_count\":1");
    }

    [Fact]
    public async Task TestAndHealth_WithoutAGateway()
    {
        using var folder = new TempFolder();
        folder.Write("config.yaml", Config);
        var (tested, output, _) = await TollgateProcess.RunAsync(folder.Path, ["--test", "--config", "config.yaml", "--port", "1"]);
        tested.ShouldBe(0);
        output.ShouldContain("config OK; no server on 127.0.0.1:1, request test skipped");

        var (health, _, errors) = await TollgateProcess.RunAsync(folder.Path, ["health", "http://127.0.0.1:1"]);
        health.ShouldBe(1);
        errors.ShouldContain("http://127.0.0.1:1/health/readiness cannot be reached");
    }

    [Fact]
    public async Task Mock_IsAnUpstream()
    {
        using var folder = new TempFolder();
        await using var mock = TollgateProcess.Start(folder.Path, ["mock", "--port", "0", "--chunks", "3", "--no_usage"]);
        var address = await mock.AddressAsync();
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("ok") { ApiBase = address + "v1" });

        (await gateway.StreamAsync("ok")).Text.ShouldBe("Tollgate mock answers ");
        await mock.SignalAsync("TERM");
        (await mock.ExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task MockFlagThatIsNone_Exits2()
    {
        using var folder = new TempFolder();
        var (exitCode, _, errors) = await TollgateProcess.RunAsync(folder.Path, ["mock", "--port", "0", "--chunkz", "3"]);

        exitCode.ShouldBe(2);
        errors.ShouldContain("chunkz");
    }

    [Theory]
    [InlineData("--config", "config.yaml")]
    [InlineData("--config=config.yaml")]
    [InlineData("-c", "config.yaml")]
    [InlineData("serve", "-c", "config.yaml", "--num-workers", "4")]
    [InlineData("-c", "config.yaml", "--num_workers", "4", "--detailed_debug", "--run_gunicorn")]
    [InlineData("-c", "config.yaml", "--num-workers=4", "--detailed-debug", "--run-hypercorn", "--telemetry", "False")]
    [InlineData("-c", "config.yaml", "--port=0", "--host=127.0.0.1", "--keepalive-timeout=5", "--limit_concurrency", "10")]
    [InlineData("--model", "openai/gpt-4o", "--api-base", "http://127.0.0.1:1", "--drop_params", "--max_tokens", "5", "--temperature=0.5", "--alias", "x")]
    public async Task Flags_AreUnderstoodInEverySpelling(params string[] arguments)
    {
        using var folder = new TempFolder();
        folder.Write("config.yaml", Config);
        var errors = new StringWriter();
        var environment = EnvironmentSource.From(
            new Dictionary<string, string> { ["LITELLM_MODE"] = "PRODUCTION", ["LITELLM_MASTER_KEY"] = "sk-x" }, folder.Path);
        string[] all = [.. arguments, "--skip-server-startup"];
        var exitCode = await TollgateCommand.RunAsync(all, environment, TextWriter.Null, errors);

        exitCode.ShouldBe(0, errors.ToString());
        errors.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task ModelOfTheCommandLine_AnswersEveryName()
    {
        using var folder = new TempFolder();
        await using var upstream = await MockServer.StartAsync(new MockServerOptions { Record = true }, GatewayFixture.Token);
        await using var tollgate = TollgateProcess.Start(
            folder.Path, ["--model", "openai/gpt-x", "--api_base", upstream.BaseAddress + "v1", "--port", "0"], ("OPENAI_API_KEY", "k"));
        using var client = TollgateProcess.Client(await tollgate.AddressAsync(), null);
        foreach (var name in new[] { "openai/gpt-x", "anything" })
        {
            using var content = new StringContent(GatewayFixture.Chat(name), Encoding.UTF8, "application/json");
            using var response = await client.PostAsync("chat/completions", content, GatewayFixture.Token);
            (await Answer.ReadAsync(response)).Text.ShouldBe(GatewayFixture.Text);
        }

        upstream.Requests.ShouldAllBe(request => request.BodyText.Contains("\"model\":\"gpt-x\"", StringComparison.Ordinal));
    }
}
