using Tollgate.Data.Rows;
using Tollgate.Management.Models;
using Tollgate.Management.Tests.Plane;

namespace Tollgate.Management.Tests.Models;

/// <summary>Prices that are fetched now, at start and as scheduled (admin-api.md 13.11).</summary>
public sealed class CostMapScheduleTests
{
    [Theory]
    [ClassData(typeof(Engines))]
    public async Task Schedule_IsSetShownAndCancelled(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        var remote = plane.Service<FakeRemotePrices>();
        remote.Url = "http://prices.example/map.json";
        (await plane.GetAsync("/schedule/model_cost_map_reload/status")).Json["scheduled"]!.GetValue<bool>().ShouldBeFalse();
        (await plane.PostAsync("/schedule/model_cost_map_reload?hours=0", "")).Status.ShouldBe(400);
        (await plane.PostAsync("/schedule/model_cost_map_reload?hours=6", "", "nobody")).Status.ShouldBeOneOf(401, 403);
        (await plane.MustAsync("POST", "/schedule/model_cost_map_reload?hours=6"))["interval_hours"]!.GetValue<long>().ShouldBe(6);

        // At start at once, then when the interval is over.
        var schedule = plane.Service<CostMapSchedule>();
        (await schedule.RunDueAsync(CancellationToken.None)).ShouldBe(FakeRemotePrices.Models);
        (await schedule.RunDueAsync(CancellationToken.None)).ShouldBeNull();
        var status = (await plane.GetAsync("/schedule/model_cost_map_reload/status")).Json;
        status["scheduled"]!.GetValue<bool>().ShouldBeTrue();
        status["interval_hours"]!.GetValue<long>().ShouldBe(6);
        DateTimeOffset.Parse(status["next_run"]!.GetValue<string>()).ShouldBe(remote.FetchedAt!.Value.AddHours(6), TimeSpan.FromSeconds(1));

        await plane.MustAsync("DELETE", "/schedule/model_cost_map_reload");
        (await plane.GetAsync("/schedule/model_cost_map_reload/status")).Json["scheduled"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Reload_FetchesWhereAnAddressIsSet_AndSaysWhatWentWrong()
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        var remote = plane.Service<FakeRemotePrices>();
        (await plane.PostAsync("/reload/model_cost_map", "", "nobody")).Status.ShouldBeOneOf(401, 403);
        await plane.MustAsync("POST", "/reload/model_cost_map");
        remote.Fetches.ShouldBe(0);

        remote.Url = "http://prices.example/map.json";
        (await plane.MustAsync("POST", "/reload/model_cost_map"))["models_count"]!.GetValue<int>().ShouldBe(FakeRemotePrices.Models);
        (await plane.GetAsync("/model/cost_map/source")).Json["source"]!.GetValue<string>().ShouldBe("remote");
        remote.Fault = "prices.example answers with status 404.";
        var failed = await plane.PostAsync("/reload/model_cost_map", "");
        failed.Status.ShouldBe(500);
        failed.Text.ShouldContain("status 404");
    }
}

/// <summary>Prices somewhere else.</summary>
internal sealed class FakeRemotePrices(TimeProvider time) : IRemotePrices
{
    public const int Models = 77;

    public string? Url { get; set; }

    public bool IsForcedLocal => false;

    public DateTimeOffset? FetchedAt { get; private set; }

    public string? Fault { get; set; }

    public int Fetches { get; private set; }

    public Task<int> FetchAsync(CancellationToken cancellationToken)
    {
        Fetches++;
        if (Fault is { } fault)
        {
            throw new RemotePricesException(fault);
        }

        FetchedAt = time.GetUtcNow();
        return Task.FromResult(Models);
    }
}
