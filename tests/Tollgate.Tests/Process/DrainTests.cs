using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Mock;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Process;

/// <summary>SIGTERM: what is open finishes, nothing new begins.</summary>
public sealed class DrainTests
{
    private const int Streams = 200;
    private const string Key = "sk-drain";

    [Fact]
    public async Task Terminate_Under200OpenStreams_LosesNone()
    {
        using var folder = new TempFolder();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await MockServer.StartAsync(
            new MockServerOptions { Script = (http, _) => StreamAsync(http, gate.Task) }, GatewayFixture.Token);
        await using var tollgate = Start(folder, upstream.BaseAddress, "60");
        using var client = TollgateProcess.Client(await tollgate.AddressAsync(), Key);
        var open = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => OpenAsync(client)));

        await tollgate.SignalAsync("TERM");
        await ShouldTurnRedAsync(client);
        await ShouldRefuseAsync(client);
        await tollgate.LineAsync(" requests finish first");
        gate.SetResult();
        foreach (var (response, reader) in open)
        {
            var rest = await reader.ReadToEndAsync(GatewayFixture.Token);
            rest.ShouldContain("late");
            rest.ShouldEndWith("data: [DONE]\n\n");
            response.Dispose();
        }

        (await tollgate.ExitAsync()).ShouldBe(0, tollgate.Errors);
        tollgate.Output.ShouldNotContain("unfinished");
    }

    [Fact]
    public async Task Terminate_DoesNotWaitLongerThanTold()
    {
        using var folder = new TempFolder();
        var never = new TaskCompletionSource();
        await using var upstream = await MockServer.StartAsync(
            new MockServerOptions { Script = (http, _) => StreamAsync(http, never.Task) }, GatewayFixture.Token);
        await using var tollgate = Start(folder, upstream.BaseAddress, "0.2");
        using var client = TollgateProcess.Client(await tollgate.AddressAsync(), Key);
        var (response, _) = await OpenAsync(client);
        await tollgate.SignalAsync("TERM");

        (await tollgate.ExitAsync()).ShouldBe(0, tollgate.Errors);
        tollgate.Output.ShouldContain("Shutting down with 1 requests unfinished");
        response.Dispose();
    }

    [Fact]
    public async Task SecondTerminate_StopsAtOnce()
    {
        using var folder = new TempFolder();
        var never = new TaskCompletionSource();
        await using var upstream = await MockServer.StartAsync(
            new MockServerOptions { Script = (http, _) => StreamAsync(http, never.Task) }, GatewayFixture.Token);
        await using var tollgate = Start(folder, upstream.BaseAddress, "600");
        using var client = TollgateProcess.Client(await tollgate.AddressAsync(), Key);
        var (response, _) = await OpenAsync(client);
        await tollgate.SignalAsync("TERM");
        await tollgate.LineAsync("Shutting down: 1 requests finish first");
        await tollgate.SignalAsync("TERM");

        (await tollgate.ExitAsync()).ShouldBe(0, tollgate.Errors);
        response.Dispose();
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task IdleGateway_StopsInOrder(string signal)
    {
        using var folder = new TempFolder();
        await using var tollgate = Start(folder, new Uri("http://127.0.0.1:1/"), "60");
        using var client = TollgateProcess.Client(await tollgate.AddressAsync(), Key);
        using (await client.GetAsync("health/liveliness", GatewayFixture.Token))
        {
            await tollgate.SignalAsync(signal);
        }

        (await tollgate.ExitAsync()).ShouldBe(0, tollgate.Errors);
    }

    private static TollgateProcess Start(TempFolder folder, Uri upstream, string drainSeconds)
    {
        folder.Write("config.yaml", $$"""
            model_list:
              - {model_name: slow, litellm_params: {model: openai/slow, api_base: "{{upstream}}v1", api_key: k} }
            general_settings: {master_key: {{Key}}}
            """);
        return TollgateProcess.Start(
            folder.Path, ["--config", "config.yaml", "--port", "0", "--host", "127.0.0.1"], ("GRACEFUL_SHUTDOWN_TIMEOUT", drainSeconds));
    }

    /// <summary>Opens a stream and waits for its first event.</summary>
    private static async Task<(HttpResponseMessage Response, StreamReader Reader)> OpenAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
        {
            Content = new StringContent(GatewayFixture.Chat("slow", ",\"stream\":true"), Encoding.UTF8, "application/json"),
        };
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, GatewayFixture.Token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var reader = new StreamReader(await response.Content.ReadAsStreamAsync(GatewayFixture.Token));
        (await reader.ReadLineAsync(GatewayFixture.Token)).ShouldNotBeNull().ShouldContain("early");
        return (response, reader);
    }

    private static async Task<bool> StreamAsync(HttpContext http, Task gate)
    {
        http.Response.ContentType = "text/event-stream";
        await http.Response.WriteAsync("data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"early\"}}]}\n\n", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        await gate.WaitAsync(http.RequestAborted);
        await http.Response.WriteAsync(
            "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"late\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
            http.RequestAborted);
        return true;
    }

    private static async Task ShouldTurnRedAsync(HttpClient client)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var response = await client.GetAsync("health/readiness", patience.Token);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                (await response.Content.ReadAsStringAsync(patience.Token)).ShouldContain("shutting_down");
                break;
            }
        }

        using var alive = await client.GetAsync("health/liveliness", patience.Token);
        alive.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task ShouldRefuseAsync(HttpClient client)
    {
        using var content = new StringContent(GatewayFixture.Chat("slow"), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("v1/chat/completions", content, GatewayFixture.Token);
        var answer = await Answer.ReadAsync(response);

        answer.ShouldBeError(503, "The gateway is shutting down; retry on another instance.", null, "service_unavailable");
        answer.Header("retry-after").ShouldNotBeNull();
        response.Headers.ConnectionClose.ShouldBe(true);
    }
}
