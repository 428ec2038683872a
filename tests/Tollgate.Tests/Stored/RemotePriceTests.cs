using System.IO.Compression;
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

        var map = await gateway.GetAsync("get/litellm_model_cost_map");
        map.Json.GetProperty("up-model").GetProperty("output_cost_per_token").GetDouble().ShouldBe(0.5);
        map.Json.GetProperty("gpt-4o").GetProperty("litellm_provider").GetString().ShouldBe("openai");
        map.Header("vary").ShouldBe("Accept-Encoding");
        var tag = map.Header("etag").ShouldNotBeNull();
        (await gateway.GetAsync("public/litellm_model_cost_map", ("If-None-Match", tag))).Status.ShouldBe(304);
        await ShouldBeCompressedAsync(gateway, tag, map.Body);

        // Other prices are another map.
        text = text.Replace("0.5", "0.25", StringComparison.Ordinal);
        await gateway.PostAsync("reload/model_cost_map", "").OkAsync();
        var later = await gateway.GetAsync("get/litellm_model_cost_map", ("If-None-Match", tag));
        later.Status.ShouldBe(200);
        later.Json.GetProperty("up-model").GetProperty("output_cost_per_token").GetDouble().ShouldBe(0.25);

        status = 503;
        (await gateway.PostAsync("reload/model_cost_map", "")).Status.ShouldBe(500);
        (status, text) = (200, "{}");
        var empty = await gateway.PostAsync("reload/model_cost_map", "");
        empty.Status.ShouldBe(500, empty.Body);
        empty.Body.ShouldContain("too few");
        await gateway.ShouldStillServeAsync();
        (await gateway.SpendLogAsync(2))["spend"]!.GetValue<double>().ShouldBeGreaterThan(0);
    }

    private static async Task ShouldBeCompressedAsync(GatewayFixture gateway, string plainTag, string plain)
    {
        using var response = await gateway.SendAsync(HttpMethod.Get, "get/litellm_model_cost_map", null, ("Accept-Encoding", "br, gzip;q=0.5"));
        response.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        var tag = response.Headers.ETag!.ToString();
        tag.ShouldNotBe(plainTag);
        await using var unpacked = new GZipStream(await response.Content.ReadAsStreamAsync(GatewayFixture.Token), CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        (await reader.ReadToEndAsync(GatewayFixture.Token)).ShouldBe(plain);
        using var known = await gateway.SendAsync(HttpMethod.Get, "get/litellm_model_cost_map", null, ("Accept-Encoding", "gzip"), ("If-None-Match", tag));
        ((int)known.StatusCode).ShouldBe(304);
    }
}
