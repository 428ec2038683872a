using Tollgate.Engine.Admission;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire;

namespace Tollgate.Engine.Upstream;

/// <summary>
/// How long a stream is read on after its client has left, to learn what it came to (<c>tollgate.disconnect_policy: drain</c>, routing.md
/// 17.7). The upstream produces it, and bills it, either way.
/// </summary>
/// <param name="admission">Where the client's slots are given back: it may call again at once.</param>
/// <param name="stopping">The gateway stops: what is still read on is then accounted as far as it has come.</param>
internal sealed class StreamDrain(AdmissionControl admission, CancellationToken stopping)
{
    private const long MostTokens = 100_000;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>Lets an attempt outlive its client, if that is the policy.</summary>
    public void Allow(CallContext call, AttemptClock clock, IClientWatch watch)
    {
        var config = call.Snapshot.Config;
        if (config.Spend.DrainsAbandoned && !stopping.IsCancellationRequested)
        {
            // No longer than a shutdown waits for calls that are running.
            clock.OutliveClient(config.Server.DrainTimeout < Longest ? config.Server.DrainTimeout : Longest, watch, stopping);
        }
    }

    /// <summary>The client has left: what it may do at one time does not depend on what its last call still produces.</summary>
    public void FreeSlots(CallContext call, CallScratch scratch) => admission.ReleaseSlots(call, scratch.Claims);

    /// <summary>More than is read on for.</summary>
    /// <param name="bytes">Text produced since the client has left.</param>
    public static bool IsTooMuch(long bytes) => TokenEstimate.FromBytes(bytes) > MostTokens;
}

/// <summary>Who is told that an attempt's client has left while the attempt goes on.</summary>
internal interface IClientWatch
{
    /// <summary>The client has left. Called once, on any thread, and never after the attempt's clock is disposed of.</summary>
    void ClientLeft();
}
