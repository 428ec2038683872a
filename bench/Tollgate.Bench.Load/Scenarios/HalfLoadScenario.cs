using Tollgate.Bench.Load.Clients;
using Tollgate.Bench.Load.Reporting;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Scenarios;

/// <summary>A fixed rate well below the most that is possible: the latency that the gateway adds.</summary>
internal sealed class HalfLoadScenario : IScenario
{
    private const int ProbeSeconds = 3;

    // Measured on two cores: at half of wrk's rate 4 % is idle, because a server that is not saturated wakes up for every call.
    private const double ShareOfCapacity = 1 / 3.0;

    public string Name => "half";

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var body = Payloads.Chat();
        var capacity = run.Options.HalfRate > 0 ? run.Options.HalfRate / ShareOfCapacity : double.PositiveInfinity;
        await using var upstream = await run.Launcher.StartPlainUpstreamAsync(cancellation);
        await run.InRoundsAsync(
            run.Options.TargetNames,
            upstream,
            async target =>
            {
                await run.Wrk.RunAsync(target, body, PlainScenario.Connections, BenchRun.WarmUpSeconds, cancellation);
                if (run.Options.HalfRate == 0 && !string.Equals(target.Name, TargetNames.Nginx, StringComparison.Ordinal))
                {
                    var reached = run.Results.Median(Metrics.PlainRate, target.Name)
                        ?? (await run.Wrk.RunAsync(target, body, PlainScenario.Connections, ProbeSeconds, cancellation)).PerSecond;
                    capacity = Math.Min(capacity, reached);
                }
            },
            async target =>
            {
                if (double.IsInfinity(capacity))
                {
                    throw new BenchException("half: needs the relay or tollgate among the targets");
                }

                var result = await PacedLoad.RunAsync(
                    target, body, PlainScenario.Connections, capacity * ShareOfCapacity, run.Options.Seconds, cancellation);
                run.Results.Add(Metrics.HalfP50, target.Name, result.PercentileOfASecond(0.5));
                run.Results.Add(Metrics.HalfP99, target.Name, result.PercentileOfASecond(0.99));
                run.Results.Add(Metrics.HalfWholeP99, target.Name, result.Percentile(0.99));
                run.Results.Add(Metrics.HalfRate, target.Name, result.PerSecond);
            },
            cancellation);
    }
}
