using Tollgate.Bench.Load.Clients;
using Tollgate.Bench.Load.Reporting;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Scenarios;

/// <summary>Half of what the slower of relay and gateway can do, at a fixed rate: the latency that the gateway adds.</summary>
internal sealed class HalfLoadScenario : IScenario
{
    private const int ProbeSeconds = 3;

    public string Name => "half";

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var body = Payloads.Chat();
        var capacity = run.Options.HalfRate > 0 ? run.Options.HalfRate * 2.0 : double.PositiveInfinity;
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
                    target, body, PlainScenario.Connections, capacity / 2, run.Options.Seconds, cancellation);
                run.Results.Add(Metrics.HalfP50, target.Name, result.Percentile(0.5));
                run.Results.Add(Metrics.HalfP99, target.Name, result.Percentile(0.99));
                run.Results.Add(Metrics.HalfRate, target.Name, result.PerSecond);
            },
            cancellation);
    }
}
