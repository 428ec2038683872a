using Tollgate.Bench.Load.Reporting;

namespace Tollgate.Bench.Load.Scenarios;

/// <summary>Prompts of 300 KB with the small answer: what looking through a body costs, or copying it once more.</summary>
internal sealed class BigPromptScenario(string name, byte[] body, Metric cpuMetric, Metric rateMetric) : IScenario
{
    private const int Connections = 16;

    public static readonly BigPromptScenario OneMessage =
        new("big-one", Payloads.LongChat(1, 300_000), Metrics.BigOneCpu, Metrics.BigOneRate);

    public static readonly BigPromptScenario ManyMessages =
        new("big-many", Payloads.LongChat(200, 1_500), Metrics.BigManyCpu, Metrics.BigManyRate);

    public string Name => name;

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        await using var upstream = await run.Launcher.StartPlainUpstreamAsync(cancellation);
        await run.InRoundsAsync(
            run.Options.TargetNames,
            upstream,
            target => run.Wrk.RunAsync(target, body, Connections, BenchRun.WarmUpSeconds, cancellation),
            async target =>
            {
                var (result, cpu) = await PlainScenario.MeasureAsync(run, target, body, Connections, run.Options.Seconds, cancellation);
                run.Results.Add(cpuMetric, target.Name, cpu / result.Requests);
                run.Results.Add(rateMetric, target.Name, result.PerSecond);
            },
            cancellation);
    }
}
