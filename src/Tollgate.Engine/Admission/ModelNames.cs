using Tollgate.Engine.Pipeline;

namespace Tollgate.Engine.Admission;

/// <summary>Whether a limit for a model concerns a call: by its exact name, without provider prefix, or by pattern (routing.md 17.3).</summary>
internal static class ModelNames
{
    public static bool Fit(string limited, CallContext call)
    {
        var group = call.Group?.Name ?? call.Envelope.Model;
        return Fits(limited, call.Envelope.Model, call.Snapshot) || (!string.Equals(group, call.Envelope.Model, StringComparison.Ordinal) && Fits(limited, group, call.Snapshot));
    }

    /// <summary>The same for the name of a group.</summary>
    public static bool Fits(string limited, string model, GatewaySnapshot snapshot)
        => string.Equals(limited, model, StringComparison.Ordinal)
            || Bare(limited).SequenceEqual(Bare(model))
            || (limited.Contains('*', StringComparison.Ordinal) && snapshot.PatternFor(limited).Match(model) is not null);

    private static ReadOnlySpan<char> Bare(string model) => model.AsSpan(model.IndexOf('/', StringComparison.Ordinal) + 1);
}
