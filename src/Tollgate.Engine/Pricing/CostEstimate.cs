using Tollgate.Wire;

namespace Tollgate.Engine.Pricing;

/// <summary>What a call to a model would cost, for calculators (<c>/spend/calculate</c>, <c>/cost/estimate</c>).</summary>
/// <param name="Provider">Slug of the provider; empty when none is known.</param>
/// <param name="Prices">The prices used.</param>
/// <param name="Cost">What it comes to.</param>
public sealed record CostEstimate(string Provider, PriceSheet Prices, CostBreakdown Cost)
{
    /// <summary>Estimates by public model name; of several deployments the first counts. Names outside the model list are looked up in the catalogue.</summary>
    /// <param name="snapshot">Configuration and prices.</param>
    /// <param name="model">The name as a client writes it.</param>
    /// <param name="inputTokens">Tokens of the prompt.</param>
    /// <param name="outputTokens">Tokens of the completion.</param>
    /// <returns>Null when nobody knows the model; a known model may still be unpriced (<see cref="CostBreakdown.IsUnknown"/>).</returns>
    public static CostEstimate? For(GatewaySnapshot snapshot, string model, long inputTokens, long outputTokens)
        => For(snapshot, model, new TokenUsage(inputTokens, outputTokens, inputTokens + outputTokens, 0, 0));

    /// <summary>The same for a whole usage, say of an answer that is at hand.</summary>
    public static CostEstimate? For(GatewaySnapshot snapshot, string model, in TokenUsage usage, CallUnits? units = null)
    {
        if (snapshot.Models.Resolve(model) is { Deployments: [var deployment, ..] })
        {
            return Of(deployment.Connection.Provider, deployment.Prices, usage, units);
        }

        return snapshot.Prices.Published(model, out var provider) is { } published ? Of(provider, published, usage, units) : null;
    }

    private static CostEstimate Of(string provider, PriceSheet prices, in TokenUsage usage, CallUnits? units)
        => new(provider, prices, CostCalculator.Calculate(prices, usage, units: units));
}
