namespace Tollgate.Management.Spend.Metrics;

/// <summary>Calls by duration, as the hourly rollup has them.</summary>
internal sealed class DurationHistogram
{
    /// <summary>Upper bounds in milliseconds; what is longer is in one more bucket. The spend writer cuts the same.</summary>
    public static readonly int[] Bounds = [50, 100, 200, 350, 500, 750, 1000, 1500, 2500, 5000, 7500, 10_000, 20_000, 40_000, 80_000];

    private readonly long[] _counts = new long[Bounds.Length + 1];

    /// <summary>Adds calls to a bucket.</summary>
    public void Add(long bucket, long calls)
    {
        if (bucket >= 0 && bucket < _counts.Length)
        {
            _counts[bucket] += calls;
        }
    }

    /// <summary>Seconds below which a share of the calls took, interpolated within the bucket; zero without calls.</summary>
    public double Quantile(double share)
    {
        var wanted = _counts.Sum() * share;
        double below = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] > 0 && below + _counts[i] >= wanted)
            {
                double lower = i == 0 ? 0 : Bounds[i - 1];
                var upper = i < Bounds.Length ? Bounds[i] : lower;
                return (lower + ((upper - lower) * (wanted - below) / _counts[i])) / 1000;
            }

            below += _counts[i];
        }

        return 0;
    }
}
