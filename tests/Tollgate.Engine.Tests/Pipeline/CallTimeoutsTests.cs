using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pipeline;

namespace Tollgate.Engine.Tests.Pipeline;

/// <summary>The orders of routing.md section 7. Times are whole, first chunk, idle in seconds.</summary>
public class CallTimeoutsTests
{
    [Theory]
    [InlineData("""{"model":"a"}""", 6000, 6000)]
    [InlineData("""{"model":"a","timeout":30}""", 30, 30)]
    [InlineData("""{"model":"a","timeout":30,"stream_timeout":5}""", 30, 30)]
    [InlineData("""{"model":"a","timeout":30,"stream_timeout":5,"stream":true}""", 30, 5)]
    [InlineData("""{"model":"a","timeout":3,"stream_timeout":5,"stream":true}""", 3, 3)]
    public void ClientsTimes_ComeFirst(string body, double whole, double first) => Times(Calls.Config(Calls.Deployment("a", "m")), body).ShouldBe((whole, first));

    [Fact]
    public void DeploymentThenRouterThenSettings_ComeNext()
    {
        const string body = """{"model":"a","stream":true}""";
        var settings = Calls.Config(Calls.Deployment("a", "m")) with { Models = new ModelSettings { RequestTimeout = Seconds(100) } };
        Times(settings, body).ShouldBe((100, 100));
        var router = settings with { Router = new RouterSettings { Timeout = Seconds(90), StreamTimeout = Seconds(9) } };
        Times(router, body).ShouldBe((90, 9));
        var deployment = router with { Deployments = [Calls.Deployment("a", "m") with { Timeout = Seconds(80), StreamTimeout = Seconds(8) }] };
        Times(deployment, body).ShouldBe((80, 8));
    }

    [Fact]
    public void Idle_IsAMinute_WhereNobodyBoundsTheFirstChunk()
    {
        var call = Calls.Call(Calls.Config(Calls.Deployment("a", "m")), """{"model":"a","stream":true}""");
        CallTimeouts.For(call, call.Snapshot.Models.Resolve("a")!.Deployments[0]).Idle.ShouldBe(Seconds(60));
    }

    [Theory]
    [InlineData(5, 60)]
    [InlineData(90, 90)]
    public void Idle_IsAMinuteOrTheStreamTimeout(double stream, double idle)
    {
        var call = Calls.Call(Calls.Config(Calls.Deployment("a", "m")), $$"""{"model":"a","stream":true,"stream_timeout":{{stream}}}""");
        CallTimeouts.For(call, call.Snapshot.Models.Resolve("a")!.Deployments[0]).Idle.ShouldBe(Seconds(idle));
    }

    [Theory]
    [InlineData(true, 50)]
    [InlineData(false, 6000)]
    public void LongestStream_BoundsStreamsOnly(bool stream, double whole)
    {
        var config = Calls.Config(Calls.Deployment("a", "m")) with { Models = new ModelSettings { MaxStreamDuration = Seconds(50) } };
        Times(config, $$"""{"model":"a","stream":{{(stream ? "true" : "false")}}}""").ShouldBe((whole, whole));
    }

    [Theory]
    [InlineData("""{"model":"a","timeout":30}""", 10, 20)]
    [InlineData("""{"model":"a","timeout":30}""", 40, -10)]
    [InlineData("""{"model":"a"}""", 10, 290)]
    public void AllAttempts_ShareTheClientsTimeOrThreeOfOurs(string body, double elapsed, double left)
    {
        var time = new ManualTimeProvider();
        var call = Calls.Call(Calls.Config(Calls.Deployment("a", "m")) with { Router = new RouterSettings { Timeout = Seconds(100) } }, body);
        time.Advance(elapsed);
        CallTimeouts.RemainingOf(call, time).ShouldBe(Seconds(left));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static (double Whole, double First) Times(GatewayConfig config, string body)
    {
        var call = Calls.Call(config, body);
        var times = CallTimeouts.For(call, call.Snapshot.Models.Resolve("a")!.Deployments[0]);
        return (times.Whole.TotalSeconds, times.FirstChunk.TotalSeconds);
    }
}
