using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Tollgate.Bench.Load;

/// <summary>Where a run happened, and the tools it needs there.</summary>
internal static class Machine
{
    // Debian keeps servers in sbin, which is not on every user's path.
    private static readonly string[] Folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/usr/local/sbin"];

    public static string Nginx => Find("nginx") ?? throw Missing("nginx");

    public static string Wrk => Find("wrk") ?? throw Missing("wrk");

    public static void RequireTools(BenchOptions options)
    {
        _ = Nginx;
        _ = Wrk;
        RequireProgram(options, Targets.TargetNames.Relay, options.RelayPath, "bench/Tollgate.Bench.Relay");
        RequireProgram(options, Targets.TargetNames.Tollgate, options.GatewayPath, "src/Tollgate");
    }

    public static string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"""
        - CPU: {FirstValue("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores
        - Memory: {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1_000_000_000.0:0.0} GB
        - System: {RuntimeInformation.OSDescription}, kernel {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}
        - .NET: {Environment.Version}, {RuntimeInformation.RuntimeIdentifier}
        - {Output(Nginx, "-v").Replace("version: ", "", StringComparison.Ordinal)}; {string.Join(' ', Output(Wrk, "-v").Split(' ').Take(2))}
        - Load before the run (1, 5, 15 min): {File.ReadAllText("/proc/loadavg")[..14]}
        """);

    /// <summary>Short id of the checked-out commit, with a mark when files differ from it.</summary>
    public static string Commit()
    {
        var commit = Output("git", "rev-parse", "--short", "HEAD");
        return Output("git", "status", "--porcelain", "--untracked-files=no").Length == 0 ? commit : commit + "-dirty";
    }

    private static void RequireProgram(BenchOptions options, string target, string path, string project)
    {
        if (options.TargetNames.Contains(target) && !File.Exists(path))
        {
            throw new BenchException(
                $"{target}: {path} is missing; publish it with 'dotnet publish {project} -c Release -o {Path.GetDirectoryName(path)}' "
                + "or leave the target out with --targets");
        }
    }

    private static BenchException Missing(string tool) => new($"{tool} is not installed; on Debian: apt-get install {tool}");

    private static string? Find(string tool) => Folders.Select(f => Path.Combine(f, tool)).FirstOrDefault(File.Exists);

    private static string FirstValue(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";

    private static string Output(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new BenchException($"{program} did not start");
        var output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return output.Split('\n')[0].Trim();
    }
}
