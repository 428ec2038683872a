using System.Text;
using Tollgate.Mock;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Process;

/// <summary>SIGHUP: a good file counts at once, a bad one changes nothing.</summary>
public sealed class ReloadTests
{
    private const string Key = "sk-reload";

    [Fact]
    public async Task Hangup_TakesTheNewFile_AndKeepsTheOldForABadOne()
    {
        using var folder = new TempFolder();
        folder.Write("config.yaml", Config("first"));
        await using var tollgate = TollgateProcess.Start(folder.Path, ["--config", "config.yaml", "--port", "0", "--host", "127.0.0.1"]);
        using var client = TollgateProcess.Client(await tollgate.AddressAsync(), Key);
        (await ModelsAsync(client)).ShouldBe(["first"]);

        folder.Write("config.yaml", Config("first", "second"));
        var since = tollgate.Now();
        await tollgate.SignalAsync("HUP");
        await tollgate.LineAsync("Configuration reloaded: 2 deployments", since);
        (await ModelsAsync(client)).ShouldBe(["first", "second"], ignoreOrder: true);
        (await AskAsync(client, "second")).Text.ShouldBe("I am second");

        folder.Write("config.yaml", Config("third") + "\nmodel_list: [broken");
        since = tollgate.Now();
        await tollgate.SignalAsync("HUP");
        await tollgate.LineAsync("Reload rejected, the old configuration stays: ", since);
        await tollgate.LineAsync("config.yaml:", since);
        (await AskAsync(client, "second")).Text.ShouldBe("I am second");
        (await AskAsync(client, "third")).Status.ShouldBe(400);

        File.Delete(Path.Combine(folder.Path, "config.yaml"));
        since = tollgate.Now();
        await tollgate.SignalAsync("HUP");
        await tollgate.LineAsync("Config file not found: ", since);
        (await AskAsync(client, "first")).Text.ShouldBe("I am first");

        folder.Write("config.yaml", Config("third"));
        since = tollgate.Now();
        await tollgate.SignalAsync("HUP");
        await tollgate.LineAsync("Configuration reloaded: 1 deployments", since);
        (await ModelsAsync(client)).ShouldBe(["third"]);
        await tollgate.SignalAsync("TERM");
        (await tollgate.ExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task OpenStream_EndsOnTheConfigurationItBeganWith()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await RawScriptServer.StartAsync(request => Script(gate, request));
        var setup = new GatewaySetup { Models = [new("ok"), new("raw") { ApiBase = upstream.BaseAddress + "v1" }] };
        await using var gateway = await GatewayFixture.StartAsync(setup);
        using var response = await gateway.OpenAsync("v1/chat/completions", GatewayFixture.Chat("raw", ",\"stream\":true"));
        gateway.Reload(setup with { Models = [new("ok")] }).ShouldBeTrue();
        (await gateway.ChatAsync(GatewayFixture.Chat("raw"))).Status.ShouldBe(400);
        gate.SetResult();

        (await Answer.ReadAsync(response)).Text.ShouldBe("early late");
    }

    [Fact]
    public async Task ThousandReloadsUnderLoad_LoseNoRequest()
    {
        const int Reloads = 1000;
        var even = new GatewaySetup { Models = [new("ok"), new("even")] };
        var odd = new GatewaySetup { Models = [new("ok") { Params = "timeout: 50" }, new("odd"), new("more")] };
        await using var gateway = await GatewayFixture.StartAsync(even);
        using var done = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(number => LoadAsync(gateway, number % 2 == 0, done.Token)).ToList();
        for (var i = 1; i <= Reloads; i++)
        {
            gateway.Reload(i % 2 == 0 ? even : odd).ShouldBeTrue();
            if (i % 100 == 0)
            {
                // A bad file among the good ones.
                await File.WriteAllTextAsync(gateway.ConfigFile, "model_list: [", GatewayFixture.Token);
                gateway.Reloader.Reload().ShouldBeFalse();
            }
        }

        await done.CancelAsync();
        var served = await Task.WhenAll(clients);
        served.ShouldAllBe(count => count > 0);
        gateway.Upstream.Statistics.Requests.ShouldBe(served.Sum());
        (await gateway.GetAsync("v1/models")).Body.ShouldContain("\"even\"");
    }

    /// <summary>Asks one question after the other until told to stop; every answer must be right.</summary>
    private static async Task<int> LoadAsync(GatewayFixture gateway, bool stream, CancellationToken done)
    {
        const int AtMost = 50_000;
        var count = 0;
        while (!done.IsCancellationRequested && count < AtMost)
        {
            var answer = stream ? await gateway.StreamAsync("ok") : await gateway.ChatAsync(GatewayFixture.Chat("ok"));
            answer.Status.ShouldBe(200, answer.Body);
            answer.Text.ShouldBe(GatewayFixture.Text);
            count++;
        }

        return count;
    }

    private static async IAsyncEnumerable<RawStep> Script(TaskCompletionSource gate, RawRequest request)
    {
        yield return RawStep.Send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
        yield return RawStep.Send("data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"early \"}}]}\n\n");
        await gate.Task.WaitAsync(request.Stopping);
        yield return RawStep.Send("data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"late\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
        yield return RawStep.Close;
    }

    private static string Config(params string[] models) => "model_list:\n" + string.Concat(models.Select(model =>
        $"  - {{model_name: {model}, litellm_params: {{model: openai/x, api_key: k, mock_response: 'I am {model}'}}}}\n"))
        + $"general_settings: {{master_key: {Key}}}\n";

    private static async Task<string[]> ModelsAsync(HttpClient client)
    {
        using var response = await client.GetAsync("v1/models", GatewayFixture.Token);
        var answer = await Answer.ReadAsync(response);
        return [.. answer.Json.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];
    }

    private static async Task<Answer> AskAsync(HttpClient client, string model)
    {
        using var content = new StringContent(GatewayFixture.Chat(model), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("v1/chat/completions", content, GatewayFixture.Token);
        return await Answer.ReadAsync(response);
    }
}
