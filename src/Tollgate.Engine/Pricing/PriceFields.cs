using System.Collections.Frozen;
using System.Globalization;

namespace Tollgate.Engine.Pricing;

/// <summary>Prices as somebody stated them, one by one: those that nobody stated are absent, not zero. Immutable.</summary>
public sealed class PriceFields
{
    /// <summary>No price per unit is higher; a larger figure is in another unit or currency, and products of it cannot overflow.</summary>
    public const decimal MostUsd = 1_000_000;

    private PriceFields(FrozenDictionary<PriceKey, decimal> values, string source)
    {
        Values = values;
        Source = source;
    }

    /// <summary>Nothing stated.</summary>
    public static PriceFields None { get; } = new(FrozenDictionary<PriceKey, decimal>.Empty, "");

    /// <summary>USD per unit (per token, not per million); factors for uplifts.</summary>
    public FrozenDictionary<PriceKey, decimal> Values { get; }

    /// <summary>Who stated them, for operators; of several, the first weighs most.</summary>
    public string Source { get; }

    public bool IsEmpty => Values.Count == 0;

    /// <summary>Both token prices are stated as zero (routing.md 19.4).</summary>
    public bool TokensAreFree => this[PriceKind.Input] == 0 && this[PriceKind.Output] == 0;

    /// <summary>A base price; null when not stated.</summary>
    public decimal? this[PriceKind kind] => this[new PriceKey(kind)];

    /// <summary>A price; null when not stated.</summary>
    public decimal? this[PriceKey key] => Values.TryGetValue(key, out var value) ? value : null;

    /// <summary>Collects prices.</summary>
    public static PriceFields Of(IEnumerable<KeyValuePair<PriceKey, decimal>> values, string source)
    {
        var last = new Dictionary<PriceKey, decimal>();
        foreach (var (key, value) in values)
        {
            last[key] = value;
        }

        return last.Count == 0 ? None : new PriceFields(last.ToFrozenDictionary(), source);
    }

    /// <summary>These prices, and those of <paramref name="lower"/> that are not stated here (routing.md 19.1).</summary>
    public PriceFields Over(PriceFields lower)
    {
        // Who says "free" means the whole model: a price of a cache or a tier from below would make it cost again.
        if (lower.IsEmpty || TokensAreFree)
        {
            return this;
        }

        return IsEmpty ? lower : Of(lower.Values.Concat(Values), $"{Source}, {lower.Source}");
    }

    /// <summary>Reads a price as people write it: <c>0.0000025</c>, <c>2.5e-06</c>; USD, zero or more.</summary>
    public static bool TryReadUsd(ReadOnlySpan<char> text, out decimal usd)
        => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out usd) && usd is >= 0 and <= MostUsd
            && (usd != 0 || IsZero(text));

    // A price below the reach of decimals would become "free".
    private static bool IsZero(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny('e', 'E');
        return (end < 0 ? text : text[..end]).IndexOfAnyInRange('1', '9') < 0;
    }
}
