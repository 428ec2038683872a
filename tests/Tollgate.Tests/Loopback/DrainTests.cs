using System.Globalization;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Mock;
using Tollgate.Tests.Stored;

namespace Tollgate.Tests.Loopback;

/// <summary>Streams whose client has left are read on, and charged for what they came to.</summary>
public sealed class DrainTests
{
    private const int Chunks = 40;

    private static readonly TestModel Slow = new("slow", (MockHeaders.Chunks, $"{Chunks}"), (MockHeaders.ChunkGapMs, "25"))
    {
        Params = "input_cost_per_token: 0.001, output_cost_per_token: 0.01, use_chat_completions_api: true",
    };

    [Theory]
    [InlineData("v1/chat/completions")]
    [InlineData("v1/messages")]
    [InlineData("v1/responses")]
    public async Task LeavingMidStream_IsChargedForWhatTheUpstreamProduced(string path)
    {
        await using var gateway = await GatewayFixture.StartAsync(new("ok"), Slow);
        await LeaveAsync(gateway, path);
        (await gateway.LastUpstreamRequest.Aborted.WaitAsync(TimeSpan.FromSeconds(60), GatewayFixture.Token)).ShouldBeFalse();

        var row = await gateway.SpendLogAsync();
        var upstream = gateway.Upstream.Statistics;
        row["completion_tokens"]!.GetValue<long>().ShouldBe(upstream.CompletionTokens);
        row["prompt_tokens"]!.GetValue<long>().ShouldBe(upstream.PromptTokens);
        row["spend"]!.GetValue<double>().ShouldBe((upstream.PromptTokens * 0.001) + (upstream.CompletionTokens * 0.01), 1e-9);
        row["metadata"]!["usage_estimated"].ShouldBeNull();
        await gateway.ShouldBeIdleAsync();
        await gateway.ShouldStillServeAsync();
    }

    [Fact]
    public async Task Cancel_ChargesForWhatWasProducedAsAnEstimate()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { Models = [new("ok"), Slow], Own = "disconnect_policy: cancel" });
        await LeaveAsync(gateway, "v1/chat/completions");
        (await gateway.LastUpstreamRequest.Aborted.WaitAsync(TimeSpan.FromSeconds(60), GatewayFixture.Token)).ShouldBeTrue();

        var row = await gateway.SpendLogAsync();
        row["completion_tokens"]!.GetValue<long>().ShouldBeInRange(1, Chunks - 1);
        row["metadata"]!["usage_estimated"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task ClientThatLeft_MayCallAgainAtOnce()
    {
        await using var gateway = await GatewayFixture.StartAsync(new("ok"), new TestModel("stall", (MockHeaders.Stall, "after-chunks:3")));
        var key = (await gateway.PostAsync("key/generate", """{"max_parallel_requests":1}""").OkAsync()).GetProperty("key").GetString();
        await LeaveAsync(gateway, "v1/chat/completions", "stall", ("Authorization", "Bearer " + key));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("Authorization", "Bearer " + key))).Status != 200)
        {
            patience.Token.ThrowIfCancellationRequested();
        }

        // The stream it left is still read.
        (await gateway.GetAsync("health/backlog")).Json.GetProperty("in_flight_requests").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task RowOfAClientThatLeft_SaysSoWithWhatItCameTo()
    {
        await using var gateway = await GatewayFixture.StartAsync(new("ok"), Slow);
        await LeaveAsync(gateway, "v1/chat/completions");

        var row = await gateway.SpendLogAsync();
        row["status"]!.GetValue<string>().ShouldBe("failure");
        var error = row["metadata"]!["error_information"]!;
        error["error_code"]!.GetValue<string>().ShouldBe("499");
        error["error_message"]!.GetValue<string>().ShouldBe("Client disconnected the request");
        row["spend"]!.GetValue<double>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task StreamThatIsReadOn_DoesNotCountAgainstTheGatewaysRequestsAtOnce()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new("ok"), new TestModel("stall", (MockHeaders.Stall, "after-chunks:3"))],
            LimitConcurrency = 1,
        });
        await LeaveAsync(gateway, "v1/chat/completions", "stall");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await gateway.ChatAsync(GatewayFixture.Chat("ok"))).Status != 200)
        {
            patience.Token.ThrowIfCancellationRequested();
        }

        (await gateway.GetAsync("health/backlog")).Json.GetProperty("in_flight_requests").GetInt32().ShouldBe(1);
        gateway.Upstream.Requests[0].Aborted.IsCompleted.ShouldBeFalse();
        using var present = await gateway.OpenAsync("v1/chat/completions", GatewayFixture.Chat("stall", ",\"stream\":true"));
        (await gateway.ChatAsync(GatewayFixture.Chat("ok"))).Status.ShouldBe(503);
    }

    private static async Task LeaveAsync(
        GatewayFixture gateway, string path, string model = "slow", params (string Name, string Value)[] headers)
    {
        var more = path.EndsWith("responses", StringComparison.Ordinal) ? ",\"input\":\"Hi\",\"stream\":true" : ",\"max_tokens\":100,\"stream\":true";
        using var response = await gateway.OpenAsync(path, GatewayFixture.Chat(model, more), headers);
        ((int)response.StatusCode).ShouldBe(200);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(GatewayFixture.Token));
        (await reader.ReadLineAsync(GatewayFixture.Token)).ShouldNotBeNull();
    }
}

/// <summary>Rows of the spend logs.</summary>
internal static class SpendLogs
{
    /// <summary>Waits for the newest row.</summary>
    public static async Task<JsonObject> SpendLogAsync(this GatewayFixture gateway, int count = 1)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var rows = await gateway.ReadAsync(static rows => rows.SelectAsync(Tables.SpendLogs, Filter.None));
            if (rows.Count >= count)
            {
                rows.Count.ShouldBe(count);
                return rows.MaxBy(static row => Convert.ToString(row["startTime"], CultureInfo.InvariantCulture), StringComparer.Ordinal)!;
            }

            patience.Token.ThrowIfCancellationRequested();
        }
    }
}
