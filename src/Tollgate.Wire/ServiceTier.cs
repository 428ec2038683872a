using System.Text;

namespace Tollgate.Wire;

/// <summary>The class of service that a call was given, as far as it decides the price (routing.md 19.2).</summary>
public enum ServiceTier : byte
{
    /// <summary>Nobody said; priced as <see cref="Standard"/>.</summary>
    Unstated,

    /// <summary><c>default</c>, <c>standard</c>, <c>auto</c>, <c>ON_DEMAND</c> and what else is no special class.</summary>
    Standard,

    /// <summary>Slower and cheaper: <c>flex</c>.</summary>
    Flex,

    /// <summary>Faster and dearer: <c>priority</c>.</summary>
    Priority,

    /// <summary>A batch job: <c>batch</c>.</summary>
    Batch,
}

/// <summary>Reads the words that dialects have for a class of service.</summary>
public static class ServiceTiers
{
    /// <summary>Reads a JSON value.</summary>
    /// <param name="json">A string with its quotes; anything else says nothing.</param>
    public static ServiceTier Read(ReadOnlySpan<byte> json)
    {
        if (json.Length < 3 || json[0] != (byte)'"' || json[^1] != (byte)'"')
        {
            return ServiceTier.Unstated;
        }

        var word = json[1..^1];
        return Ascii.EqualsIgnoreCase(word, "priority"u8) || Ascii.EqualsIgnoreCase(word, "on_demand_priority"u8) ? ServiceTier.Priority
            : Ascii.EqualsIgnoreCase(word, "flex"u8) || Ascii.EqualsIgnoreCase(word, "on_demand_flex"u8) ? ServiceTier.Flex
            : Ascii.EqualsIgnoreCase(word, "batch"u8) ? ServiceTier.Batch
            : ServiceTier.Standard;
    }
}
