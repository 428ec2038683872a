using System.Diagnostics;
using Tollgate.Bench.Load.Reporting;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Scenarios;

/// <summary>From starting the process to the first answered call, each time with an empty data folder.</summary>
internal sealed class ColdStartScenario : IScenario
{
    private static readonly TimeSpan PollGap = TimeSpan.FromMilliseconds(3);

    public string Name => "cold";

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        await using var upstream = await run.Launcher.StartPlainUpstreamAsync(cancellation);
        for (var i = 0; i < run.Options.Starts; i++)
        {
            foreach (var name in run.Chosen(TargetNames.Relay, TargetNames.Tollgate))
            {
                var started = Stopwatch.GetTimestamp();
                await using var target = run.Launcher.Launch(name, upstream.BaseUrl.Port);
                await run.Launcher.WaitUntilAnsweringAsync(target, PollGap, cancellation);
                run.Results.Add(Metrics.ColdStart, name, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }
    }
}
