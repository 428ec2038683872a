using System.Collections.Frozen;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Tests.Routing;

/// <summary>Retries of routing.md section 6. A way is written as the upstream models tried, in order.</summary>
public class RoutePlanTests
{
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(UpstreamErrorKind.BadRequest, false)]
    [InlineData(UpstreamErrorKind.ContextWindowExceeded, false)]
    [InlineData(UpstreamErrorKind.ContentPolicyViolation, false)]
    [InlineData(UpstreamErrorKind.UnsupportedParams, false)]
    [InlineData(UpstreamErrorKind.Authentication, false)]
    [InlineData(UpstreamErrorKind.PermissionDenied, false)]
    [InlineData(UpstreamErrorKind.NotFound, false)]
    [InlineData(UpstreamErrorKind.UnprocessableEntity, false)]
    [InlineData(UpstreamErrorKind.Api, false)]
    [InlineData(UpstreamErrorKind.ClientGone, false)]
    [InlineData(UpstreamErrorKind.Timeout, true)]
    [InlineData(UpstreamErrorKind.Conflict, true)]
    [InlineData(UpstreamErrorKind.RateLimit, true)]
    [InlineData(UpstreamErrorKind.InternalServer, true)]
    [InlineData(UpstreamErrorKind.BadGateway, true)]
    [InlineData(UpstreamErrorKind.ServiceUnavailable, true)]
    [InlineData(UpstreamErrorKind.Connection, true)]
    [InlineData(UpstreamErrorKind.BadResponse, true)]
    public void OneDeployment_IsRetriedByClassOfError(UpstreamErrorKind kind, bool retried)
        => Way(Calls.Call(Calls.Config(Calls.Deployment("a", "m"))), kind).Count.ShouldBe(retried ? 3 : 1);

    [Theory]
    [InlineData(UpstreamErrorKind.Authentication, 2)]
    [InlineData(UpstreamErrorKind.PermissionDenied, 2)]
    [InlineData(UpstreamErrorKind.NotFound, 1)]
    [InlineData(UpstreamErrorKind.BadRequest, 1)]
    public void OtherDeployment_IsTriedForRefusedCredentials(UpstreamErrorKind kind, int attempts)
        => Way(Calls.Call(Two() with { Router = new RouterSettings { NumRetries = 1 } }), kind).Distinct().Count().ShouldBe(attempts);

    [Theory]
    [InlineData(402, false)]
    [InlineData(529, true)]
    public void OtherStatus_IsRetriedFrom500On(int status, bool retried)
    {
        var call = Calls.Call(Calls.Config(Calls.Deployment("a", "m")));
        var plan = Plan(call);
        plan.TryNext(out var deployment).ShouldBeTrue();
        plan.Report(Calls.Outcome(deployment, UpstreamErrorKind.Api, status: status));
        plan.TryNext(out _).ShouldBe(retried);
    }

    [Theory]
    [InlineData("""{"model":"a","num_retries":4}""", 5)]
    [InlineData("""{"model":"a","num_retries":0}""", 1)]
    [InlineData("""{"model":"a"}""", 2)]
    public void NumberOfRetries_IsTheClientsThenTheDeployments(string body, int attempts)
    {
        var config = Calls.Config(Calls.Deployment("a", "m") with { NumRetries = 1 });
        Way(Calls.Call(config, body), UpstreamErrorKind.InternalServer).Count.ShouldBe(attempts);
    }

    [Fact]
    public void Retries_AreCounted()
    {
        var plan = Plan(Calls.Call(Calls.Config(Calls.Deployment("a", "m"))));
        Follow(plan, UpstreamErrorKind.InternalServer);
        plan.Retries.ShouldBe(2);
        plan.MaxRetries.ShouldBe(2);
        plan.Fallbacks.ShouldBe(0);
        plan.FirstFailure!.Kind.ShouldBe(UpstreamErrorKind.InternalServer);
    }

    [Fact]
    public void Success_EndsThePlan()
    {
        var plan = Plan(Calls.Call(Two()));
        plan.TryNext(out var deployment).ShouldBeTrue();
        plan.Report(Calls.Outcome(deployment, UpstreamErrorKind.None));
        plan.TryNext(out _).ShouldBeFalse();
        plan.FirstFailure.ShouldBeNull();
    }

    [Fact]
    public void OutputSent_EndsThePlan()
    {
        var call = Calls.Call(Two());
        var plan = Plan(call);
        plan.TryNext(out var deployment).ShouldBeTrue();
        call.OutputCommitted = true;
        plan.Report(Calls.Outcome(deployment, UpstreamErrorKind.InternalServer));
        plan.TryNext(out _).ShouldBeFalse();
    }

    [Fact]
    public void FirstFailure_IsKept()
    {
        var plan = Plan(Calls.Call(Two()));
        foreach (var kind in (UpstreamErrorKind[])[UpstreamErrorKind.RateLimit, UpstreamErrorKind.Timeout])
        {
            plan.TryNext(out var deployment).ShouldBeTrue();
            plan.Report(Calls.Outcome(deployment, kind));
        }

        plan.FirstFailure!.Kind.ShouldBe(UpstreamErrorKind.RateLimit);
    }

    [Fact]
    public void FailedDeployments_AreSkippedUntilAllHaveFailed()
    {
        var config = Calls.Config(Calls.Deployment("a", "1"), Calls.Deployment("a", "2"), Calls.Deployment("a", "3"))
            with
        { Router = new RouterSettings { NumRetries = 3 } };
        for (var i = 0; i < 50; i++)
        {
            var way = Way(Calls.Call(config), UpstreamErrorKind.InternalServer);
            way.Count.ShouldBe(4);
            way.Take(3).ShouldBe(["1", "2", "3"], ignoreOrder: true);
        }
    }

    [Fact]
    public void WeightlessDeployment_IsTriedOnlyWhenTheOthersHaveFailed()
    {
        var config = Calls.Config(Calls.Deployment("a", "1") with { Weight = 1 }, Calls.Deployment("a", "2"));
        for (var i = 0; i < 50; i++)
        {
            Way(Calls.Call(config), UpstreamErrorKind.InternalServer).Take(2).ShouldBe(["1", "2"]);
        }
    }

    [Fact]
    public void LowerOrder_IsTriedFirst()
    {
        var config = Calls.Config(
            Calls.Deployment("a", "none"), Calls.Deployment("a", "2") with { Order = 2 }, Calls.Deployment("a", "1a") with { Order = 1 }, Calls.Deployment("a", "1b") with { Order = 1 })
            with
        { Router = new RouterSettings { NumRetries = 3 } };
        for (var i = 0; i < 20; i++)
        {
            var way = Way(Calls.Call(config), UpstreamErrorKind.InternalServer);
            way.Take(2).ShouldBe(["1a", "1b"], ignoreOrder: true);
            way.Skip(2).ShouldBe(["2", "none"]);
        }
    }

    [Theory]
    [InlineData(UpstreamErrorKind.BadRequest, 0, "1a|1b 2 none")]
    [InlineData(UpstreamErrorKind.InternalServer, 0, "1a|1b 2 none")]
    [InlineData(UpstreamErrorKind.InternalServer, 1, "1a|1b 1a|1b 2 none")]
    [InlineData(UpstreamErrorKind.ContextWindowExceeded, 0, "1a|1b")]
    [InlineData(UpstreamErrorKind.ContentPolicyViolation, 0, "1a|1b")]
    public void FailedOrder_IsFollowedByTheNext(UpstreamErrorKind kind, int retries, string expected)
    {
        var config = Calls.Config(
            Calls.Deployment("a", "none"), Calls.Deployment("a", "2") with { Order = 2 }, Calls.Deployment("a", "1a") with { Order = 1 }, Calls.Deployment("a", "1b") with { Order = 1 })
            with
        { Router = new RouterSettings { NumRetries = retries } };
        var way = Way(Calls.Call(config), kind);
        way.Count.ShouldBe(expected.Split(' ').Length);
        way.Zip(expected.Split(' ')).ShouldAllBe(static step => step.Second.Split('|', StringSplitOptions.None).Contains(step.First));
        Way(Calls.Call(config, """{"model":"a","disable_fallbacks":true}"""), kind).Count.ShouldBe(kind == UpstreamErrorKind.InternalServer ? retries + 1 : 1);
    }

    [Fact]
    public void BlockedDeployments_AreNeverTried()
    {
        var blocked = new DeploymentInfo { Blocked = true };
        var config = Calls.Config(Calls.Deployment("a", "1") with { Info = blocked }, Calls.Deployment("a", "2"));
        Way(Calls.Call(config), UpstreamErrorKind.InternalServer).ShouldBe(["2", "2", "2"]);
        Way(Calls.Call(Calls.Config(Calls.Deployment("a", "1") with { Info = blocked })), UpstreamErrorKind.InternalServer).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("BadRequestErrorRetries", UpstreamErrorKind.BadRequest)]
    [InlineData("BadRequestErrorRetries", UpstreamErrorKind.ContextWindowExceeded)]
    [InlineData("AuthenticationErrorRetries", UpstreamErrorKind.Authentication)]
    [InlineData("TimeoutErrorRetries", UpstreamErrorKind.Timeout)]
    [InlineData("RateLimitErrorRetries", UpstreamErrorKind.RateLimit)]
    [InlineData("ContentPolicyViolationErrorRetries", UpstreamErrorKind.ContentPolicyViolation)]
    [InlineData("InternalServerErrorRetries", UpstreamErrorKind.InternalServer)]
    [InlineData("InternalServerErrorRetries", UpstreamErrorKind.Connection)]
    [InlineData("InternalServerErrorRetries", UpstreamErrorKind.BadResponse)]
    [InlineData("ServiceUnavailableErrorRetries", UpstreamErrorKind.ServiceUnavailable)]
    [InlineData("NotFoundErrorRetries", UpstreamErrorKind.NotFound)]
    [InlineData("DefaultRetries", UpstreamErrorKind.Conflict)]
    [InlineData("DefaultRetries", UpstreamErrorKind.PermissionDenied)]
    public void PolicyEntry_ReplacesNumberAndTest(string key, UpstreamErrorKind kind)
    {
        var policy = new Dictionary<string, int> { [key] = 4 }.ToFrozenDictionary();
        var config = Calls.Config(Calls.Deployment("a", "m"));
        Way(Calls.Call(config with { Router = new RouterSettings { RetryPolicy = policy } }), kind).Count.ShouldBe(5);

        // The group's own policy goes first; a class it does not name falls to the general one.
        var none = new Dictionary<string, FrozenDictionary<string, int>> { ["a"] = new Dictionary<string, int> { [key] = 0 }.ToFrozenDictionary() };
        Way(Calls.Call(config with { Router = new RouterSettings { RetryPolicy = policy, GroupRetryPolicy = none.ToFrozenDictionary() } }), kind)
            .Count.ShouldBe(1);
    }

    [Fact]
    public void ClassWithoutPolicyEntry_KeepsNumberAndTest()
    {
        var settings = new RouterSettings { RetryPolicy = new Dictionary<string, int> { ["RateLimitErrorRetries"] = 9 }.ToFrozenDictionary(), NumRetries = 1 };
        var config = Calls.Config(Calls.Deployment("a", "m")) with { Router = settings };
        Way(Calls.Call(config), UpstreamErrorKind.InternalServer).Count.ShouldBe(2);
        Way(Calls.Call(config), UpstreamErrorKind.BadRequest).Count.ShouldBe(1);
    }

    [Fact]
    public void WaitBeyondTheCallsTime_EndsIt()
    {
        var plan = Plan(Calls.Call(Calls.Config(Calls.Deployment("a", "m")), """{"model":"a","timeout":20}"""));
        plan.TryNext(out var deployment).ShouldBeTrue();
        _time.Advance(15);
        plan.Report(Calls.Outcome(deployment, UpstreamErrorKind.RateLimit, retryAfter: 6));
        plan.TryNext(out _).ShouldBeFalse();
    }

    [Fact]
    public void LongRetryAfter_EndsOneDeploymentButNotTwo()
    {
        var single = Plan(Calls.Call(Calls.Config(Calls.Deployment("a", "m"))));
        single.TryNext(out var deployment).ShouldBeTrue();
        single.Report(Calls.Outcome(deployment, UpstreamErrorKind.RateLimit, retryAfter: 61));
        single.TryNext(out _).ShouldBeFalse();

        var both = Plan(Calls.Call(Two()));
        both.TryNext(out deployment).ShouldBeTrue();
        both.Report(Calls.Outcome(deployment, UpstreamErrorKind.RateLimit, retryAfter: 61));
        both.TryNext(out var other).ShouldBeTrue();
        other.ShouldNotBeSameAs(deployment);
        both.Wait.ShouldBe(TimeSpan.Zero);
    }

    private static GatewayConfig Two() => Calls.Config(Calls.Deployment("a", "1"), Calls.Deployment("a", "2"));

    private RoutePlan Plan(CallContext call) => new(call, call.Snapshot.Models.Resolve(call.Envelope.Model)!, _time, new Random(1));

    private List<string> Way(CallContext call, UpstreamErrorKind kind) => Follow(Plan(call), kind);

    private static List<string> Follow(RoutePlan plan, UpstreamErrorKind kind)
    {
        var way = new List<string>();
        while (way.Count < 50 && plan.TryNext(out var deployment))
        {
            way.Add(deployment.UpstreamModel);
            plan.Report(Calls.Outcome(deployment, kind));
        }

        return way;
    }
}
