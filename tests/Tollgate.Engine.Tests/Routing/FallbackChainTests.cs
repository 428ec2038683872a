using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Tests.Routing;

/// <summary>Fallbacks of routing.md section 8. A way is written as the groups that are tried, in order, when everything fails alike.</summary>
public class FallbackChainTests
{
    private const UpstreamErrorKind Server = UpstreamErrorKind.InternalServer;
    private const UpstreamErrorKind Window = UpstreamErrorKind.ContextWindowExceeded;
    private const UpstreamErrorKind Policy = UpstreamErrorKind.ContentPolicyViolation;

    [Theory]
    [InlineData("a: b c", "a", "a b c")]
    [InlineData("a: b; b: c", "a", "a b c")]
    [InlineData("a: b c; b: d", "a", "a b d c")]
    [InlineData("a: b; b: a c", "a", "a b c")]
    [InlineData("a: a b", "a", "a b")]
    [InlineData("a: b b", "a", "a b")]
    [InlineData("a: gone b", "a", "a b")]
    [InlineData("*: c", "a", "a c")]
    [InlineData("a: b; *: c", "a", "a b c")]
    [InlineData("b: c", "a", "a")]
    [InlineData("m: b", "openai/m", "openai/m b")]
    [InlineData("a: fast", "a", "a d")]
    [InlineData("a: id-b-mb", "a", "a b")]
    [InlineData("a: openai/wild", "a", "a openai/wild")]
    public void Chains_AreFollowed(string fallbacks, string model, string way)
        => Way(Config(new RouterSettings { Fallbacks = Lists(fallbacks) }), Server, $$"""{"model":"{{model}}"}""").ShouldBe(way);

    [Theory]
    [InlineData(UpstreamErrorKind.BadRequest)]
    [InlineData(UpstreamErrorKind.Authentication)]
    [InlineData(UpstreamErrorKind.NotFound)]
    [InlineData(UpstreamErrorKind.RateLimit)]
    [InlineData(UpstreamErrorKind.Timeout)]
    [InlineData(UpstreamErrorKind.Connection)]
    [InlineData(UpstreamErrorKind.Api)]
    public void EveryFailure_FallsBack(UpstreamErrorKind kind)
        => Way(Config(new RouterSettings { Fallbacks = Lists("a: b") }), kind).ShouldBe("a b");

    [Fact]
    public void ClientThatHasLeft_IsNotServedElsewhere()
        => Way(Config(new RouterSettings { Fallbacks = Lists("a: b") }), UpstreamErrorKind.ClientGone).ShouldBe("a");

    [Theory]
    [InlineData(Window, "", "", "a d")]
    [InlineData(Policy, "", "", "a d")]
    [InlineData(Window, "a: b", "a: c", "a b")]
    [InlineData(Policy, "a: b", "a: c", "a c")]
    [InlineData(Window, "b: c", "", "a")]
    [InlineData(Policy, "", "b: c", "a")]
    [InlineData(Policy, "a: b", "", "a d")]
    [InlineData(Window, "*: b", "", "a b")]
    [InlineData(Server, "a: b", "a: c", "a d")]
    public void SpecialLists_StandAloneForTheirClass(UpstreamErrorKind kind, string window, string policy, string way)
        => Way(
            Config(new RouterSettings
            {
                Fallbacks = Lists("a: d"),
                ContextWindowFallbacks = Lists(window),
                ContentPolicyFallbacks = Lists(policy),
            }),
            kind).ShouldBe(way);

    [Theory]
    [InlineData("a: b", true)]
    [InlineData("b: c", false)]
    public void SpecialListWithAnEntry_StopsRetries(string window, bool has)
    {
        var call = Calls.Call(Config(new RouterSettings { ContextWindowFallbacks = Lists(window) }));
        FallbackChain.HasListFor(call, "a", Window).ShouldBe(has);
        FallbackChain.HasListFor(call, "a", Server).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""["c","b"]""", "a c b d")]
    [InlineData("\"c\"", "a c d")]
    [InlineData("""[{"model":"c","max_tokens":10}]""", "a c d")]
    [InlineData("[]", "a d")]
    [InlineData("null", "a d")]
    public void ClientsFallbacks_GoFirst(string fallbacks, string way)
        => Way(Config(new RouterSettings { Fallbacks = Lists("a: d") }), Server, $$"""{"model":"a","fallbacks":{{fallbacks}}}""").ShouldBe(way);

    [Fact]
    public void DisabledFallbacks_AreNotUsed()
        => Way(Config(new RouterSettings { Fallbacks = Lists("a: b") }), Server, """{"model":"a","disable_fallbacks":true,"fallbacks":["c"]}""").ShouldBe("a");

    [Theory]
    [InlineData(0, "a")]
    [InlineData(2, "a b c")]
    [InlineData(5, "a b c d openai/1 openai/2")]
    public void NumberOfSteps_IsLimited(int most, string way)
        => Way(Config(new RouterSettings { Fallbacks = Lists("a: b c d openai/1 openai/2 openai/3"), MaxFallbacks = most }), Server).ShouldBe(way);

    [Fact]
    public void PausedGroup_IsPassedOver()
    {
        var config = Config(new RouterSettings { Fallbacks = Lists("a: b c"), MaxFallbacks = 1 });
        var paused = config.Deployments[1] with { Info = new DeploymentInfo { Blocked = true } };
        Way(config with { Deployments = config.Deployments.SetItem(1, paused) }, Server).ShouldBe("a c");
    }

    [Fact]
    public void Overrides_HoldForTheirStepOnly()
    {
        var plan = Plan(Calls.Call(Config(new RouterSettings()), """{"model":"a","fallbacks":[{"model":"b","max_tokens":10,"messages":[]},"c"]}"""));
        plan.Overrides.ShouldBeEmpty();
        Fail(plan);
        plan.Group.Name.ShouldBe("b");
        plan.Overrides.Select(static member => $"{member.Name}={Encoding.UTF8.GetString(member.Json.Span)}").ShouldBe(["max_tokens=10", "messages=[]"]);
        Fail(plan);
        plan.Group.Name.ShouldBe("c");
        plan.Overrides.ShouldBeEmpty();
        plan.Fallbacks.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"model":"a","fallbacks":["c","b"]}""", "a b")]
    [InlineData("""{"model":"a"}""", "a b")]
    public void AnotherTeamsModel_IsNoFallback(string body, string way)
    {
        var config = Config(new RouterSettings { Fallbacks = Lists("a: c b") });
        var theirs = config.Deployments.Single(static deployment => deployment.ModelGroup is "c");
        Way(config with { Deployments = config.Deployments.Replace(theirs, theirs with { Info = theirs.Info with { TeamId = "t" } }) }, Server, body)
            .ShouldBe(way);
    }

    [Fact]
    public void EveryStep_HasItsOwnRetries()
    {
        var config = Config(new RouterSettings { Fallbacks = Lists("a: b"), NumRetries = 1, RetryJitter = TimeSpan.Zero });
        var plan = Plan(Calls.Call(config));
        var waits = new List<double>();
        while (plan.TryNext(out var deployment))
        {
            waits.Add(plan.Wait.TotalSeconds);
            plan.Report(Calls.Outcome(deployment, Server));
        }

        waits.ShouldBe([0, 0.5, 0, 0.5]);
        plan.Retries.ShouldBe(2);
        plan.Fallbacks.ShouldBe(1);
    }

    [Fact]
    public void FirstFailure_IsThatOfTheFirstGroup()
    {
        var plan = Plan(Calls.Call(Config(new RouterSettings { Fallbacks = Lists("a: b"), NumRetries = 0 })));
        plan.TryNext(out var deployment).ShouldBeTrue();
        plan.Report(Calls.Outcome(deployment, UpstreamErrorKind.RateLimit));
        Fail(plan);
        plan.FirstFailure!.Kind.ShouldBe(UpstreamErrorKind.RateLimit);
    }

    [Fact]
    public void GroupThatBudgetsStandAgainst_IsPassedOver()
    {
        var plan = Plan(Calls.Call(Config(new RouterSettings { Fallbacks = Lists("a: b c") })));
        Fail(plan);
        plan.TryNext(out var refused).ShouldBeTrue();
        plan.PassOver(refused, ApiException.BadRequest("over budget"));
        plan.TryNext(out var next).ShouldBeTrue();
        (refused.Config.ModelGroup, next.Config.ModelGroup).ShouldBe(("b", "c"));
        plan.PassOver(next, ApiException.BadRequest("over budget"));
        plan.TryNext(out _).ShouldBeFalse();
        plan.FirstFailure!.Kind.ShouldBe(UpstreamErrorKind.BadRequest);
    }

    private static void Fail(RoutePlan plan)
    {
        plan.TryNext(out var deployment).ShouldBeTrue();
        plan.Report(Calls.Outcome(deployment, UpstreamErrorKind.BadRequest));
    }

    private static GatewayConfig Config(RouterSettings settings) => Calls.Config(
        Calls.Deployment("a", "ma"),
        Calls.Deployment("b", "mb"),
        Calls.Deployment("c", "mc"),
        Calls.Deployment("d", "md"),
        Calls.Deployment("openai/*", "openai/*")) with
    {
        Router = settings with { Aliases = new Dictionary<string, ModelAlias> { ["fast"] = new("d", false) }.ToFrozenDictionary() },
    };

    /// <summary>Lists written as <c>a: b c; d: e</c>.</summary>
    private static FrozenDictionary<string, ImmutableArray<FallbackTarget>> Lists(string text)
        => text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(static entry => entry.Split(": "))
            .ToFrozenDictionary(
                static entry => entry[0],
                static entry => entry[1].Split(' ').Select(static model => new FallbackTarget(model, [])).ToImmutableArray());

    private static RoutePlan Plan(CallContext call)
        => new(call, call.Snapshot.Models.Resolve(call.Envelope.Model)!, new ManualTimeProvider(), new Random(1));

    private static string Way(GatewayConfig config, UpstreamErrorKind kind, string body = """{"model":"a"}""")
    {
        var plan = Plan(Calls.Call(config, body));
        var way = new List<string>();
        for (var i = 0; i < 50 && plan.TryNext(out var deployment); i++)
        {
            if (way.LastOrDefault() != plan.Group.Name)
            {
                way.Add(plan.Group.Name);
            }

            plan.Report(Calls.Outcome(deployment, kind));
        }

        return string.Join(' ', way);
    }
}
