using System.Globalization;
using System.Text;
using Tollgate.Bench.Load.Clients;

namespace Tollgate.Bench.Load.Soak;

/// <param name="Seconds">Since the traffic began.</param>
/// <param name="HeapMegabytes">Managed heap; absent when the target does not report it.</param>
internal sealed record SoakSample(
    double Seconds, double ResidentMegabytes, double? HeapMegabytes, double CpuSeconds, int OpenCalls, int Descriptors);

/// <summary>What was sampled, as a CSV and as the medians of its first and last third.</summary>
internal sealed class SoakSamples
{
    private readonly List<SoakSample> _samples = [];

    public void Add(SoakSample sample) => _samples.Add(sample);

    public string Csv()
    {
        var text = new StringBuilder("seconds,rss_mb,heap_mb,cpu_s,open_calls,descriptors\n");
        foreach (var s in _samples)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{s.Seconds:0},{s.ResidentMegabytes:0.0},{s.HeapMegabytes:0.0},{s.CpuSeconds:0.00},{s.OpenCalls},{s.Descriptors}\n");
        }

        return text.ToString();
    }

    public string Table() => string.Join('\n',
        "| figure | first third | last third | change |",
        "| --- | ---: | ---: | ---: |",
        Row("RSS, MB", s => s.ResidentMegabytes),
        Row("managed heap, MB", s => s.HeapMegabytes),
        Row("open calls", s => s.OpenCalls),
        Row("file descriptors", s => s.Descriptors));

    private string Row(string name, Func<SoakSample, double?> value)
    {
        var third = Math.Max(1, _samples.Count / 3);
        var first = Percentiles.Median(_samples.Take(third).Select(value).OfType<double>());
        var last = Percentiles.Median(_samples.TakeLast(third).Select(value).OfType<double>());
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {first:0.0} | {last:0.0} | {last - first:+0.0;−0.0;0} |");
    }
}
