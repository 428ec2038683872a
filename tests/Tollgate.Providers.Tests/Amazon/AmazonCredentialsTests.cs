using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Amazon;
using Tollgate.Providers.Azure;
using Tollgate.Providers.Connections;
using Tollgate.Wire;

namespace Tollgate.Providers.Tests.Amazon;

public sealed class AmazonCredentialsTests
{
    private static readonly AmazonIdentity Role = new(AmazonSource.Role, "us-east-1") { Role = "arn:aws:iam::1:role/r" };

    private readonly Clock _clock = new();
    private readonly ConcurrentBag<AmazonIdentity> _asked = [];
    private Exception? _failure;
    private Task _gate = Task.CompletedTask;

    [Fact]
    public async Task Keys_AreAskedForOnceAndRenewedBeforeTheirEnd()
    {
        var credentials = Credentials();
        (await GetAsync(credentials)).AccessKey.ShouldBe("KEY1");
        (await GetAsync(credentials)).AccessKey.ShouldBe("KEY1");
        _clock.Now += TimeSpan.FromMinutes(56);
        (await GetAsync(credentials)).AccessKey.ShouldBe("KEY2");
        _asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task RenewalThatFails_KeepsTheOldKeysWhileTheyLive()
    {
        var credentials = Credentials();
        await GetAsync(credentials);
        _failure = new AmazonKeyException("no");
        _clock.Now += TimeSpan.FromMinutes(56);
        (await GetAsync(credentials)).AccessKey.ShouldBe("KEY1");
        _clock.Now += TimeSpan.FromMinutes(5);
        await Should.ThrowAsync<AmazonKeyException>(() => GetAsync(credentials));
        _failure = null;
        (await GetAsync(credentials)).AccessKey.ShouldStartWith("KEY");
    }

    [Fact]
    public async Task ManyCallers_WaitForOneRenewal()
    {
        var gate = new TaskCompletionSource();
        _gate = gate.Task;
        var credentials = Credentials();
        var calls = Enumerable.Range(0, 20).Select(_ => GetAsync(credentials)).ToArray();
        gate.SetResult();
        (await Task.WhenAll(calls)).ShouldAllBe(static keys => keys.AccessKey == "KEY1");
    }

    [Fact]
    public async Task WithoutKeys_TheClientIsToldSo()
    {
        _failure = new AmazonKeyException("Unable to locate credentials");
        var directory = new ProviderDirectory(
            Providers.Catalogue, new ConnectionServices(_clock, new EntraTokens(_clock)) { Amazon = Credentials() }, NullLoggerFactory.Instance);
        var connection = BedrockTests.Connect("bedrock/amazon.nova-pro-v1:0", directory: directory);
        using var message = new HttpRequestMessage(HttpMethod.Post, connection.EndpointFor(Surface.Converse, stream: false, null).Uri);
        var fault = await connection.AuthorizeAsync(message, null, TestContext.Current.CancellationToken);
        fault.ShouldBe(new ConnectionFault(UpstreamErrorKind.Authentication, "BedrockException - Unable to locate credentials"));
    }

    [Fact]
    public async Task Sources_AreChosenInOrder()
    {
        (await SourceOfAsync([], ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"))).Source.ShouldBe(AmazonSource.Keys);
        (await SourceOfAsync([])).Source.ShouldBe(AmazonSource.Ambient);
        (await SourceOfAsync([("aws_profile_name", "p")], ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"))).Source.ShouldBe(AmazonSource.Profile);
        (await SourceOfAsync([("aws_access_key_id", "a"), ("aws_secret_access_key", "b")], ("AWS_PROFILE", "p"))).Source.ShouldBe(AmazonSource.Keys);
        (await SourceOfAsync([("aws_role_name", "r"), ("aws_session_name", "s")])).Source.ShouldBe(AmazonSource.Role);
        (await SourceOfAsync([("aws_role_name", "r"), ("aws_session_name", "s"), ("aws_web_identity_token", "t")])).Source.ShouldBe(AmazonSource.WebIdentity);
    }

    private async Task<AmazonIdentity> SourceOfAsync((string, string)[] parameters, params (string, string)[] environment)
    {
        _asked.Clear();
        var directory = new ProviderDirectory(
            Providers.Catalogue, new ConnectionServices(_clock, new EntraTokens(_clock)) { Amazon = Credentials() }, NullLoggerFactory.Instance);
        var connection = BedrockTests.Connect("bedrock/amazon.nova-pro-v1:0", BedrockTests.Parameters(parameters), environment, directory);
        using var message = new HttpRequestMessage(HttpMethod.Post, connection.EndpointFor(Surface.Converse, stream: false, null).Uri);
        (await connection.AuthorizeAsync(message, null, TestContext.Current.CancellationToken)).ShouldBeNull();
        return _asked.IsEmpty ? new AmazonIdentity(AmazonSource.Keys, "") : _asked.Single();
    }

    private AmazonCredentials Credentials() => new(_clock, async (identity, _) =>
    {
        await _gate;
        _asked.Add(identity);
        return _failure is null
            ? new AmazonKeys($"KEY{_asked.Count}", "s", null) { RenewAt = _clock.Now.AddMinutes(55), GoodUntil = _clock.Now.AddMinutes(60) }
            : throw _failure;
    });

    private static Task<AmazonKeys> GetAsync(AmazonCredentials credentials) => credentials.GetAsync(Role, TestContext.Current.CancellationToken).AsTask();

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
