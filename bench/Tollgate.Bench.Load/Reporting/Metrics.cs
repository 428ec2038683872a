namespace Tollgate.Bench.Load.Reporting;

/// <summary>How the gateway's figure is judged.</summary>
internal enum Comparison
{
    /// <summary>Divided by the relay's of the same round.</summary>
    Ratio,

    /// <summary>Less the relay's of the same round.</summary>
    Difference,

    /// <summary>As it stands.</summary>
    Absolute,
}

/// <param name="Limit">The goal: the compared figure shall not be above it. <c>null</c>: told for context.</param>
internal sealed record Metric(string Scenario, string Name, string Unit, Comparison Comparison, double? Limit = null);

/// <summary>Every figure a run can produce, in the order of the report, with the goals of the design.</summary>
internal static class Metrics
{
    public static readonly Metric PlainCpu = new("plain", "CPU a request", "µs", Comparison.Ratio, 1.4);
    public static readonly Metric PlainRate = new("plain", "requests a second", "1/s", Comparison.Ratio);
    public static readonly Metric HalfP50 = new("half", "latency p50", "ms", Comparison.Difference, 0.15);
    public static readonly Metric HalfP99 = new("half", "latency p99", "ms", Comparison.Difference, 1);
    public static readonly Metric HalfWholeP99 = new("half", "latency p99, all calls", "ms", Comparison.Difference);
    public static readonly Metric HalfRate = new("half", "rate reached", "1/s", Comparison.Absolute);
    public static readonly Metric StreamCpu = new("stream", "CPU a chunk", "µs", Comparison.Ratio, 1.3);
    public static readonly Metric StreamRate = new("stream", "chunks delivered", "1/s", Comparison.Ratio);
    public static readonly Metric FirstP50 = new("stream", "first chunk p50", "ms", Comparison.Difference);
    public static readonly Metric FirstP99 = new("stream", "first chunk p99", "ms", Comparison.Difference);
    public static readonly Metric BigOneCpu = new("big-one", "CPU a request", "µs", Comparison.Ratio, 1.6);
    public static readonly Metric BigOneRate = new("big-one", "requests a second", "1/s", Comparison.Ratio);
    public static readonly Metric BigManyCpu = new("big-many", "CPU a request", "µs", Comparison.Ratio, 1.6);
    public static readonly Metric BigManyRate = new("big-many", "requests a second", "1/s", Comparison.Ratio);
    public static readonly Metric Allocation = new("alloc", "allocated a request", "B", Comparison.Difference, 4096);
    public static readonly Metric MemoryIdle = new("memory", "RSS idle", "MB", Comparison.Absolute, 120);
    public static readonly Metric MemoryStreams = new("memory", "RSS with open streams", "MB", Comparison.Absolute, 250);
    public static readonly Metric ColdStart = new("cold", "start to first answer", "ms", Comparison.Absolute, 400);

    private static readonly Dictionary<string, (Metric Request, Metric Chunk)> Translated = Translation.All.ToDictionary(
        static pair => pair.Name,
        static pair => (new Metric("translate", pair.Name + ", CPU a request", "µs", Comparison.Ratio, 2),
            new Metric("translate-stream", pair.Name + ", CPU a chunk", "µs", Comparison.Ratio, 2.5)),
        StringComparer.Ordinal);

    public static readonly Metric[] All =
    [
        PlainCpu, PlainRate, HalfP50, HalfP99, HalfWholeP99, HalfRate, StreamCpu, StreamRate, FirstP50, FirstP99,
        BigOneCpu, BigOneRate, BigManyCpu, BigManyRate,
        .. Translated.Values.Select(static pair => pair.Request), .. Translated.Values.Select(static pair => pair.Chunk),
        Allocation, MemoryIdle, MemoryStreams, ColdStart,
    ];

    public static Metric TranslatedCpu(Translation pair) => Translated[pair.Name].Request;

    public static Metric TranslatedChunkCpu(Translation pair) => Translated[pair.Name].Chunk;
}
