using Tollgate.Engine.Configuration;

namespace Tollgate.Engine.Pricing;

/// <summary>Discount and margin of one provider.</summary>
/// <param name="Discount">Part let off, 0 to 1.</param>
/// <param name="Margin">What is added afterwards.</param>
public readonly record struct CostAdjustment(decimal Discount, CostMargin Margin)
{
    /// <summary>What the operator set for a provider.</summary>
    public static CostAdjustment For(PricingSettings settings, string provider)
        => new(
            settings.Discounts.GetValueOrDefault(provider),
            settings.Margins.TryGetValue(provider, out var own) ? own : settings.Margins.GetValueOrDefault(PricingSettings.AllProviders));
}
