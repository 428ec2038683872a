using System.Globalization;
using System.Runtime.InteropServices;

namespace Tollgate.Hosting;

/// <summary>
/// Gives back, once, what only the start needed: the garbage of reading configuration and catalogues, and the pages of code and metadata that ran
/// or were read then (ADR 12). Those are mapped from files, so one that is needed again comes from the page cache.
/// </summary>
internal sealed class StartMemory(InFlight inFlight, TimeProvider time) : BackgroundService
{
    private const string Maps = "/proc/self/smaps";
    private const int DontNeed = 4;

    /// <summary>By then a start is over, and what runs from now on is what stays.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await inFlight.Started.WaitAsync(stoppingToken);
            do
            {
                await Task.Delay(Settled, time, stoppingToken);
            }
            while (inFlight.Count > 0);
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested || inFlight.Started.IsFaulted)
        {
            // Stopped, or nothing to start with: there is nothing to give back.
            return;
        }

        if (OperatingSystem.IsLinux())
        {
            ReleasePages();
        }

        // Nobody waits for the pause now; later collections would keep most of what the start has committed.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>Releases the pages of assemblies: of mappings that are never written, so that nothing can be lost.</summary>
    private static void ReleasePages()
    {
        (nint Start, nuint Length)? mapping = null;
        foreach (var line in File.ReadLines(Maps))
        {
            if (line.Length > 0 && char.IsAsciiHexDigitLower(line[0]))
            {
                mapping = ReadOnlyAssembly(line);
            }
            else if (mapping is { } clean && line.StartsWith("Anonymous:", StringComparison.Ordinal))
            {
                // A page that was written after all (the loader's relocations) would be lost: such a mapping is left alone.
                if (line.EndsWith(" 0 kB", StringComparison.Ordinal))
                {
                    _ = Advise(clean.Start, clean.Length, DontNeed);
                }

                mapping = null;
            }
        }
    }

    /// <summary>Reads the head of a mapping, <c>start-end rights offset device inode path</c>; null for any but an assembly that cannot be written.</summary>
    private static (nint Start, nuint Length)? ReadOnlyAssembly(string line)
    {
        var dash = line.IndexOf('-', StringComparison.Ordinal);
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        if (dash < 0 || space < dash || line[space + 2] == 'w' || !line.EndsWith(".dll", StringComparison.Ordinal)
            || !long.TryParse(line.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var start)
            || !long.TryParse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var end))
        {
            return null;
        }

        return ((nint)start, (nuint)(end - start));
    }

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(nint address, nuint length, int advice);
}
