using System.Net;
using System.Net.Sockets;

namespace Tollgate.Tests.Process;

/// <summary>Starts that fail: what is printed, and the exit code.</summary>
public sealed class StartFailureTests
{
    private const string BadConfig = """
        model_list:
          - model_name: a
            litellm_params: {model: openai/x, api_base: "not a url", timeout: soon}
          - litellm_params: {model: 3}
          - model_name: b
        general_settings:
          master_key: os.environ/NOT_SET_ANYWHERE
        router_settings:
          num_retries: -5
          routing_strategy: nonsense
        litellm_setings: {}
        """;

    private static readonly string[] BadConfigProblems =
    [
        "bad.yaml:3:49 model_list[0] (a).litellm_params.api_base: ",
        "bad.yaml:3:71 model_list[0] (a).litellm_params.timeout: ",
        "bad.yaml:4:5 model_list[1].model_name: ",
        "bad.yaml:5:5 model_list[2] (b).litellm_params.model: ",
        "bad.yaml:7:15 general_settings.master_key: ",
        "bad.yaml:9:16 router_settings.num_retries: ",
        "bad.yaml:10:21 router_settings.routing_strategy: ",
        "bad.yaml:11:1 litellm_setings: unknown key. Did you mean 'litellm_settings'?",
    ];

    [Theory]
    [InlineData("--config", "bad.yaml", "--port", "0")]
    [InlineData("serve", "--config=bad.yaml", "--port=0")]
    [InlineData("check", "bad.yaml")]
    public async Task BadConfig_PrintsEveryProblemWithItsPlace_AndExits1(params string[] arguments)
    {
        using var folder = new TempFolder();
        folder.Write("bad.yaml", BadConfig);
        var (exitCode, _, errors) = await TollgateProcess.RunAsync(folder.Path, arguments);

        exitCode.ShouldBe(1);
        foreach (var problem in BadConfigProblems)
        {
            errors.ShouldContain(problem);
        }

        errors.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task PortInUse_IsOneClearLineAndExits1()
    {
        using var folder = new TempFolder();
        using var occupied = new TcpListener(IPAddress.Loopback, 0);
        occupied.Start();
        var port = ((IPEndPoint)occupied.LocalEndpoint).Port;
        var (exitCode, output, errors) = await TollgateProcess.RunAsync(
            folder.Path, ["--port", $"{port}", "--host", "127.0.0.1"], ("LITELLM_MASTER_KEY", "sk-x"));

        exitCode.ShouldBe(1);
        errors.Trim().ShouldBe($"fatal CFG020 port {port} is already in use. Stop the other process or choose another port with --port.");

        // The database may have been opened before; nothing says that the gateway runs.
        output.ShouldNotContain("http://");
        output.ShouldNotContain("sk-x");
    }

    [Theory]
    [InlineData("Cannot listen on nosuchhost:0: the host must be", "--host", "nosuchhost", "--port", "0")]
    [InlineData("Cannot listen on 127.0.0.1:99999: ", "--port", "99999")]
    [InlineData("Cannot listen on 127.0.0.1:-1: ", "--port=-1")]
    [InlineData("Cannot listen on 192.0.2.1:0: ", "--host", "192.0.2.1", "--port", "0")]
    [InlineData("none.pem", "--ssl_certfile_path", "none.pem", "--ssl-keyfile-path", "none.key", "--port", "0")]
    [InlineData("Config file not found: none.yaml", "--config", "none.yaml")]
    public async Task WhatCannotBe_IsOneClearLineAndExits1(string message, params string[] arguments)
    {
        using var folder = new TempFolder();
        var (exitCode, _, errors) = await TollgateProcess.RunAsync(folder.Path, arguments, ("LITELLM_MASTER_KEY", "sk-x"));

        errors.ShouldContain(message);
        errors.ShouldNotContain("   at ");
        exitCode.ShouldBe(1);
    }

    [Fact]
    public async Task ProviderFileThatCannotBeUsed_IsOneClearLineAndExits1()
    {
        using var folder = new TempFolder();
        var file = folder.Write("providers.json", "{broken");
        foreach (var arguments in new[] { new[] { "--port", "0" }, ["check", "none.yaml"] })
        {
            var (exitCode, _, errors) = await TollgateProcess.RunAsync(folder.Path, arguments, ("LITELLM_CUSTOM_PROVIDERS_URL", file));

            errors.ShouldContain("providers.json");
            errors.ShouldNotContain("   at ");
            exitCode.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData("Did you mean '--config' instead of '--confg'?", "--confg", "x")]
    [InlineData("Did you mean '--port' instead of '--prot'?", "serve", "--prot", "1")]
    [InlineData("Did you mean 'version' instead of 'versoin'?", "versoin")]
    [InlineData("'abc'", "--port", "abc")]
    [InlineData("--ssl_certfile_path and --ssl_keyfile_path need each other.", "--ssl-certfile-path", "x.pem")]
    [InlineData("not an http(s) URL", "health", "nonsense")]
    public async Task WrongUsage_Exits2WithAHint(string hint, params string[] arguments)
    {
        using var folder = new TempFolder();
        var (exitCode, output, errors) = await TollgateProcess.RunAsync(folder.Path, arguments);

        errors.ShouldContain(hint);
        output.ShouldBeEmpty();
        exitCode.ShouldBe(2);
    }
}
