using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Pipeline;

/// <summary>The times that bound an attempt (routing.md section 7).</summary>
/// <param name="Whole">The whole attempt.</param>
/// <param name="FirstChunk">Up to the first chunk of a stream; the same as <paramref name="Whole"/> for calls that do not stream.</param>
/// <param name="Idle">Longest silence within a stream.</param>
internal readonly record struct CallTimeouts(TimeSpan Whole, TimeSpan FirstChunk, TimeSpan Idle)
{
    /// <summary>Unless the client said how long it waits, all attempts together get this many times one attempt's timeout.</summary>
    private const int AttemptsWorth = 3;

    /// <summary>Resolves the times for an attempt on a deployment.</summary>
    public static CallTimeouts For(CallContext call, Deployment deployment)
    {
        var config = call.Snapshot.Config;
        var whole = call.Envelope.Timeout ?? deployment.Config.Timeout ?? config.Router.Timeout ?? config.Models.RequestTimeout;
        var asked = call.Envelope.StreamTimeout ?? deployment.Config.StreamTimeout ?? config.Router.StreamTimeout;
        var first = asked ?? whole;

        // Silence is bounded even where nobody bounds the first chunk: a stream that has begun and stopped is not thinking any more.
        var idle = asked > config.Server.StreamIdleTimeout ? asked.Value : config.Server.StreamIdleTimeout;
        if (config.Models.MaxStreamDuration is { } longest && call.Envelope.Stream && longest < whole)
        {
            whole = longest;
        }

        return new CallTimeouts(whole, call.Envelope.Stream && first < whole ? first : whole, idle);
    }

    /// <summary>The longest that a call may take with all its attempts.</summary>
    public static TimeSpan LongestOf(CallContext call)
    {
        var config = call.Snapshot.Config;
        return call.Envelope.Timeout ?? (config.Router.Timeout ?? config.Models.RequestTimeout) * AttemptsWorth;
    }

    /// <summary>Time that is left for the whole call, over all its attempts.</summary>
    public static TimeSpan RemainingOf(CallContext call, TimeProvider time)
    {
        return LongestOf(call) - time.GetElapsedTime(call.StartedAt);
    }
}
