using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pricing;

namespace Tollgate.Engine.Tests.Pricing;

/// <summary>Sheets in short: LiteLLM's keys and USD as text.</summary>
internal static class Prices
{
    /// <summary>Reads <c>key=usd key=usd</c>; an amount may end in <c>/M</c>, a price per million.</summary>
    public static PriceFields Fields(string text, string source = "test")
        => PriceFields.Of(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static pair =>
        {
            var parts = pair.Split('=');
            PriceKey.TryParse(parts[0], out var key).ShouldBeTrue(parts[0]);
            var million = parts[1].EndsWith("/M", StringComparison.Ordinal);
            PriceFields.TryReadUsd(million ? parts[1][..^2] : parts[1], out var usd).ShouldBeTrue(parts[1]);
            return KeyValuePair.Create(key, million ? usd / 1_000_000 : usd);
        }), source);

    public static PriceSheet Sheet(string text, CostAdjustment adjustment = default, string? region = null)
        => new(Fields(text), new PricingSettings(), adjustment, region);
}
