using Tollgate.Data.Rows;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Stored;

/// <summary>Fallbacks that are set over HTTP.</summary>
public sealed class FallbackTests
{
    private static GatewaySetup TwoModels => new() { Models = [new("ok"), new("team/spare"), new("other")], Router = "num_retries: 0, fallbacks: [{other: [ok]}]" };

    [Theory]
    [MemberData(nameof(StoredGateway.Engines), MemberType = typeof(StoredGateway))]
    public async Task Fallback_IsSetServedAndTakenAwayBesideTheFiles(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind, TwoModels);
        await gateway.PostAsync("model/new", """{"model_name":"gone","litellm_params":{"model":"openai/up-model"},"model_info":{"id":"gone-1"}}""").OkAsync();
        await gateway.PostAsync("model/disable", """{"model_name":"gone"}""").OkAsync();
        (await gateway.ChatAsync(GatewayFixture.Chat("gone"))).Status.ShouldBe(403);

        var made = await gateway.PostAsync("fallback", """{"model":"gone","fallback_models":["ok","team/spare"]}""").OkAsync();
        made.GetProperty("message").GetString().ShouldBe("Fallback configuration created successfully");
        (await gateway.ChatAsync(GatewayFixture.Chat("gone"))).Status.ShouldBe(200);
        (await FallbacksAsync(gateway, "gone")).ShouldBe(["ok", "team/spare"]);
        (await FallbacksAsync(gateway, "other")).ShouldBe(["ok"]);

        var changed = await gateway.PostAsync("fallback", """{"model":"gone","fallback_models":["other"],"fallback_type":"general"}""").OkAsync();
        changed.GetProperty("message").GetString().ShouldBe("Fallback configuration updated successfully");
        using (var gone = await gateway.SendAsync(HttpMethod.Delete, "fallback/gone", null))
        {
            ((int)gone.StatusCode).ShouldBe(200);
        }

        (await gateway.GetAsync("fallback/gone")).Body.ShouldBe("""{"detail":{"error":"No general fallbacks configured for model 'gone'"}}""");
        (await gateway.ChatAsync(GatewayFixture.Chat("gone"))).Status.ShouldBe(403);
        (await FallbacksAsync(gateway, "other")).ShouldBe(["ok"]);
    }

    [Theory]
    [InlineData("""{"model":"none","fallback_models":["ok"]}""", 404, "Model 'none' not found in router")]
    [InlineData("""{"model":"ok","fallback_models":["none"]}""", 400, "Invalid fallback models: ['none']")]
    [InlineData("""{"model":"ok","fallback_models":["ok"]}""", 400, "own fallback")]
    [InlineData("""{"model":"ok","fallback_models":[]}""", 422, "at least one")]
    [InlineData("""{"model":"ok","fallback_models":["other","other"]}""", 422, "each once")]
    [InlineData("""{"model":"ok","fallback_models":["other"],"fallback_type":"moon"}""", 422, "fallback_type")]
    [InlineData("""{"model":"ok"}""", 422, "Field required")]
    public async Task FallbackThatLeadsNowhere_IsRefused(string body, int status, string reason)
    {
        await using var gateway = await StoredGateway.StartAsync(DatabaseKind.Sqlite, TwoModels);
        var answer = await gateway.PostAsync("fallback", body);
        answer.Status.ShouldBe(status, answer.Body);
        answer.Body.ShouldContain(reason);
        (await gateway.GetAsync("fallback/ok")).Status.ShouldBe(404);
    }

    private static async Task<IEnumerable<string?>> FallbacksAsync(GatewayFixture gateway, string model) =>
        (await gateway.GetAsync("fallback/" + model).OkAsync()).GetProperty("fallback_models").EnumerateArray().Select(static name => name.GetString());
}
