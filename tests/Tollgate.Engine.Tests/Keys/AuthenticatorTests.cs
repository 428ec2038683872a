using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Tests.Keys;

/// <summary>Sources, forms and messages of llm-api.md 2.1, 2.3 and 4.2.</summary>
public class AuthenticatorTests
{
    private const string Master = "sk-master-1234";

    [Theory]
    [InlineData("x-litellm-api-key", "Bearer sk-1", "sk-1")]
    [InlineData("x-litellm-api-key", "bearer sk-1", "sk-1")]
    [InlineData("x-litellm-api-key", "Basic sk-1", "sk-1")]
    [InlineData("x-litellm-api-key", "sk-1", "sk-1")]
    [InlineData("X-LiteLLM-API-Key", " sk-1 ", "sk-1")]
    [InlineData("authorization", "Bearer sk-1", "sk-1")]
    [InlineData("Authorization", "bearer sk-1", "sk-1")]
    [InlineData("Authorization", "Bearer  sk-1 ", "sk-1")]
    [InlineData("Authorization", "Basic sk-1", "sk-1")]
    [InlineData("Authorization", "AWS4-HMAC-SHA256 Credential=Bearer sk-1/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host", "sk-1")]
    [InlineData("Authorization", "AWS4-HMAC-SHA256 Credential=sk-1/20260101/us-east-1/bedrock/aws4_request", "sk-1")]
    [InlineData("Authorization", "AWS4-HMAC-SHA256 Credential=sk-1", "sk-1")]
    [InlineData("Authorization", "AWS4-HMAC-SHA256 SignedHeaders=host", "")]
    [InlineData("Authorization", "sk-1", "")]
    [InlineData("Authorization", "Token sk-1", "")]
    [InlineData("Authorization", "Bearer", "")]
    [InlineData("api-key", "sk-1", "sk-1")]
    [InlineData("API-Key", "Bearer sk-1", "Bearer sk-1")]
    [InlineData("x-api-key", "sk-1", "sk-1")]
    [InlineData("x-goog-api-key", "sk-1", "sk-1")]
    [InlineData("Ocp-Apim-Subscription-Key", "sk-1", "sk-1")]
    [InlineData("x-other-key", "sk-1", null)]
    public void Key_IsReadFromItsHeader(string name, string value, string? key)
    {
        KeyHeaders.Find(Request((name, value)).Headers, null, out var header).ShouldBe(key);
        header.ShouldBe(key is null ? null : name.ToLowerInvariant());
    }

    [Fact]
    public void FirstHeaderPresent_Wins()
    {
        (string, string)[] all =
        [
            ("x-litellm-api-key", "1"), ("authorization", "Bearer 2"), ("api-key", "3"), ("x-api-key", "4"), ("x-goog-api-key", "5"),
            ("ocp-apim-subscription-key", "6"),
        ];
        for (var first = 0; first < all.Length; first++)
        {
            KeyHeaders.Find(Request(all[first..]).Headers, null, out var header).ShouldBe($"{first + 1}");
            header.ShouldBe(all[first].Item1);
        }
    }

    [Fact]
    public void EmptyHeader_FallsThrough()
        => KeyHeaders.Find(Request(("authorization", ""), ("api-key", ""), ("x-api-key", "sk-4")).Headers, null, out _).ShouldBe("sk-4");

    [Theory]
    [InlineData("X-My-Key", "Bearer sk-1", "sk-1")]
    [InlineData("x-my-key", "sk-1", "")]
    [InlineData("authorization", "Bearer sk-1", "")]
    [InlineData("x-litellm-api-key", "sk-1", "")]
    public void ConfiguredHeader_ReplacesAllOthers(string name, string value, string key)
        => KeyHeaders.Find(Request((name, value)).Headers, "x-my-key", out _).ShouldBe(key);

    [Fact]
    public void MasterKey_IsTheAdministrators()
    {
        var snapshot = Snapshot(Master);
        var caller = Callers.Identify(Request(("authorization", $"Bearer {Master}")), snapshot);
        caller.ShouldBe(new Caller(CallerRole.ProxyAdmin, "authorization"));
        Callers.Identify(Request(("authorization", $"Bearer {Master}")), snapshot).ShouldBeSameAs(caller);
        Callers.Identify(Request(("x-api-key", Master)), snapshot).KeyHeader.ShouldBe("x-api-key");
    }

    [Fact]
    public void NoMasterKey_LetsEveryoneIn()
    {
        Callers.Identify(Request(), Snapshot(null)).ShouldBe(Caller.Anonymous);
        Callers.Identify(Request(("x-api-key", "anything")), Snapshot("")).ShouldBe(new Caller(CallerRole.Anonymous, "x-api-key"));
    }

    [Fact]
    public void NoKey_IsRefused() => Refused("Authentication Error, No api key passed in.");

    [Theory]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("sk-master-1234")]
    public void HeaderWithoutKey_IsMalformed(string value)
    {
        if (value.Length > 0)
        {
            Refused("Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.", ("authorization", value));
        }

        var custom = new GatewaySnapshot(
            new GatewayConfig { General = new GeneralSettings { MasterKey = Master, KeyHeaderName = "x-my-key" } }, new FakeProviderDirectory());
        Should.Throw<ApiException>(() => Callers.Identify(Request(("x-my-key", value)), custom))
            .Message.ShouldBe("Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.");
    }

    [Theory]
    [InlineData("abcdefghwxyz", "abcd****wxyz")]
    [InlineData("abcdefgh", "****")]
    [InlineData("x", "****")]
    public void KeyOfAnotherKind_IsShownMasked(string key, string shown)
        => Refused($"LiteLLM Virtual Key expected. Received={shown}, expected to start with 'sk-'.", ("x-api-key", key));

    [Fact]
    public void UnknownKey_IsShownByTailAndHash()
    {
        var error = Should.Throw<ApiException>(() => Callers.Identify(Request(("authorization", "Bearer sk-unknown-AbCd")), Snapshot(Master)));
        error.Message.ShouldBe(
            "Authentication Error, Invalid proxy server token passed. Received API Key = sk-...AbCd, Key Hash (Token) ="
            + Convert.ToHexStringLower(SHA256.HashData("sk-unknown-AbCd"u8))
            + ". Unable to find token in cache or `LiteLLM_VerificationTokenTable`");
        (error.Status, error.Type, error.Param).ShouldBe((401, "token_not_found_in_db", "key"));
    }

    [Theory]
    [InlineData("sk-master-123")]
    [InlineData("sk-master-12345")]
    [InlineData("SK-MASTER-1234")]
    [InlineData("sk-master-1235")]
    public void NearlyTheMasterKey_IsNotIt(string key)
        => Should.Throw<ApiException>(() => Callers.Identify(Request(("x-api-key", key)), Snapshot(Master))).Status.ShouldBe(401);

    [Fact]
    public void KeyBeyondAnyLength_IsRefused()
        => Should.Throw<ApiException>(() => Callers.Identify(Request(("x-api-key", "sk-" + new string('é', 5000))), Snapshot(Master))).Status.ShouldBe(401);

    [Theory]
    [InlineData("authorization", "Bearer x", true)]
    [InlineData("authorization", "Bearer", false)]
    [InlineData("x-other", "x", false)]
    public void Credential_IsNoticed(string name, string value, bool has)
        => Authenticator.HasCredential(Request((name, value)), Snapshot(Master)).ShouldBe(has);

    private static void Refused(string message, params (string Name, string Value)[] headers)
    {
        var error = Should.Throw<ApiException>(() => Callers.Identify(Request(headers), Snapshot(Master)));
        error.Message.ShouldBe(message);
        (error.Status, error.Type, error.Param).ShouldBe((401, "auth_error", "None"));
    }

    private static GatewaySnapshot Snapshot(string? master)
        => new(new GatewayConfig { General = new GeneralSettings { MasterKey = master } }, new FakeProviderDirectory());

    private static HttpRequest Request(params (string Name, string Value)[] headers)
    {
        var request = new DefaultHttpContext().Request;
        foreach (var (name, value) in headers)
        {
            request.Headers[name] = value;
        }

        return request;
    }
}
