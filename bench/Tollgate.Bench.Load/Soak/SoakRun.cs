using System.Diagnostics;
using System.Globalization;
using System.Text;
using Tollgate.Bench.Load.Clients;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Soak;

/// <summary>Hours of mixed traffic against one target: does it keep answering, and does its memory stay?</summary>
internal static class SoakRun
{
    public static async Task<int> RunAsync(Flags flags, string command, CancellationToken cancellation)
    {
        var soak = SoakOptions.Read(flags);
        var options = BenchOptions.Read(flags) with { TargetNames = [soak.Target] };
        Machine.RequireTools(options);

        var folder = Directory.CreateTempSubdirectory("tollgate-soak-");
        using var caller = new Caller();
        var launcher = new TargetLauncher(options, caller, folder.FullName);
        try
        {
            await using var upstream = await launcher.StartStreamUpstreamAsync(cancellation);
            await using var target = await launcher.StartAsync(soak.Target, upstream.BaseUrl.Port, cancellation);
            var traffic = new SoakTraffic(target, caller, options.Chunks);
            var samples = await SampleAsync(soak, target, traffic, caller, cancellation);
            Write(options, soak, samples, traffic, command);
            return traffic.Unexpected == 0 ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<SoakSamples> SampleAsync(
        SoakOptions soak, RunningTarget target, SoakTraffic traffic, Caller caller, CancellationToken cancellation)
    {
        var samples = new SoakSamples();
        var started = Stopwatch.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var sending = traffic.RunAsync(soak.Rate, stop.Token);
        while (Stopwatch.GetElapsedTime(started).TotalMinutes < soak.Minutes)
        {
            await Task.Delay(TimeSpan.FromSeconds(soak.SampleSeconds), cancellation);
            target.Process.ThrowIfEnded();
            var heap = await target.ReadHeapAsync(caller, cancellation);
            samples.Add(new SoakSample(
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                target.ResidentMegabytes,
                heap?.HeapBytes / (1024 * 1024),
                target.CpuMicroseconds / 1_000_000,
                traffic.Open,
                Directory.GetFiles($"/proc/{target.Process.Id}/fd").Length));
        }

        await stop.CancelAsync();
        await sending;
        return samples;
    }

    private static void Write(BenchOptions options, SoakOptions soak, SoakSamples samples, SoakTraffic traffic, string command)
    {
        var date = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var stem = Path.Combine(Directory.CreateDirectory(options.ResultsFolder).FullName, $"soak-{date}-{Machine.Commit()}");
        var page = new StringBuilder();
        page.AppendLine(CultureInfo.InvariantCulture,
            $"# Soak of {soak.Target}, {date}, {soak.Minutes} minutes at {soak.Rate} calls a second").AppendLine();
        page.AppendLine(samples.Table()).AppendLine();
        page.AppendLine("| outcome | calls |").AppendLine("| --- | ---: |");
        foreach (var (outcome, count) in traffic.Outcomes.OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {outcome} | {count} |");
        }

        page.AppendLine().AppendLine(Machine.Describe()).AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"Command: `{command}`");
        File.WriteAllText(stem + ".csv", samples.Csv());
        File.WriteAllText(stem + ".md", page.ToString());
        Console.Write(page);
        Console.WriteLine($"\nwritten: {Path.GetRelativePath(Environment.CurrentDirectory, stem)}.md and .csv");
    }
}
