using System.Text;
using Tollgate.Mock;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Stored;

/// <summary>Prices from an address in the environment.</summary>
public sealed class RemotePriceTests
{
    [Fact]
    public async Task FetchedPrices_CountFromThenOn_AndStayWhenTheAddressFails()
    {
        var text = """{"up-model":{"litellm_provider":"openai","mode":"chat","input_cost_per_token":0,"output_cost_per_token":0.5}}""";
        var status = 200;
        await using var prices = await MockServer.StartAsync(
            new MockServerOptions
            {
                Script = async (http, _) =>
                {
                    http.Response.StatusCode = status;
                    await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
                    return true;
                },
            },
            GatewayFixture.Token);
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Environment =
            [
                ("LITELLM_MODEL_COST_MAP_URL", prices.BaseAddress + "map.json"), ("MODEL_COST_MAP_MIN_MODEL_COUNT", "1"),
                ("MODEL_COST_MAP_MAX_SHRINK_RATIO", "1"),
            ],
        });
        (await gateway.PostAsync("reload/model_cost_map", "").OkAsync()).GetProperty("models_count").GetInt32().ShouldBe(1);
        await gateway.ShouldStillServeAsync();
        var row = await gateway.SpendLogAsync();
        row["spend"]!.GetValue<double>().ShouldBe(row["completion_tokens"]!.GetValue<long>() * 0.5, 1e-9);

        status = 503;
        (await gateway.PostAsync("reload/model_cost_map", "")).Status.ShouldBe(500);
        (status, text) = (200, "{}");
        var empty = await gateway.PostAsync("reload/model_cost_map", "");
        empty.Status.ShouldBe(500, empty.Body);
        empty.Body.ShouldContain("too few");
        await gateway.ShouldStillServeAsync();
        (await gateway.SpendLogAsync(2))["spend"]!.GetValue<double>().ShouldBeGreaterThan(0);
    }
}
