using System.Collections.Concurrent;
using System.Collections.Frozen;
using Azure.Core;
using Azure.Identity;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Azure;

namespace Tollgate.Providers.Tests;

public sealed class EntraTests
{
    private const string Resource = "https://r.openai.azure.com";

    private readonly Clock _clock = new();
    private readonly ConcurrentBag<EntraIdentity> _asked = [];
    private readonly FakeCredential _credential;
    private readonly EntraTokens _tokens;

    public EntraTests()
    {
        _credential = new FakeCredential(_clock);
        _tokens = new EntraTokens(_clock, identity =>
        {
            _asked.Add(identity);
            return _credential;
        });
    }

    [Fact]
    public async Task ClientSecret_IsChangedForATokenOnce()
    {
        var connection = Connect(
            new() { ["tenant_id"] = "t", ["client_id"] = "c", ["client_secret"] = "s", ["azure_scope"] = "https://gov/.default" },
            ("AZURE_AUTHORITY_HOST", "login.gov"));
        for (var i = 0; i < 3; i++)
        {
            (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer token-1");
        }

        _asked.ShouldHaveSingleItem().ShouldBe(
            new EntraIdentity(EntraKind.ClientSecret, "https://gov/.default", "login.gov") { Tenant = "t", Client = "c", Secret = "s" });
        _credential.Scopes.ShouldHaveSingleItem().ShouldBe("https://gov/.default");
    }

    [Fact]
    public async Task Token_IsRenewedFiveMinutesBeforeItsEnd()
    {
        var connection = Connect([], ("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_SECRET", "s"));
        (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer token-1");
        _clock.Now += TimeSpan.FromMinutes(54);
        (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer token-1");
        _clock.Now += TimeSpan.FromMinutes(2);
        (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer token-2");
    }

    [Fact]
    public async Task RenewalThatFails_KeepsTheOldTokenWhileItLives()
    {
        var connection = Connect([], ("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_SECRET", "s"));
        await connection.AuthorizeAsync();
        _credential.Fails = true;
        _clock.Now += TimeSpan.FromMinutes(57);
        (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer token-1");
        _clock.Now += TimeSpan.FromMinutes(5);
        var (_, fault) = await connection.AuthorizeAsync();
        fault.ShouldNotBeNull().Kind.ShouldBe(UpstreamErrorKind.Authentication);
        fault.Message.ShouldNotContain("secret");
        _credential.Fails = false;
        (await connection.AuthorizeAsync()).Fault.ShouldBeNull();
    }

    [Fact]
    public async Task ManyCallers_WaitForOneRenewal()
    {
        var gate = new TaskCompletionSource();
        _credential.Gate = gate.Task;
        var connection = Connect([], ("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_SECRET", "s"));
        var calls = Enumerable.Range(0, 20).Select(_ => connection.AuthorizeAsync()).ToArray();
        gate.SetResult();
        foreach (var (headers, _) in await Task.WhenAll(calls))
        {
            headers["Authorization"].ShouldBe("Bearer token-1");
        }
    }

    [Fact]
    public async Task CallerThatLeaves_DoesNotEndTheRenewalOfOthers()
    {
        var gate = new TaskCompletionSource();
        _credential.Gate = gate.Task;
        var connection = Connect([], ("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_SECRET", "s"));
        using var leaves = new CancellationTokenSource();
        using var message = new HttpRequestMessage();
        var first = connection.AuthorizeAsync(message, null, leaves.Token).AsTask();
        var second = connection.AuthorizeAsync();
        await leaves.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        gate.SetResult();
        (await second).Headers["Authorization"].ShouldBe("Bearer token-1");
    }

    [Fact]
    public async Task Sources_AreTakenInOrder()
    {
        (string, string)[] all =
            [("AZURE_CLIENT_ID", "c"), ("AZURE_USERNAME", "u"), ("AZURE_PASSWORD", "p"), ("AZURE_AD_TOKEN", "literal"),
                ("AZURE_TENANT_ID", "t")];
        await Connect([], all).AuthorizeAsync();
        _asked.ShouldHaveSingleItem().ShouldBe(
            new EntraIdentity(
                EntraKind.Password, "https://cognitiveservices.azure.com/.default", null)
            {
                Tenant = "t",
                Client = "c",
                Secret = "p",
                UserName = "u"
            });
        (await Connect([], ("AZURE_AD_TOKEN", "literal")).AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer literal");
        (await Connect(new() { ["azure_ad_token"] = "own" }, ("AZURE_AD_TOKEN", "literal")).AuthorizeAsync(
            )).Headers["Authorization"].ShouldBe("Bearer own");
        (await Connect([], ("AZURE_AD_TOKEN", "literal"), ("AZURE_API_KEY", "k")).AuthorizeAsync()).Headers["api-key"].ShouldBe("k");
    }

    [Theory]
    [InlineData("oidc/file//run/token", EntraKind.AssertionFile, "/run/token")]
    [InlineData("oidc/env/MY_TOKEN", EntraKind.AssertionText, "assertion")]
    [InlineData("oidc/env_path/MY_PATH", EntraKind.AssertionFile, "/from/env")]
    [InlineData("oidc/azure/AZURE_FEDERATED_TOKEN_FILE", EntraKind.AssertionFile, "/federated")]
    [InlineData("oidc/circleci_v2/", EntraKind.AssertionText, "circle")]
    internal async Task OidcReference_BecomesAnAssertion(string reference, EntraKind kind, string secret)
    {
        await Connect(
            new() { ["azure_ad_token"] = reference, ["tenant_id"] = "t", ["client_id"] = "c" },
            ("MY_TOKEN", "assertion"), ("MY_PATH", "/from/env"), ("AZURE_FEDERATED_TOKEN_FILE", "/federated"),
                ("CIRCLE_OIDC_TOKEN_V2", "circle")).AuthorizeAsync();
        var identity = _asked.ShouldHaveSingleItem();
        identity.Kind.ShouldBe(kind);
        identity.Secret.ShouldBe(secret);
    }

    [Theory]
    [InlineData("oidc/env/UNSET")]
    [InlineData("oidc/google/aud")]
    public async Task OidcSourceThatIsUnset_IsAnAuthenticationError(string reference)
        => (await Connect(new() { ["azure_ad_token"] = reference, ["tenant_id"] = "t", ["client_id"] = "c" }).AuthorizeAsync(
            )).Fault.ShouldNotBeNull().Kind.ShouldBe(UpstreamErrorKind.Authentication);

    [Fact]
    public async Task DefaultIdentity_IsUsedOnlyWhenSwitchedOn()
    {
        var on = Providers.Config(
            ("AZURE_CREDENTIAL", "ManagedIdentityCredential")) with
        { Models = new ModelSettings { UseDefaultCloudIdentity = true } };
        var connection = Providers.Connect(
            Providers.With(_tokens), "azure/m", static deployment => deployment with { ApiBase = Resource, ApiKey = null }, on);
        (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer token-1");
        _asked.ShouldHaveSingleItem().Kind.ShouldBe(EntraKind.ManagedIdentity);
        (await Connect([]).AuthorizeAsync()).Fault.ShouldNotBeNull();
    }

    [Fact]
    public async Task DifferentIdentities_HaveTokensOfTheirOwn()
    {
        await Connect(new() { ["tenant_id"] = "t", ["client_id"] = "c", ["client_secret"] = "s" }).AuthorizeAsync();
        await Connect(new() { ["tenant_id"] = "t", ["client_id"] = "c", ["client_secret"] = "s" }).AuthorizeAsync();
        await Connect(new() { ["tenant_id"] = "t", ["client_id"] = "c2", ["client_secret"] = "s" }).AuthorizeAsync();
        _asked.Count.ShouldBe(2);
    }

    private IUpstreamConnection Connect(Dictionary<string, string> parameters, params (string Name, string Value)[] environment)
        => Providers.Connect(
            Providers.With(_tokens),
            "azure/m",
            deployment
                => deployment with
                {
                    ApiBase = Resource,
                    ApiKey = null,
                    ProviderParams = parameters.ToFrozenDictionary(StringComparer.Ordinal)
                },
            Providers.Config(environment));

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class FakeCredential(Clock clock) : TokenCredential
    {
        private int _count;

        public bool Fails { get; set; }

        public Task Gate { get; set; } = Task.CompletedTask;

        public ConcurrentQueue<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
            => throw new NotSupportedException();

        public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            await Gate;
            Scopes.Enqueue(requestContext.Scopes[0]);
            return Fails
                ? throw new AuthenticationFailedException("the secret is wrong")
                : new AccessToken($"token-{Interlocked.Increment(ref _count)}", clock.Now.AddHours(1));
        }
    }
}
