using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tollgate.Management.Configuration;

/// <summary>
/// What <c>cost_discount_config</c> and <c>cost_margin_config</c> may hold (admin-api.md 16.2): what is stored is also in force, or it is not
/// stored.
/// </summary>
internal static class PriceSettings
{
    public const string Discounts = "cost_discount_config";
    public const string Margins = "cost_margin_config";

    /// <summary>Parts of the price; ten times it is LiteLLM's limit, more is a percentage written as a whole number.</summary>
    private const double MostMargin = 10;

    /// <summary>USD a call.</summary>
    private const double MostFixed = 1000;

    /// <summary>What is wrong with new values of <c>litellm_settings</c>; null when these fit.</summary>
    public static string? FaultOf(JsonObject litellm) =>
        (litellm[Discounts] is JsonObject discounts ? FaultOfDiscounts(discounts) : null)
            ?? (litellm[Margins] is JsonObject margins ? FaultOfMargins(margins) : null);

    /// <summary>Provider to a fraction from 0 to 1.</summary>
    public static string? FaultOfDiscounts(JsonObject discounts) => discounts.FirstOrDefault(static entry => !IsWithin(entry.Value, 1)).Key is { } wrong
        ? $"The discount of {wrong} must be between 0 and 1"
        : null;

    /// <summary>Provider, or <c>global</c>, to a fraction, or to a percentage and a fixed amount.</summary>
    public static string? FaultOfMargins(JsonObject margins)
    {
        foreach (var (provider, value) in margins)
        {
            foreach (var (name, part) in value as JsonObject ?? new JsonObject { ["percentage"] = value?.DeepClone() })
            {
                if (name is not ("percentage" or "fixed_amount"))
                {
                    return $"Unknown member '{name}' of the margin of {provider}";
                }

                if (!IsWithin(part, name is "percentage" ? MostMargin : MostFixed))
                {
                    return name is "percentage"
                        ? $"The margin of {provider} must be a number from 0 to {MostMargin}: 0.1 is 10 %"
                        : $"The margin of {provider}.{name} must be a number from 0 to {MostFixed}: USD a call";
                }
            }
        }

        return null;
    }

    private static bool IsWithin(JsonNode? value, double most) =>
        value is not null && value.GetValueKind() == JsonValueKind.Number && value.GetValue<double>() is >= 0 and var number && number <= most;
}
