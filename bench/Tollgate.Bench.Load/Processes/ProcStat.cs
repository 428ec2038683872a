using System.Globalization;

namespace Tollgate.Bench.Load.Processes;

/// <summary>CPU time and memory of a process and its children, as the kernel accounts them.</summary>
internal static class ProcStat
{
    // USER_HZ: 100 on every architecture .NET runs on, whatever the kernel's own tick is.
    private const double MicrosecondsPerTick = 1_000_000 / 100.0;

    /// <summary>User and system time since start, in microseconds, with 10 ms resolution.</summary>
    public static double CpuMicroseconds(int pid) => Tree(pid).Sum(OwnTicks) * MicrosecondsPerTick;

    /// <summary>Resident memory in megabytes (2^20 bytes).</summary>
    public static double ResidentMegabytes(int pid) => Tree(pid).Sum(OwnResidentKilobytes) / 1024.0;

    private static long OwnTicks(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");

        // The second field is the command in parentheses and may hold blanks: count from the last parenthesis.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static long OwnResidentKilobytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    // nginx works in a child of its master; the .NET targets have none.
    private static IEnumerable<int> Tree(int pid) => File.ReadAllText($"/proc/{pid}/task/{pid}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(child => int.Parse(child, CultureInfo.InvariantCulture))
        .Prepend(pid);
}
