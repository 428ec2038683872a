using Tollgate.Engine.Configuration;
using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Tests.Routing;

public class ModelGroupTests
{
    [Fact]
    public void NoWeights_MeanTheSameShare() => Weights(Of(), Of(), Of()).ShouldBe([1, 1, 1]);

    [Fact]
    public void Weight_WinsOverRpmAndTpm()
        => Weights(Of(weight: 3, rpm: 10), Of(rpm: 100), Of(weight: 1, tpm: 5)).ShouldBe([3, 0, 1]);

    [Fact]
    public void Rpm_WinsOverTpm() => Weights(Of(rpm: 10, tpm: 1), Of(tpm: 99)).ShouldBe([10, 0]);

    [Fact]
    public void Tpm_IsTheLastChoice() => Weights(Of(tpm: 10), Of(tpm: 30)).ShouldBe([10, 30]);

    [Fact]
    public void ZeroWeights_AreNone() => Weights(Of(weight: 0, rpm: 5), Of(weight: 0, rpm: 6)).ShouldBe([5, 6]);

    [Fact]
    public void LowestOrder_ComesFirstAndMissingOnesLast()
    {
        var group = Group(Of() with { Model = "none" }, Of() with { Model = "two", Order = 2 }, Of() with { Model = "one", Order = 1 }, Of() with { Model = "none2" });
        group.Deployments.Select(static deployment => deployment.UpstreamModel).ShouldBe(["one", "two", "none", "none2"]);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 2, 1)]
    [InlineData(0, 1, 3)]
    public void FirstPicks_FollowTheWeights(int a, int b, int c)
    {
        const int picks = 6000;
        var config = Calls.Config(Of(weight: a) with { Model = "0" }, Of(weight: b) with { Model = "1" }, Of(weight: c) with { Model = "2" });
        var call = Calls.Call(config, """{"model":"g"}""");
        var group = call.Snapshot.Models.Resolve("g")!;
        var random = new Random(4711);
        var counts = new int[3];
        for (var i = 0; i < picks; i++)
        {
            new RoutePlan(call, group, TimeProvider.System, random).TryNext(out var deployment).ShouldBeTrue();
            counts[int.Parse(deployment.UpstreamModel)]++;
        }

        var total = (double)(a + b + c);
        ((double)counts[0] / picks).ShouldBe(a / total, 0.02);
        ((double)counts[1] / picks).ShouldBe(b / total, 0.02);
        ((double)counts[2] / picks).ShouldBe(c / total, 0.02);
        (counts[0] == 0).ShouldBe(a == 0);
    }

    private static int _count;

    private static DeploymentConfig Of(double? weight = null, long? rpm = null, long? tpm = null)
        => Calls.Deployment("g", "openai/x", $"id{Interlocked.Increment(ref _count)}") with { Weight = weight, Rpm = rpm, Tpm = tpm };

    private static ModelGroup Group(params DeploymentConfig[] deployments)
        => new("g", deployments.Select(static config => new Deployment(config, new FakeConnection("x"), config.Model)));

    private static double[] Weights(params DeploymentConfig[] deployments)
    {
        var group = Group(deployments);
        return [.. Enumerable.Range(0, deployments.Length).Select(group.WeightOf)];
    }
}
