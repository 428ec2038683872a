using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Routing;

/// <summary>How long to wait before a retry (routing.md 6.3).</summary>
internal static class RetryDelay
{
    /// <summary>An upstream that asks for more is not waited for: a fallback, or the error at once.</summary>
    private static readonly TimeSpan LongestAskedFor = TimeSpan.FromSeconds(60);

    /// <summary>The wait; null when there is no point in waiting.</summary>
    /// <param name="outcome">The failure.</param>
    /// <param name="otherDeployment">A deployment that has not failed in this call can be tried instead.</param>
    /// <param name="attempt">1 for the first retry.</param>
    /// <param name="settings">Delays.</param>
    /// <param name="random">Jitter.</param>
    public static TimeSpan? For(AttemptOutcome outcome, bool otherDeployment, int attempt, RouterSettings settings, Random random)
    {
        if (otherDeployment)
        {
            return TimeSpan.Zero;
        }

        var jitter = settings.RetryJitter * random.NextDouble();
        if (outcome.RetryAfter is { } asked && asked > TimeSpan.Zero)
        {
            return asked > LongestAskedFor ? null : asked + jitter;
        }

        var backoff = settings.InitialRetryDelay * Math.Pow(2, Math.Min(attempt - 1, 16));
        backoff = backoff < settings.MaxRetryDelay ? backoff : settings.MaxRetryDelay;
        return (backoff > settings.RetryAfter ? backoff : settings.RetryAfter) + jitter;
    }
}
