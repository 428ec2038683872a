using Tollgate.Bench.Load.Reporting;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Scenarios;

/// <summary>Managed bytes allocated for a small chat call; the relay's are what Kestrel and HttpClient need themselves.</summary>
internal sealed class AllocationScenario : IScenario
{
    public string Name => "alloc";

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var body = Payloads.Chat();
        await using var upstream = await run.Launcher.StartPlainUpstreamAsync(cancellation);
        await run.InRoundsAsync(
            run.Chosen(TargetNames.Relay, TargetNames.Tollgate),
            upstream,
            target => run.Wrk.RunAsync(target, body, PlainScenario.Connections, BenchRun.WarmUpSeconds, cancellation),
            async target =>
            {
                var before = await ReadAsync(run, target, cancellation);
                var result = await run.Wrk.RunAsync(target, body, PlainScenario.Connections, run.Options.Seconds, cancellation);
                run.Results.Add(Metrics.Allocation, target.Name, (await ReadAsync(run, target, cancellation) - before) / result.Requests);
            },
            cancellation);
    }

    private static async Task<double> ReadAsync(BenchRun run, RunningTarget target, CancellationToken cancellation) =>
        (await target.ReadHeapAsync(run.Caller, cancellation))?.AllocatedBytes
        ?? throw new BenchException($"{target.Name}: does not tell its allocated bytes (GET /debug/allocated with TOLLGATE_BENCH=1)");
}
