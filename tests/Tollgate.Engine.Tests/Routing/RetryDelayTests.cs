using Tollgate.Engine.Configuration;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Tests.Routing;

/// <summary>The waits of routing.md 6.3; a wait below zero stands for "none, go on".</summary>
public class RetryDelayTests
{
    private static readonly Deployment Failed = new(Calls.Deployment("a", "m"), new FakeConnection("x"), "m");

    private static readonly RouterSettings Exact = new() { RetryJitter = TimeSpan.Zero };

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 8)]
    [InlineData(6, 8)]
    [InlineData(1000, 8)]
    public void Backoff_DoublesUpToItsLimit(int attempt, double seconds) => Wait(null, attempt: attempt).ShouldBe(seconds);

    [Theory]
    [InlineData(0.02, 0.02)]
    [InlineData(1, 1)]
    [InlineData(60, 60)]
    [InlineData(60.1, -1)]
    [InlineData(3600, -1)]
    [InlineData(0, 0.5)]
    [InlineData(-5, 0.5)]
    public void RetryAfter_IsHeldUpToAMinute(double retryAfter, double seconds) => Wait(retryAfter).ShouldBe(seconds);

    [Theory]
    [InlineData(null)]
    [InlineData(5.0)]
    [InlineData(3600.0)]
    public void OtherDeployment_IsTriedAtOnce(double? retryAfter) => Wait(retryAfter, otherDeployment: true).ShouldBe(0);

    [Theory]
    [InlineData(3, 3)]
    [InlineData(30, 30)]
    public void ConfiguredRetryAfter_IsATrueMinimum(double least, double seconds)
        => Wait(null, settings: Exact with { RetryAfter = TimeSpan.FromSeconds(least) }).ShouldBe(seconds);

    [Theory]
    [InlineData(null, 0.5)]
    [InlineData(10.0, 10)]
    public void Jitter_IsAddedOnTop(double? retryAfter, double least)
    {
        var random = new Random(1);
        var waits = Enumerable.Range(0, 200)
            .Select(_ => RetryDelay.For(Outcome(retryAfter), false, 1, new RouterSettings(), random)!.Value.TotalSeconds)
            .ToList();
        waits.ShouldAllBe(wait => wait >= least && wait < least + 0.75);
        waits.Distinct().Count().ShouldBeGreaterThan(100);
    }

    private static AttemptOutcome Outcome(double? retryAfter) => Calls.Outcome(Failed, UpstreamErrorKind.RateLimit, retryAfter);

    private static double Wait(double? retryAfter, bool otherDeployment = false, int attempt = 1, RouterSettings? settings = null)
        => RetryDelay.For(Outcome(retryAfter), otherDeployment, attempt, settings ?? Exact, new Random(1))?.TotalSeconds ?? -1;
}
