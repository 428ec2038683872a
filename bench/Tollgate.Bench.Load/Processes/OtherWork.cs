using System.Globalization;

namespace Tollgate.Bench.Load.Processes;

/// <summary>How much of the machine went to programs that are not part of the run: whether its figures can be believed.</summary>
internal sealed class OtherWork
{
    private readonly long[] _machine = MachineTicks();
    private readonly long _own = OwnTicks();

    /// <summary>Share of all processor time since this object was made, 0 to 1; right when all we started has stopped.</summary>
    public double Share()
    {
        var spent = MachineTicks().Zip(_machine, (now, then) => now - then).ToArray();

        // user, nice, system, idle, iowait, irq, softirq, steal
        var busy = spent.Sum() - spent[3] - spent[4];
        return Math.Max(0, busy - (OwnTicks() - _own)) / (double)Math.Max(1, spent.Sum());
    }

    private static long[] MachineTicks() =>
        [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(Number)];

    // utime, stime and the same of children that have ended, who are all whom we started.
    private static long OwnTicks()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ').Skip(11).Take(4).Sum(Number);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
