using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Tests.Loopback;

/// <summary>Keys in every header and form, and what is said when there is none or a wrong one.</summary>
public sealed class AuthenticationTests(AuthenticationTests.Gateways shared) : IClassFixture<AuthenticationTests.Gateways>
{
    private const string Key = GatewayFixture.MasterKey;

    [Theory]
    [InlineData("Authorization", "Bearer " + Key)]
    [InlineData("Authorization", "bearer " + Key)]
    [InlineData("Authorization", "Bearer   " + Key)]
    [InlineData("Authorization", "Basic " + Key)]
    [InlineData("Authorization", "AWS4-HMAC-SHA256 Credential=Bearer " + Key + "/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=x")]
    [InlineData("Authorization", "AWS4-HMAC-SHA256 Credential=" + Key + "/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=x")]
    [InlineData("x-litellm-api-key", Key)]
    [InlineData("X-LiteLLM-API-Key", "Bearer " + Key)]
    [InlineData("x-litellm-api-key", "Basic " + Key)]
    [InlineData("API-Key", Key)]
    [InlineData("x-api-key", Key)]
    [InlineData("x-goog-api-key", Key)]
    [InlineData("Ocp-Apim-Subscription-Key", Key)]
    public async Task MasterKey_IsAcceptedInEveryForm(string header, string value)
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat("ok"), ("Authorization", ""), (header, value));

        answer.Status.ShouldBe(200, answer.Body);
    }

    [Fact]
    public async Task OwnHeader_WinsOverAuthorization()
    {
        var good = await shared.Gateway.ChatAsync(GatewayFixture.Chat("ok"), ("Authorization", "Bearer sk-ant-oat-something"), ("x-litellm-api-key", Key));
        var bad = await shared.Gateway.ChatAsync(GatewayFixture.Chat("ok"), ("x-litellm-api-key", "sk-wrong"));

        good.Status.ShouldBe(200, good.Body);
        bad.Status.ShouldBe(401, bad.Body);
    }

    [Fact]
    public async Task NoKey_Is401()
    {
        var answer = await ShouldBeUnauthorizedAsync("Authentication Error, No api key passed in.");

        answer.Body.ShouldBe("""{"error":{"message":"Authentication Error, No api key passed in.","type":"auth_error","param":"None","code":"401"}}""");
    }

    [Theory]
    [InlineData("Authorization", Key)]
    [InlineData("Authorization", "Digest " + Key)]
    [InlineData("Authorization", "AWS4-HMAC-SHA256 SignedHeaders=host")]
    public Task KeyOfWrongForm_Is401(string header, string value) => ShouldBeUnauthorizedAsync(
        "Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.", (header, value));

    [Theory]
    [InlineData("abcdefghijklmnop", "abcd****mnop")]
    [InlineData("short", "****")]
    [InlineData("12345678", "****")]
    public Task KeyWithoutPrefix_Is401(string key, string shown) => ShouldBeUnauthorizedAsync(
        $"LiteLLM Virtual Key expected. Received={shown}, expected to start with 'sk-'.", ("Authorization", "Bearer " + key));

    [Theory]
    [InlineData("sk-unknown-key-1234")]
    [InlineData(Key + "x")]
    [InlineData("sk-loopback-Master")]
    public async Task UnknownKey_Is401WithItsHash(string key)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat("ok"), ("Authorization", "Bearer " + key));

        answer.ShouldBeError(
            401,
            $"Authentication Error, Invalid proxy server token passed. Received API Key = sk-...{key[^4..]}, Key Hash (Token) ={hash}. Unable to find token in cache or `LiteLLM_VerificationTokenTable`",
            "key",
            "token_not_found_in_db");
        answer.Body.ShouldNotContain(key);
    }

    [Fact]
    public async Task VeryLongKey_Is401()
    {
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat("ok"), ("Authorization", "Bearer sk-" + new string('x', 10_000)));

        answer.ShouldBeError(401, "Invalid proxy server token passed", "key", "token_not_found_in_db");
    }

    [Theory]
    [InlineData("GET", "/v1/models")]
    [InlineData("GET", "/v1/models/ok")]
    [InlineData("POST", "/v1/embeddings")]
    [InlineData("POST", "/v1/completions")]
    [InlineData("POST", "/openai/deployments/ok/chat/completions")]
    [InlineData("GET", "/health/backlog")]
    public async Task OtherRoutes_NeedTheKeyToo(string method, string path)
    {
        using var response = await shared.Gateway.SendAsync(
            new HttpMethod(method), path, method == "GET" ? null : new StringContent("{}"), ("Authorization", ""));

        (await Answer.ReadAsync(response)).ShouldBeError(401, "Authentication Error, No api key passed in.", "None", "auth_error");
    }

    [Fact]
    public async Task BadKey_IsNoticedBeforeTheBodyIsRead()
    {
        var answer = await shared.Gateway.ChatAsync("{broken", ("Authorization", "Bearer sk-wrong-key-here"));

        answer.Status.ShouldBe(401);
    }

    [Fact]
    public async Task WithoutMasterKey_EverybodyMayCall()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { HasMasterKey = false });

        (await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("Authorization", ""))).Status.ShouldBe(200);
        (await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("Authorization", "Bearer anything"))).Status.ShouldBe(200);
        gateway.LastUpstreamRequest.Header("authorization").ShouldBe("Bearer " + GatewayFixture.UpstreamKey);
    }

    [Fact]
    public async Task CustomHeader_ReplacesAllOthers()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = "litellm_key_header_name: X-Company-Key" });

        (await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("x-company-key", "Bearer " + Key))).Status.ShouldBe(200);
        (await gateway.ChatAsync(GatewayFixture.Chat("ok"))).ShouldBeError(401, "Malformed API Key passed in.", "None", "auth_error");
        (await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("x-company-key", Key))).ShouldBeError(401, "Malformed API Key passed in.", "None", "auth_error");
    }

    private async Task<Answer> ShouldBeUnauthorizedAsync(string message, params (string, string)[] headers)
    {
        var before = shared.Gateway.Upstream.Statistics.Requests;
        var answer = await shared.Gateway.ChatAsync(GatewayFixture.Chat("ok"), [("Authorization", ""), .. headers]);

        answer.ShouldBeError(401, message, "None", "auth_error");
        answer.Error.Message.ShouldBe(message);
        shared.Gateway.Upstream.Statistics.Requests.ShouldBe(before);
        return answer;
    }

    public sealed class Gateways : SharedGateway
    {
        private protected override GatewaySetup Setup => new();
    }
}
