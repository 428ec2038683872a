using System.Globalization;
using Tollgate.Bench.Load.Clients;
using Tollgate.Bench.Load.Processes;

namespace Tollgate.Bench.Load.Targets;

internal static class TargetNames
{
    public const string Nginx = "nginx";
    public const string Relay = "relay";
    public const string Tollgate = "tollgate";
}

/// <summary>A started nginx, relay or gateway: where to call it and what it has used so far.</summary>
internal sealed class RunningTarget(string name, int port, ServerProcess process, string dataFolder) : IAsyncDisposable
{
    public string Name => name;

    public Uri BaseUrl { get; } = new($"http://127.0.0.1:{port}/");

    public Uri ChatUrl { get; } = new($"http://127.0.0.1:{port}/v1/chat/completions");

    /// <summary>What clients send as bearer token; nginx and the relay do not look at it.</summary>
    public string Key { get; set; } = GatewayConfig.MasterKey;

    public ServerProcess Process => process;

    public double CpuMicroseconds => ProcStat.CpuMicroseconds(process.Id);

    public double ResidentMegabytes => ProcStat.ResidentMegabytes(process.Id);

    private string MemoryPath => string.Equals(name, TargetNames.Relay, StringComparison.Ordinal) ? "/__alloc" : "/debug/allocated";

    /// <summary>What the target's runtime says about its heap; <c>null</c> when it says nothing.</summary>
    public async Task<HeapFigures?> ReadHeapAsync(Caller caller, CancellationToken cancellation)
    {
        var text = await caller.TryGetAsync(new Uri(BaseUrl, MemoryPath), Key, cancellation);
        var allocated = text is null ? null : Find(text, "allocated");
        return allocated is null ? null : new HeapFigures(allocated.Value, Find(text!, "heap"));
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        Directory.Delete(dataFolder, recursive: true);
    }

    // Metric lines: "name value" or "name{labels} value"; the first whose name holds the word.
    private static double? Find(string text, string word)
    {
        var line = text.Split('\n').FirstOrDefault(l => !l.StartsWith('#') && l.Contains(word, StringComparison.OrdinalIgnoreCase));
        return line is not null && double.TryParse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
    }
}

/// <param name="AllocatedBytes">Bytes allocated since start.</param>
/// <param name="HeapBytes">Bytes in use on the managed heap now; absent when the target does not report them.</param>
internal sealed record HeapFigures(double AllocatedBytes, double? HeapBytes);
