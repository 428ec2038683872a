using Tollgate.Engine.Admission;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>Lengths of time in requests (admin-api.md 4.2, 4.3).</summary>
internal static class Durations
{
    /// <summary>True for the texts that mean no length at all.</summary>
    public static bool IsNone(string? text)
        => text is null || text.Trim().ToLowerInvariant() is "" or "none" or "null";

    /// <summary>A length; null for the texts that mean none.</summary>
    /// <exception cref="AdminException">400 for text that is no length.</exception>
    public static BudgetPeriod? Read(string? text, ErrorGroup errors)
    {
        if (IsNone(text))
        {
            return null;
        }

        return BudgetPeriod.TryParse(text, out var period)
            ? period
            : throw AdminException.Of(errors, 400, $"Unsupported duration unit, passed duration: {text}");
    }

    /// <summary>When a key made now expires; null for never (none, or <c>-1</c>).</summary>
    public static string? Expiry(string? duration, DateTimeOffset now, ErrorGroup errors)
        => duration?.Trim() is "-1" || Read(duration, errors) is not { } period ? null : Timestamps.Text(period.After(now));

    /// <summary>When a budget of this length resets; null without one.</summary>
    public static string? ResetAt(string? duration, DateTimeOffset now, TimeZoneInfo zone, ErrorGroup errors)
        => Read(duration, errors) is { } period ? Timestamps.Text(period.NextReset(now, zone)) : null;

    /// <summary>How long it lasts from now on, for comparison with bounds; endless for none and <c>-1</c>.</summary>
    public static TimeSpan Length(string? duration, DateTimeOffset now, ErrorGroup errors)
        => duration?.Trim() is "-1" || Read(duration, errors) is not { } period ? TimeSpan.MaxValue : period.After(now) - now;
}
