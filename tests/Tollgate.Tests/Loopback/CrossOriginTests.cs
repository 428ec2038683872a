namespace Tollgate.Tests.Loopback;

/// <summary>Calls from web pages of other origins.</summary>
public sealed class CrossOriginTests
{
    private const string Page = "https://page.example";

    [Fact]
    public async Task AnyPage_MayCall_AndReadTheHeaders()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var preflight = await gateway.SendAsync(
            HttpMethod.Options, "v1/chat/completions", null, ("Origin", Page), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization"));
        preflight.IsSuccessStatusCode.ShouldBeTrue();
        preflight.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);

        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("Origin", Page));
        answer.Status.ShouldBe(200);
        (answer.Header("access-control-allow-origin"), answer.Header("access-control-expose-headers")).ShouldBe(("*", "*"));
    }

    [Fact]
    public async Task ListedPages_AloneMayCall()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { Environment = [("LITELLM_CORS_ORIGINS", $"{Page}, https://b.example")] });
        (await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("Origin", Page))).Header("access-control-allow-origin").ShouldBe(Page);
        (await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("Origin", "https://c.example"))).Header("access-control-allow-origin").ShouldBeNull();
    }
}
