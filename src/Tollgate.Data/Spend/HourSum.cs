using System.Collections.Immutable;
using System.Globalization;
using Tollgate.Data.Journal;

namespace Tollgate.Data.Spend;

/// <summary>Sums of an hour for one deployment, model group, key, status and route.</summary>
internal sealed class HourSum
{
    private readonly long[] _histogram = new long[DurationBounds.Length + 1];

    /// <summary>
    /// Upper bounds of the durations in the histogram, milliseconds; what is longer is in one more bucket. Part of the stored data: a change
    /// would mix two meanings in one row.
    /// </summary>
    public static ImmutableArray<int> DurationBounds { get; } =
        [50, 100, 200, 350, 500, 750, 1000, 1500, 2500, 5000, 7500, 10_000, 20_000, 40_000, 80_000];

    public long Requests { get; private set; }

    public long TokensIn { get; private set; }

    public long TokensOut { get; private set; }

    public decimal Spend { get; private set; }

    public double Milliseconds { get; private set; }

    /// <summary>Time to the first output, of streams only.</summary>
    public double FirstOutputMilliseconds { get; private set; }

    public long FirstOutputs { get; private set; }

    /// <summary>Calls by duration, as JSON.</summary>
    public string Histogram => "[" + string.Join(',', _histogram.Select(static n => n.ToString(CultureInfo.InvariantCulture))) + "]";

    public void Add(in SpendRecord record, decimal cost)
    {
        var milliseconds = Math.Max(0, record.End - record.Start) / (double)TimeSpan.TicksPerMillisecond;
        Requests++;
        TokensIn += record.PromptTokens;
        TokensOut += record.CompletionTokens;
        Spend += cost;
        Milliseconds += milliseconds;
        var bucket = 0;
        while (bucket < DurationBounds.Length && milliseconds > DurationBounds[bucket])
        {
            bucket++;
        }

        _histogram[bucket]++;
        if (record.FirstOutput > record.Start && record.FirstOutput < record.End)
        {
            FirstOutputs++;
            FirstOutputMilliseconds += (record.FirstOutput - record.Start) / (double)TimeSpan.TicksPerMillisecond;
        }
    }
}
