using System.Collections.Frozen;

namespace Tollgate.Engine.Configuration;

/// <summary>What is taken off or added to the providers' prices, and prices of tools that stand in no price list (routing.md 19.2, 19.3).</summary>
public sealed record PricingSettings
{
    /// <summary>The key of <see cref="Margins"/> that holds for providers without one of their own.</summary>
    public const string AllProviders = "global";

    /// <summary>Part of the price that a provider lets off, 0 to 1, by slug (<c>cost_discount_config</c>). Default none.</summary>
    public FrozenDictionary<string, decimal> Discounts { get; init; } = FrozenDictionary<string, decimal>.Empty;

    /// <summary>What is added for a provider, by slug or <see cref="AllProviders"/> (<c>cost_margin_config</c>). Default none.</summary>
    public FrozenDictionary<string, CostMargin> Margins { get; init; } = FrozenDictionary<string, CostMargin>.Empty;

    /// <summary>A call of a provider's file search, USD. Default 0.0025 (LiteLLM: <c>OPENAI_FILE_SEARCH_COST_PER_1K_CALLS</c>).</summary>
    public decimal FileSearchPerCall { get; init; } = 0.0025m;

    /// <summary>A session of a provider's code interpreter, USD. Default 0.03 (LiteLLM).</summary>
    public decimal CodeSession { get; init; } = 0.03m;
}

/// <summary>What is added to a price.</summary>
/// <param name="Percentage">Part of the discounted price; 0.1 is ten percent.</param>
/// <param name="FixedAmount">USD a call.</param>
public readonly record struct CostMargin(decimal Percentage, decimal FixedAmount);
