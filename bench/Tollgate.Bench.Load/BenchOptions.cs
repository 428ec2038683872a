using Tollgate.Bench.Load.Scenarios;

namespace Tollgate.Bench.Load;

/// <summary>What a run measures and for how long; every value is a flag of the same name.</summary>
internal sealed record BenchOptions
{
    public static readonly string[] KnownTargets = [Targets.TargetNames.Nginx, Targets.TargetNames.Relay, Targets.TargetNames.Tollgate];

    /// <summary>Seconds of load per target, scenario and round. Default 8.</summary>
    public required int Seconds { get; init; }

    /// <summary>Rounds; in each every target is measured once, one after the other. Default 3.</summary>
    public required int Rounds { get; init; }

    /// <summary>Open streams in the stream scenario. Default 200.</summary>
    public required int Streams { get; init; }

    /// <summary>Open streams in the memory scenario. Default 1,000.</summary>
    public required int MemoryStreams { get; init; }

    /// <summary>Milliseconds between two chunks of a stream. Default 10.</summary>
    public required int ChunkGapMs { get; init; }

    /// <summary>Chunks of a stream; a client opens a new one when it has all of them. Default 200.</summary>
    public required int Chunks { get; init; }

    /// <summary>Calls a second in the half-load scenario. Default 0: a third of what the slower one reached with wrk.</summary>
    public required int HalfRate { get; init; }

    /// <summary>Cold starts per target. Default 10.</summary>
    public required int Starts { get; init; }

    public required IReadOnlyList<string> Only { get; init; }
    public required IReadOnlyList<string> TargetNames { get; init; }

    /// <summary>Measure with a virtual key that has a budget and rate limits instead of the master key. Default false.</summary>
    public required bool VirtualKey { get; init; }

    /// <summary>PostgreSQL URL for the gateway; empty for its own embedded store.</summary>
    public required string Database { get; init; }

    public required string GatewayPath { get; init; }
    public required string RelayPath { get; init; }
    public required string ResultsFolder { get; init; }

    public static BenchOptions Read(Flags flags)
    {
        var options = new BenchOptions
        {
            Seconds = flags.Number("seconds", 8),
            Rounds = flags.Number("rounds", 3),
            Streams = flags.Number("streams", 200),
            MemoryStreams = flags.Number("memory-streams", 1000),
            ChunkGapMs = flags.Number("chunk-gap-ms", 10),
            Chunks = flags.Number("chunks", 200),
            HalfRate = flags.Number("half-rate", 0),
            Starts = flags.Number("starts", 10),
            Only = flags.Choice("only", ScenarioList.Names),
            TargetNames = flags.Choice("targets", KnownTargets),
            VirtualKey = flags.Switch("virtual-key"),
            Database = flags.Text("database", ""),
            GatewayPath = flags.Text("gateway", "artifacts/tollgate/tollgate"),
            RelayPath = flags.Text("relay", "artifacts/bench/relay/tollgate-bench-relay"),
            ResultsFolder = flags.Text("results", "bench/results"),
        };
        flags.RefuseUnknown();
        return options;
    }

    public bool IsWhole => Only.Count == ScenarioList.Names.Count && TargetNames.Count == KnownTargets.Length;
}
