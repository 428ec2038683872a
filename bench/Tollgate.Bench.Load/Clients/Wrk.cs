using System.Diagnostics;
using System.Globalization;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Clients;

/// <param name="Requests">Answers received.</param>
/// <param name="Seconds">How long wrk ran.</param>
internal sealed record WrkResult(long Requests, double Seconds)
{
    public double PerSecond => Requests / Seconds;
}

/// <summary>Runs wrk with one request body over and over; anything but clean 200 answers fails the run.</summary>
internal sealed class Wrk(string folder)
{
    // wrk counts statuses above 399 only; "response" would see all of them but costs more than the target, so one answer is checked before.
    private const string Script = """
        wrk.method = "POST"
        wrk.headers["Content-Type"] = "application/json"
        wrk.headers["Authorization"] = "Bearer KEY"
        local file = io.open("BODY", "rb")
        wrk.body = file:read("*a")
        file:close()
        done = function(summary, latency, requests)
          local e = summary.errors
          io.write(string.format("RESULT %d %d %d\n", summary.requests, summary.duration,
            e.connect + e.read + e.write + e.status + e.timeout))
        end
        """;

    public Task<WrkResult> RunAsync(RunningTarget target, byte[] body, int connections, int seconds, CancellationToken cancellation)
        => RunAsync(target, target.ChatUrl, body, connections, seconds, cancellation);

    public async Task<WrkResult> RunAsync(
        RunningTarget target, Uri url, byte[] body, int connections, int seconds, CancellationToken cancellation)
    {
        var bodyFile = Path.Combine(folder, "wrk-body.json");
        var script = Path.Combine(folder, "wrk.lua");
        await File.WriteAllBytesAsync(bodyFile, body, cancellation);
        await File.WriteAllTextAsync(
            script,
            Script.Replace("KEY", target.Key, StringComparison.Ordinal).Replace("BODY", bodyFile, StringComparison.Ordinal),
            cancellation);

        var output = await ExecuteAsync(
            ["-t2", "-c" + Text(connections), "-d" + Text(seconds) + "s", "-s", script, url.ToString()], cancellation);
        return Parse(target.Name, output);
    }

    private static async Task<string> ExecuteAsync(string[] arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Machine.Wrk, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new BenchException("wrk did not start");
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return output + await errors;
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static WrkResult Parse(string target, string output)
    {
        var line = output.Split('\n').FirstOrDefault(l => l.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new BenchException($"wrk gave no result for {target}:\n{output}");
        var fields = line.Split(' ').Skip(1).Select(f => long.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        if (fields[0] == 0 || fields[2] > 0)
        {
            throw new BenchException($"{target}: {fields[2]} failed calls beside {fields[0]} answers:\n{output}");
        }

        return new WrkResult(fields[0], fields[1] / 1_000_000.0);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
