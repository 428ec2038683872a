using Tollgate.Mock;

namespace Tollgate.Tests.Loopback;

/// <summary>Provider credentials that clients bring in the body.</summary>
public sealed class ClientCredentialTests
{
    private const string ClientKey = "client-own-key";

    [Theory]
    [InlineData("api_key")]
    [InlineData("api_base")]
    public async Task NotAllowed_IsRefused(string field)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok", $",\"{field}\":\"http://127.0.0.1:9/v1\""));

        answer.Status.ShouldBe(401);
        answer.Error.Message.ShouldContain($"{field} is not allowed in request body");
        gateway.Upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task AllowedKey_GoesUpstreamInPlaceOfOurs()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = "allow_client_side_credentials: true" });
        (await gateway.ChatAsync(GatewayFixture.Chat("ok", $",\"api_key\":\"{ClientKey}\""))).Status.ShouldBe(200);

        gateway.LastUpstreamRequest.Header("authorization").ShouldBe("Bearer " + ClientKey);
    }

    [Fact]
    public async Task AllowedBase_IsCalledWithTheClientsKeyOnly()
    {
        await using var own = await MockServer.StartAsync(new MockServerOptions { Record = true }, GatewayFixture.Token);
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = "allow_client_side_credentials: true" });
        var address = $",\"api_base\":\"{own.BaseAddress}v1\"";

        (await gateway.ChatAsync(GatewayFixture.Chat("ok", address + $",\"api_key\":\"{ClientKey}\""))).Status.ShouldBe(200);
        own.Requests[^1].Header("authorization").ShouldBe("Bearer " + ClientKey);

        // Without a key of its own the client must not make us show ours to an address of its choice.
        (await gateway.ChatAsync(GatewayFixture.Chat("ok", address))).Status.ShouldBe(401);
        own.Requests.Count.ShouldBe(1);
        gateway.Upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task BaseOutsideTheAllowedPattern_IsRefused()
    {
        await using var own = await MockServer.StartAsync(new MockServerOptions { Record = true }, GatewayFixture.Token);
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("ok")
        {
            Params = $"configurable_clientside_auth_params: ['api_key', {{api_base: '{own.BaseAddress}.*'}}]",
        });

        (await gateway.ChatAsync(GatewayFixture.Chat("ok", ",\"api_base\":\"http://127.0.0.2:9/v1\",\"api_key\":\"k\""))).Status.ShouldBe(401);
        (await gateway.ChatAsync(GatewayFixture.Chat("ok", $",\"api_base\":\"{own.BaseAddress}v1\",\"api_key\":\"k\""))).Status.ShouldBe(200);
        own.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task BaseThatKeepsThePatternBusy_IsRefused()
    {
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("ok") { Params = "configurable_clientside_auth_params: [{api_base: '(a+)+b'}]" });
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok", $",\"api_base\":\"{new string('a', 64)}!\""));

        answer.Status.ShouldBe(401, answer.Body);
    }

    [Fact]
    public async Task BaseThatIsNoUrl_IsABadRequest()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = "allow_client_side_credentials: true" });
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok", ",\"api_base\":\"nowhere\",\"api_key\":\"k\""));

        answer.ShouldBeError(400, "not an absolute http(s) URL", "api_base");
    }

    [Fact]
    public async Task EmbeddingsAskedForAsStream_AnswerWhole()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var answer = await gateway.PostAsync("v1/embeddings", """{"model":"ok","input":"x","stream":true}""");

        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("data").GetArrayLength().ShouldBe(1);
    }
}
