using Tollgate.Bench.Load.Clients;
using Tollgate.Bench.Load.Reporting;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Scenarios;

/// <summary>Small calls whose client and upstream speak different dialects; the relay passes OpenAI's through, as a floor.</summary>
internal sealed class TranslationScenario : IScenario
{
    public string Name => "translate";

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        await using var upstream = await run.Launcher.StartPlainUpstreamAsync(cancellation);
        await run.InRoundsAsync(
            run.Chosen(TargetNames.Relay, TargetNames.Tollgate),
            upstream,
            async target =>
            {
                foreach (var pair in Translation.All)
                {
                    await CallAsync(run, target, pair, BenchRun.WarmUpSeconds / 2, cancellation);
                }
            },
            async target =>
            {
                foreach (var pair in Translation.All)
                {
                    var before = target.CpuMicroseconds;
                    var result = await CallAsync(run, target, pair, run.Options.Seconds, cancellation);
                    run.Results.Add(Metrics.TranslatedCpu(pair), target.Name, (target.CpuMicroseconds - before) / result.Requests);
                }
            },
            cancellation);
    }

    private static Task<WrkResult> CallAsync(BenchRun run, RunningTarget target, Translation pair, int seconds, CancellationToken cancellation)
        => string.Equals(target.Name, TargetNames.Tollgate, StringComparison.Ordinal)
            ? run.Wrk.RunAsync(target, new Uri(target.BaseUrl, pair.Path), pair.Body, PlainScenario.Connections, seconds, cancellation)
            : run.Wrk.RunAsync(target, Payloads.Chat(), PlainScenario.Connections, seconds, cancellation);
}

/// <summary>Streams whose client and upstream speak different dialects.</summary>
internal sealed class TranslatedStreamScenario : IScenario
{
    private static readonly TimeSpan Ramp = TimeSpan.FromSeconds(2);

    public string Name => "translate-stream";

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        await using var upstream = await run.Launcher.StartStreamUpstreamAsync(cancellation);
        await run.InRoundsAsync(
            run.Chosen(TargetNames.Relay, TargetNames.Tollgate),
            upstream,
            async target =>
            {
                foreach (var pair in Translation.All)
                {
                    await using var load = await OpenAsync(run, target, pair, cancellation);
                    await Task.Delay(TimeSpan.FromSeconds(BenchRun.WarmUpSeconds / 4), cancellation);
                    await load.FinishAsync(cancellation);
                }
            },
            async target =>
            {
                foreach (var pair in Translation.All)
                {
                    await MeasureAsync(run, target, pair, cancellation);
                }
            },
            cancellation);
    }

    private static async Task MeasureAsync(BenchRun run, RunningTarget target, Translation pair, CancellationToken cancellation)
    {
        await using var load = await OpenAsync(run, target, pair, cancellation);
        var cpu = target.CpuMicroseconds;
        var chunks = load.Chunks;
        await Task.Delay(TimeSpan.FromSeconds(run.Options.Seconds), cancellation);
        chunks = load.Chunks - chunks;
        cpu = target.CpuMicroseconds - cpu;
        await load.FinishAsync(cancellation);
        run.Results.Add(Metrics.TranslatedChunkCpu(pair), target.Name, cpu / chunks);
    }

    private static Task<StreamLoad> OpenAsync(BenchRun run, RunningTarget target, Translation pair, CancellationToken cancellation)
    {
        var call = string.Equals(target.Name, TargetNames.Tollgate, StringComparison.Ordinal)
            ? new StreamCall(new Uri(target.BaseUrl, pair.Path), pair.StreamedBody, IsChat: pair.Path.EndsWith("completions", StringComparison.Ordinal), IsExact: false)
            : StreamCall.Chat(target);
        return StreamLoad.StartAsync(target, call, run.Options.Streams, run.Options.Chunks, Ramp, cancellation);
    }
}
