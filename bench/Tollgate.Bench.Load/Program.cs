using System.Globalization;
using System.Runtime.InteropServices;
using Tollgate.Bench.Load.Clients;
using Tollgate.Bench.Load.Processes;
using Tollgate.Bench.Load.Reporting;
using Tollgate.Bench.Load.Scenarios;
using Tollgate.Bench.Load.Soak;
using Tollgate.Bench.Load.Targets;
using Tollgate.Bench.Load.Upstream;

namespace Tollgate.Bench.Load;

/// <summary>Three roles: <c>run</c> (default) measures, <c>soak</c> runs for long, <c>upstream</c> is what both start.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));
        var role = args.Length > 0 && !args[0].StartsWith("--", StringComparison.Ordinal) ? args[0] : "run";
        try
        {
            var flags = new Flags(args.Skip(args.Length > 0 && string.Equals(args[0], role, StringComparison.Ordinal) ? 1 : 0));
            return role switch
            {
                "run" => await MeasureAsync(BenchOptions.Read(flags), CommandLine("bench/run.sh", args), stop.Token),
                "soak" => await SoakRun.RunAsync(flags, CommandLine("bench/soak.sh", args), stop.Token),
                "upstream" => await ServeAsync(flags, stop.Token),
                _ => throw new BenchException($"unknown role '{role}'; known: run, soak, upstream"),
            };
        }
        catch (BenchException e)
        {
            await Console.Error.WriteLineAsync("bench: " + e.Message);
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("bench: interrupted");
            return 1;
        }
    }

    private static string CommandLine(string script, string[] args) =>
        string.Join(' ', args.SkipWhile(a => a is "run" or "soak").Prepend(script));

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        // Every started process is stopped on the way out.
        context.Cancel = true;
        stop.Cancel();
    }

    private static async Task<int> ServeAsync(Flags flags, CancellationToken cancellation)
    {
        var port = flags.Number("port", 8080);
        var gap = TimeSpan.FromMilliseconds(flags.Number("chunk-gap-ms", 10));
        var chunks = flags.Number("chunks", 200);
        flags.RefuseUnknown();
        await StreamingUpstream.RunAsync(port, gap, chunks, cancellation);
        return 0;
    }

    private static async Task<int> MeasureAsync(BenchOptions options, string command, CancellationToken cancellation)
    {
        Machine.RequireTools(options);
        var machine = Machine.Describe();
        var others = new OtherWork();
        var folder = Directory.CreateTempSubdirectory("tollgate-bench-");
        using var caller = new Caller();
        var run = new BenchRun(options, new TargetLauncher(options, caller, folder.FullName), caller, new Wrk(folder.FullName));
        try
        {
            foreach (var scenario in ScenarioList.All.Where(s => options.Only.Contains(s.Name)))
            {
                await TryRunAsync(scenario, run, cancellation);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Console.WriteLine();
        Console.Write(Report.Table(run.Results));
        var share = string.Create(CultureInfo.InvariantCulture, $"Other programs took {others.Share():0.0%} of the machine.");
        Console.WriteLine($"\n{share}");
        WritePage(options, run.Results, command, $"{machine}\n- {share}");
        return run.Results.Failures.Count == 0 ? 0 : 1;
    }

    private static async Task TryRunAsync(IScenario scenario, BenchRun run, CancellationToken cancellation)
    {
        Console.WriteLine($"{scenario.Name} ...");
        try
        {
            await scenario.RunAsync(run, cancellation);
        }
        catch (BenchException e)
        {
            // One scenario that fails leaves the others worth knowing; the exit code tells.
            await Console.Error.WriteLineAsync($"{scenario.Name} failed: {e.Message}");
            run.Results.Failures.Add($"{scenario.Name}: {e.Message}");
        }
    }

    private static void WritePage(BenchOptions options, Measurements results, string command, string machine)
    {
        var commit = Machine.Commit();
        var date = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var part = options.IsWhole ? "" : "-part";
        var file = Path.Combine(Directory.CreateDirectory(options.ResultsFolder).FullName, $"{date}-{commit}{part}.md");
        File.WriteAllText(file, Report.Page(results, options, commit, date, command, machine));
        Console.WriteLine($"written: {Path.GetRelativePath(Environment.CurrentDirectory, file)}");
    }
}
