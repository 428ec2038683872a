using System.Net;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Tests.Natives;

public sealed class TokenTests
{
    private readonly HandClock _clock = new();
    private int _issued;
    private HttpStatusCode _status = HttpStatusCode.OK;

    [Fact]
    public async Task Token_IsRenewedBeforeItsEnd()
    {
        var connection = Connect(out var issuer);
        (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer t1");
        _clock.Now += TimeSpan.FromSeconds(3000);
        (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer t1");
        _clock.Now += TimeSpan.FromSeconds(595);
        (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer t2");
        issuer.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task ManyCallers_WaitForOneToken()
    {
        var connection = Connect(out var issuer);
        var gate = new TaskCompletionSource();
        issuer.Gate = gate.Task;
        var calls = Enumerable.Range(0, 20).Select(_ => connection.AuthorizeAsync()).ToArray();
        gate.SetResult();
        foreach (var call in calls)
        {
            (await call).Headers["Authorization"].ShouldBe("Bearer t1");
        }

        issuer.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task RefusingIssuer_IsAnAuthenticationErrorWithoutTheKey()
    {
        var connection = Connect(out _);
        _status = HttpStatusCode.Unauthorized;
        var fault = (await connection.AuthorizeAsync()).Fault.ShouldNotBeNull();
        fault.Kind.ShouldBe(UpstreamErrorKind.Authentication);
        fault.Message.ShouldContain("status 401");
        fault.Message.ShouldNotContain("sk-own");
    }

    [Fact]
    public async Task RenewalThatFails_KeepsTheTokenWhileItLives()
    {
        var connection = Connect(out _);
        await connection.AuthorizeAsync();
        _status = HttpStatusCode.ServiceUnavailable;
        _clock.Now += TimeSpan.FromSeconds(3595);
        (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer t1");
        _clock.Now += TimeSpan.FromSeconds(10);
        (await connection.AuthorizeAsync()).Fault.ShouldNotBeNull().Kind.ShouldBe(UpstreamErrorKind.Connection);
    }

    [Fact]
    public async Task KeyThatTheClientBrings_GoesBeforeTokens()
        => (await Connect(out _).AuthorizeAsync("sk-client")).Headers["Authorization"].ShouldBe("Bearer sk-client");

    [Theory]
    [InlineData("""{"access_token":"t","expires_at":1767229200000}""", 3600)]
    [InlineData("""{"access_token":"t","expires_at":1767229200}""", 3600)]
    [InlineData("""{"access_token":"t","expires_in":"60"}""", 60)]
    [InlineData("""{"access_token":"t"}""", 600)]
    public async Task EndOfAToken_IsReadInAllForms(string answer, int seconds)
    {
        using var issuer = new Issuer((_, _) => (HttpStatusCode.OK, answer));
        using var http = new HttpMessageInvoker(issuer);
        var token = await new TokenEndpoint(http, _clock).PostFormAsync("https://i/t", [], null, TestContext.Current.CancellationToken);
        (token.ExpiresOn - _clock.Now).ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    private IUpstreamConnection Connect(out Issuer issuer)
    {
        issuer = new Issuer((_, _) => (_status, $$"""{"access_token":"t{{++_issued}}","token_type":"Bearer","expires_in":3600}"""));
        return Providers.Connect(
            Providers.With(issuer, _clock), "watsonx/ibm/granite-3-8b", static deployment => deployment with { ApiBase = "https://us.ml.cloud.ibm.com" });
    }
}
