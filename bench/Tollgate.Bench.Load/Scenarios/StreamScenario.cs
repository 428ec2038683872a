using System.Diagnostics;
using Tollgate.Bench.Load.Clients;
using Tollgate.Bench.Load.Reporting;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Scenarios;

/// <summary>Many open streams with a steady trickle of chunks: CPU time of the target for each chunk, and time to the first one.</summary>
internal sealed class StreamScenario : IScenario
{
    private static readonly TimeSpan Ramp = TimeSpan.FromSeconds(2);

    public string Name => "stream";

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        await using var upstream = await run.Launcher.StartStreamUpstreamAsync(cancellation);
        await run.InRoundsAsync(
            run.Options.TargetNames,
            upstream,
            async target =>
            {
                await using var load = await OpenAsync(run, target, cancellation);
                await Task.Delay(TimeSpan.FromSeconds(BenchRun.WarmUpSeconds), cancellation);
                await load.FinishAsync(cancellation);
            },
            target => MeasureAsync(run, target, cancellation),
            cancellation);
    }

    private static async Task MeasureAsync(BenchRun run, RunningTarget target, CancellationToken cancellation)
    {
        await using var load = await OpenAsync(run, target, cancellation);
        load.StartMeasuring();
        var started = Stopwatch.GetTimestamp();
        var cpu = target.CpuMicroseconds;
        var chunks = load.Chunks;
        await Task.Delay(TimeSpan.FromSeconds(run.Options.Seconds), cancellation);
        chunks = load.Chunks - chunks;
        cpu = target.CpuMicroseconds - cpu;
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var first = load.FirstChunkMilliseconds();
        await load.FinishAsync(cancellation);

        run.Results.Add(Metrics.StreamCpu, target.Name, cpu / chunks);
        run.Results.Add(Metrics.StreamRate, target.Name, chunks / seconds);
        run.Results.Add(Metrics.FirstP50, target.Name, Percentiles.Of(first, 0.5));
        run.Results.Add(Metrics.FirstP99, target.Name, Percentiles.Of(first, 0.99));
    }

    private static Task<StreamLoad> OpenAsync(BenchRun run, RunningTarget target, CancellationToken cancellation) =>
        StreamLoad.StartAsync(target, run.Options.Streams, run.Options.Chunks, Ramp, cancellation);
}
