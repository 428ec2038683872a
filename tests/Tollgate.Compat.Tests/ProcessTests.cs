using System.Net;
using System.Net.Http.Json;
using Tollgate.Compat.Tests.Gateway;
using Tollgate.Mock;

namespace Tollgate.Compat.Tests;

/// <summary>The executable as a process: how it starts, reloads and ends.</summary>
public sealed class ProcessTests
{
    private const string Config = """
        model_list:
          - model_name: MODEL
            litellm_params: { model: openai/gpt-4o, api_base: BASE, api_key: sk-upstream }
        general_settings: { master_key: sk-test-master }
        """;

    [Fact]
    public async Task Terminated_EndsWithZero()
    {
        await using var gateway = await GatewayProcess.StartAsync(Text("one", "http://127.0.0.1:9/v1"));
        (await gateway.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task TerminatedDuringAStream_FinishesIt()
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions { Record = true, Chunks = 50, ChunkGap = TimeSpan.FromMilliseconds(20) });
        await using var gateway = await GatewayProcess.StartAsync(Text("one", $"{upstream.BaseAddress}v1"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions");
        request.Headers.Authorization = new("Bearer", GatewayProcess.MasterKey);
        request.Content = JsonContent.Create(new { model = "one", stream = true, messages = new[] { new { role = "user", content = "Hello" } } });
        using var answer = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var stopping = gateway.StopAsync();
        (await answer.Content.ReadAsStringAsync()).TrimEnd().ShouldEndWith("data: [DONE]");
        (await stopping).ShouldBe(0);
    }

    [Fact]
    public async Task BadConfig_IsExplainedAndEndsWithOne()
    {
        var folder = Directory.CreateTempSubdirectory("tollgate-test-");
        try
        {
            var file = Path.Combine(folder.FullName, "broken.yaml");
            await File.WriteAllTextAsync(file, "model_list:\n  - model_name: a\n   litellm_params: {}\n");
            var (exitCode, output) = await ChildProcess.RunAsync(
                "dotnet", [GatewayProcess.Executable, "serve", "--config", file, "--port", "0"], new Dictionary<string, string>(), folder.FullName);
            exitCode.ShouldBe(1, output);
            output.ShouldContain("broken.yaml:3");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task PortInUse_IsSaidInOneLineAndEndsWithOne()
    {
        await using var first = await GatewayProcess.StartAsync(Text("one", "http://127.0.0.1:9/v1"));
        var folder = Directory.CreateTempSubdirectory("tollgate-test-");
        try
        {
            var (exitCode, output) = await ChildProcess.RunAsync(
                "dotnet", [GatewayProcess.Executable, "--port", $"{first.BaseAddress.Port}"], new Dictionary<string, string>(), folder.FullName);
            exitCode.ShouldBe(1, output);
            output.ShouldContain($"port {first.BaseAddress.Port} is already in use");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task NoConfig_AnswersByItselfAndMakesAKey()
    {
        var folder = Directory.CreateTempSubdirectory("tollgate-test-");
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await using var gateway = ChildProcess.Start(
                "dotnet", [GatewayProcess.Executable, "--port", "0"], new Dictionary<string, string>(), folder.FullName, line =>
                {
                    if (line.Contains("listens on http://127.0.0.1:", StringComparison.Ordinal))
                    {
                        address.TrySetResult(line[line.IndexOf("http://", StringComparison.Ordinal)..].Trim());
                    }
                });
            using var http = new HttpClient { BaseAddress = new Uri(await address.Task.WaitAsync(TimeSpan.FromMinutes(1))) };
            (await http.GetAsync("v1/models")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            http.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Combine(folder.FullName, "data", "master_key"))).Trim());
            var answer = await http.PostAsJsonAsync("v1/chat/completions", new { model = "fake-gpt", messages = new[] { new { role = "user", content = "Hello" } } });
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
            await gateway.SignalAsync("TERM");
            (await gateway.WaitForExitAsync()).ShouldBe(0);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task StartedByDotnetRun_ReadsRelativePathsFromTheCallersFolder()
    {
        var folder = Directory.CreateTempSubdirectory("tollgate-test-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "here.yaml"), Text("one", "http://127.0.0.1:9/v1"));
            var (exitCode, output) = await ChildProcess.RunAsync(
                "dotnet",
                ["run", "--project", Repository.Path("src/Tollgate"), "-c", GatewayProcess.Configuration, "--no-build", "--", "check", "here.yaml"],
                new Dictionary<string, string>(),
                folder.FullName);
            exitCode.ShouldBe(0, output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Text(string model, string apiBase)
        => Config.Replace("MODEL", model, StringComparison.Ordinal).Replace("BASE", apiBase, StringComparison.Ordinal);
}
