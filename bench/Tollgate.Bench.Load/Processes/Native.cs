using System.Runtime.InteropServices;

namespace Tollgate.Bench.Load.Processes;

/// <summary>The system calls that .NET has no method for.</summary>
internal static partial class Native
{
    private const int SigTerm = 15;
    private const short Readable = 1;

    public static void Terminate(int pid) => _ = Kill(pid, SigTerm);

    /// <summary>Waits for a readable socket, with the kernel's resolution; .NET's own waits round to milliseconds.</summary>
    public static void WaitReadable(Span<PollEntry> entries, TimeSpan limit)
    {
        var time = new TimeSpec
        {
            Seconds = limit.Ticks / TimeSpan.TicksPerSecond,
            Nanoseconds = limit.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
        };
        _ = Poll(ref MemoryMarshal.GetReference(entries), (nuint)entries.Length, in time, IntPtr.Zero);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "ppoll")]
    private static partial int Poll(ref PollEntry entries, nuint count, in TimeSpec limit, IntPtr signals);

    /// <summary>One socket to wait for, or <see cref="None"/>, which the kernel skips.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Seen;

        public readonly bool IsReady => Seen != 0;

        public static PollEntry For(int descriptor) => new() { Descriptor = descriptor, Wanted = Readable };

        public static PollEntry None => new() { Descriptor = -1 };
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
