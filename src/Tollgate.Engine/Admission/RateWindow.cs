namespace Tollgate.Engine.Admission;

/// <summary>How requests and tokens of a time are counted (routing.md 14.2, 14.3).</summary>
/// <param name="Length">Length of a window.</param>
/// <param name="IsFixed">
/// A window begins with its first request and is forgotten at its end, as LiteLLM counts (<c>tollgate.rate_limit_algorithm: fixed</c>); false
/// slides.
/// </param>
public readonly record struct RateWindow(TimeSpan Length, bool IsFixed = false)
{
    /// <summary>The length in ticks.</summary>
    public long Ticks => Length.Ticks;

    /// <summary>A sliding window.</summary>
    public static implicit operator RateWindow(TimeSpan length) => new(length);
}
