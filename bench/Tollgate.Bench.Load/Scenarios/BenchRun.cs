using Tollgate.Bench.Load.Clients;
using Tollgate.Bench.Load.Reporting;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Scenarios;

/// <summary>What a scenario works with.</summary>
internal sealed class BenchRun(BenchOptions options, TargetLauncher launcher, Caller caller, Wrk wrk)
{
    /// <summary>Long enough for the hot methods to reach their last tier of compilation.</summary>
    public const int WarmUpSeconds = 20;

    public BenchOptions Options => options;

    public TargetLauncher Launcher => launcher;

    public Caller Caller => caller;

    public Wrk Wrk => wrk;

    public Measurements Results { get; } = new();

    /// <summary>The chosen targets out of <paramref name="wanted"/>.</summary>
    public IReadOnlyList<string> Chosen(params string[] wanted) => [.. options.TargetNames.Where(wanted.Contains)];

    /// <summary>
    /// Starts the targets in front of one upstream, warms each of them up, then measures them in turn, round by round, so that a noisy
    /// minute hits all of them.
    /// </summary>
    public async Task InRoundsAsync(
        IReadOnlyList<string> names, RunningTarget upstream, Func<RunningTarget, Task> warmUp, Func<RunningTarget, Task> measure,
        CancellationToken cancellation)
    {
        List<RunningTarget> targets = [];
        try
        {
            foreach (var name in names)
            {
                var target = await launcher.StartAsync(name, upstream.BaseUrl.Port, cancellation);
                targets.Add(target);
                await warmUp(target);
            }

            for (var round = 0; round < options.Rounds; round++)
            {
                foreach (var target in targets)
                {
                    await measure(target);
                    target.Process.ThrowIfEnded();
                }
            }
        }
        finally
        {
            foreach (var target in targets)
            {
                await target.DisposeAsync();
            }
        }
    }
}
