using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Azure;
using Tollgate.Providers.Connections;
using Tollgate.Providers.Google;
using Tollgate.Wire;

namespace Tollgate.Providers.Tests.Google;

public class GoogleTokenTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ServiceAccount_SignsForATokenAndKeepsIt()
    {
        await using var endpoint = await TokenEndpoint.StartAsync();
        using var key = RSA.Create(2048);
        var connection = Connect(new GoogleTokens(TimeProvider.System), Credentials(key, endpoint.Address));
        for (var i = 0; i < 3; i++)
        {
            var (headers, fault) = await connection.AuthorizeAsync();
            fault.ShouldBeNull();
            headers["Authorization"].ShouldBe("Bearer ya29.1");
        }

        var form = endpoint.Forms.ShouldHaveSingleItem();
        form["grant_type"].ShouldBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
        var parts = form["assertion"].Split('.');
        key.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Decode(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeTrue();
        using var claims = JsonDocument.Parse(Decode(parts[1]));
        claims.RootElement.GetProperty("iss").GetString().ShouldBe("robot@p9.iam.gserviceaccount.com");
        claims.RootElement.GetProperty("scope").GetString().ShouldBe("https://www.googleapis.com/auth/cloud-platform");
        claims.RootElement.GetProperty("aud").GetString().ShouldBe("https://oauth2.googleapis.com/token");
    }

    [Fact]
    public void ProjectOfTheCredentials_IsTheDefault()
    {
        using var key = RSA.Create(2048);
        Connect(new GoogleTokens(TimeProvider.System), Credentials(key, "http://127.0.0.1:9/token"), project: null)
            .EndpointFor(Surface.GenerateContent, stream: false, null).Uri!.AbsolutePath.ShouldStartWith("/v1/projects/p9/locations/");
    }

    [Fact]
    public async Task RevokedCredentials_AreToldInWords()
    {
        await using var endpoint = await TokenEndpoint.StartAsync("invalid_grant");
        using var key = RSA.Create(2048);
        var (_, fault) = await Connect(new GoogleTokens(TimeProvider.System), Credentials(key, endpoint.Address)).AuthorizeAsync();
        fault!.Kind.ShouldBe(UpstreamErrorKind.Authentication);
        fault.Message.ShouldContain("expired or were revoked");
        fault.Message.ShouldNotContain("secret-detail");
    }

    [Theory]
    [InlineData("no json", "cannot be read")]
    [InlineData("""{"type":"robot"}""", "type 'robot' are not known")]
    [InlineData("{broken", "are not JSON")]
    [InlineData("""{"type":"service_account","client_email":"a","private_key":"b"}""", "incomplete or their key is broken")]
    [InlineData("""{"type":"external_account","credential_source":{"executable":{"command":"x"}}}""", "is not allowed")]
    public async Task CredentialsThatCannotServe_AreToldInWords(string credentials, string expected)
    {
        var (_, fault) = await Connect(new GoogleTokens(TimeProvider.System), credentials).AuthorizeAsync();
        fault!.Kind.ShouldBe(UpstreamErrorKind.Authentication);
        fault.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task Token_IsRenewedFiveMinutesBeforeItEnds()
    {
        var clock = new StoppedClock();
        var fetched = 0;
        var tokens = new GoogleTokens(clock, (_, _) => Task.FromResult(new GoogleToken($"t{++fetched}", clock.GetUtcNow().AddHours(1), null)));
        var identity = new GoogleIdentity(GoogleSource.Text, "{}");
        (await tokens.GetAsync(identity, Token)).Text.ShouldBe("t1");
        clock.Advance(TimeSpan.FromMinutes(54));
        (await tokens.GetAsync(identity, Token)).Text.ShouldBe("t1");
        clock.Advance(TimeSpan.FromMinutes(2));
        (await tokens.GetAsync(identity, Token)).Text.ShouldBe("t2");
    }

    [Fact]
    public async Task ManyAtOnce_ShareOneRenewal()
    {
        var fetched = 0;
        var gate = new TaskCompletionSource();
        var tokens = new GoogleTokens(TimeProvider.System, async (_, _) =>
        {
            Interlocked.Increment(ref fetched);
            await gate.Task;
            return new GoogleToken("t", DateTimeOffset.MaxValue, null);
        });
        var waiting = Enumerable.Range(0, 20).Select(_ => tokens.GetAsync(new GoogleIdentity(GoogleSource.Text, "{}"), Token).AsTask()).ToList();
        gate.SetResult();
        (await Task.WhenAll(waiting)).ShouldAllBe(static token => token.Text == "t");
        fetched.ShouldBe(1);
    }

    [Fact]
    public async Task WhileRenewalFails_TheOldTokenServes()
    {
        var clock = new StoppedClock();
        var fails = false;
        var tokens = new GoogleTokens(clock, (_, _) => fails
            ? Task.FromException<GoogleToken>(new GoogleCredentialException("no")) : Task.FromResult(new GoogleToken("t", clock.GetUtcNow().AddMinutes(10), null)));
        var identity = new GoogleIdentity(GoogleSource.Text, "{}");
        await tokens.GetAsync(identity, Token);
        fails = true;
        clock.Advance(TimeSpan.FromMinutes(8));
        (await tokens.GetAsync(identity, Token)).Text.ShouldBe("t");
        clock.Advance(TimeSpan.FromMinutes(3));
        await Should.ThrowAsync<GoogleCredentialException>(async () => await tokens.GetAsync(identity, Token));
    }

    [Fact]
    public async Task ProjectOfTheMachine_ComesIntoTheAddressWithTheToken()
    {
        var tokens = new GoogleTokens(TimeProvider.System, static (_, _) => Task.FromResult(new GoogleToken("t", DateTimeOffset.MaxValue, "p7")));
        var connection = Connect(tokens, """{"type":"authorized_user"}""", project: null);
        using var message = new HttpRequestMessage(HttpMethod.Post, connection.EndpointFor(Surface.GenerateContent, stream: false, null).Uri);
        (await connection.AuthorizeAsync(message, null, Token)).ShouldBeNull();
        message.RequestUri!.AbsolutePath.ShouldStartWith("/v1/projects/p7/locations/");
    }

    [Fact]
    public void Identity_ShowsNothing() => new GoogleIdentity(GoogleSource.Text, "secret").ToString().ShouldNotContain("secret");

    private static IUpstreamConnection Connect(GoogleTokens tokens, string credentials, string? project = "p1")
    {
        var services = new ConnectionServices(TimeProvider.System, new EntraTokens(TimeProvider.System)) { Google = tokens };
        var directory = new ProviderDirectory(Providers.Catalogue, services, NullLoggerFactory.Instance);
        return Providers.Connect(
            directory, "vertex_ai/gemini-2.5-pro", deployment => VertexTests.With(deployment, ("vertex_credentials", credentials), ("vertex_project", project)));
    }

    private static string Credentials(RSA key, string tokenUri) => JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["type"] = "service_account",
        ["project_id"] = "p9",
        ["private_key_id"] = "k1",
        ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
        ["client_email"] = "robot@p9.iam.gserviceaccount.com",
        ["token_uri"] = tokenUri,
    });

    private static byte[] Decode(string text) => Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '='));

    private sealed class StoppedClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan time) => _now += time;
    }

    /// <summary>A token endpoint on a free port.</summary>
    private sealed class TokenEndpoint(WebApplication app, ConcurrentQueue<Dictionary<string, string>> forms) : IAsyncDisposable
    {
        public ConcurrentQueue<Dictionary<string, string>> Forms => forms;

        public string Address => app.Urls.First() + "/token";

        public static async Task<TokenEndpoint> StartAsync(string? error = null)
        {
            var forms = new ConcurrentQueue<Dictionary<string, string>>();
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            app.MapPost("/token", async (HttpContext http) =>
            {
                var form = await http.Request.ReadFormAsync();
                forms.Enqueue(form.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString(), StringComparer.Ordinal));
                http.Response.StatusCode = error is null ? 200 : 400;
                http.Response.ContentType = "application/json";
                await http.Response.WriteAsync(error is null
                    ? $$"""{"access_token":"ya29.{{forms.Count}}","expires_in":3600,"token_type":"Bearer"}"""
                    : $$"""{"error":"{{error}}","error_description":"secret-detail"}""");
            });
            await app.StartAsync(Token);
            return new TokenEndpoint(app, forms);
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
