using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Tollgate.Bench;

internal static class Program
{
    /// <summary>Lengths of a job; <c>--job short</c> is what the results pages are made with.</summary>
    private static readonly Dictionary<string, Job> Jobs = new(StringComparer.OrdinalIgnoreCase)
    {
        ["dry"] = Job.Dry,
        ["short"] = Job.ShortRun,
        ["medium"] = Job.MediumRun,
        ["long"] = Job.LongRun,
        ["default"] = Job.Default,
    };

    public static int Main(string[] args)
    {
        var given = Array.FindIndex(args, static arg => arg is "--job" or "-j");
        var name = given >= 0 && given + 1 < args.Length ? args[given + 1] : "short";
        if (!Jobs.TryGetValue(name, out var job))
        {
            Console.Error.WriteLine($"Unknown job '{name}'; known are {string.Join(", ", Jobs.Keys)}.");
            return 1;
        }

        // The default toolchain writes, restores and builds a project of its own, which a machine without network cannot do. The option is taken
        // out of the arguments, because it would add that toolchain's job again.
        var config = ManualConfig.Create(DefaultConfig.Instance)
            .AddJob(job.WithToolchain(InProcessEmitToolchain.Instance))
            .HideColumns(Column.Job, Column.Error, Column.RatioSD, Column.AllocRatio);
        string[] rest = given >= 0 ? [.. args[..given], .. args[(given + 2)..]] : args;
        return BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(rest, config).Any() ? 0 : 1;
    }
}
