using Tollgate.Bench.Load.Clients;
using Tollgate.Bench.Load.Reporting;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Scenarios;

/// <summary>Small chat calls as fast as they go: CPU time of the target for each of them.</summary>
internal sealed class PlainScenario : IScenario
{
    public const int Connections = 32;

    public string Name => "plain";

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var body = Payloads.Chat();
        await using var upstream = await run.Launcher.StartPlainUpstreamAsync(cancellation);
        await run.InRoundsAsync(
            run.Options.TargetNames,
            upstream,
            target => run.Wrk.RunAsync(target, body, Connections, BenchRun.WarmUpSeconds, cancellation),
            async target =>
            {
                var (result, cpu) = await MeasureAsync(run, target, body, Connections, run.Options.Seconds, cancellation);
                run.Results.Add(Metrics.PlainCpu, target.Name, cpu / result.Requests);
                run.Results.Add(Metrics.PlainRate, target.Name, result.PerSecond);
            },
            cancellation);
    }

    public static async Task<(WrkResult Result, double CpuMicroseconds)> MeasureAsync(
        BenchRun run, RunningTarget target, byte[] body, int connections, int seconds, CancellationToken cancellation)
    {
        var before = target.CpuMicroseconds;
        var result = await run.Wrk.RunAsync(target, body, connections, seconds, cancellation);
        return (result, target.CpuMicroseconds - before);
    }
}
