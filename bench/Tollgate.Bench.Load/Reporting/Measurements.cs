using Tollgate.Bench.Load.Clients;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Reporting;

/// <summary>What was measured: for each metric and target one value per round.</summary>
internal sealed class Measurements
{
    private readonly Dictionary<(Metric Metric, string Target), List<double>> _values = [];

    public List<string> Failures { get; } = [];

    public void Add(Metric metric, string target, double value)
    {
        if (!_values.TryGetValue((metric, target), out var rounds))
        {
            _values[(metric, target)] = rounds = [];
        }

        rounds.Add(value);
    }

    public IReadOnlyList<double> Rounds(Metric metric, string target) => _values.GetValueOrDefault((metric, target)) ?? [];

    public double? Median(Metric metric, string target) =>
        Rounds(metric, target) is { Count: > 0 } rounds ? Percentiles.Median(rounds) : null;

    /// <summary>The gateway's figure against the relay's, paired by round before the median is taken: noise of a round hits both.</summary>
    public double? Compared(Metric metric)
    {
        var gateway = Rounds(metric, TargetNames.Tollgate);
        if (metric.Comparison == Comparison.Absolute)
        {
            return gateway.Count == 0 ? null : Percentiles.Median(gateway);
        }

        var isRatio = metric.Comparison == Comparison.Ratio;
        var pairs = gateway.Zip(Rounds(metric, TargetNames.Relay), (g, r) => isRatio ? g / r : g - r).ToArray();
        return pairs.Length == 0 ? null : Percentiles.Median(pairs);
    }
}
