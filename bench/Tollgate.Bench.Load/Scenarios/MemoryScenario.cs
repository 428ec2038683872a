using System.Diagnostics;
using Tollgate.Bench.Load.Clients;
using Tollgate.Bench.Load.Reporting;

namespace Tollgate.Bench.Load.Scenarios;

/// <summary>Resident memory of a fresh target: after its first answer, and the most it takes while many streams are open.</summary>
internal sealed class MemoryScenario : IScenario
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Ramp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SampleGap = TimeSpan.FromMilliseconds(250);

    public string Name => "memory";

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        await using var upstream = await run.Launcher.StartStreamUpstreamAsync(cancellation);
        foreach (var name in run.Options.TargetNames)
        {
            await using var target = await run.Launcher.StartAsync(name, upstream.BaseUrl.Port, cancellation);
            await Task.Delay(Settle, cancellation);
            run.Results.Add(Metrics.MemoryIdle, name, target.ResidentMegabytes);

            await using var load = await StreamLoad.StartAsync(target, run.Options.MemoryStreams, run.Options.Chunks, Ramp, cancellation);
            var most = target.ResidentMegabytes;
            var started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < run.Options.Seconds)
            {
                await Task.Delay(SampleGap, cancellation);
                most = Math.Max(most, target.ResidentMegabytes);
            }

            await load.FinishAsync(cancellation);
            run.Results.Add(Metrics.MemoryStreams, name, most);
        }
    }
}
