using System.Text.Json.Nodes;

namespace Tollgate.Management.Spend;

/// <summary>What a call costs. Implemented by the gateway over its prices.</summary>
public interface ICostEstimator
{
    /// <summary>Cost of a number of tokens; null for a model without a price.</summary>
    CostEstimate? Estimate(string model, long inputTokens, long outputTokens);

    /// <summary>How many tokens the messages of a chat have for a model.</summary>
    long CountTokens(string model, JsonArray messages);

    /// <summary>Cost of an answer by its usage, USD; null when the model has no price. <paramref name="model"/> wins over the answer's
    /// own.</summary>
    decimal? CostOf(string? model, JsonObject completionResponse);
}

/// <summary>Cost of one call.</summary>
/// <param name="Provider">Provider slug.</param>
/// <param name="InputCost">USD.</param>
/// <param name="OutputCost">USD.</param>
/// <param name="InputPerToken">USD; null when the price is not by token.</param>
/// <param name="OutputPerToken">USD; null when the price is not by token.</param>
public sealed record CostEstimate(string Provider, decimal InputCost, decimal OutputCost, decimal? InputPerToken, decimal? OutputPerToken);

/// <summary>Budgets of providers as they stand now. Implemented by the gateway over its counters.</summary>
public interface IProviderBudgets
{
    /// <summary>All configured ones; none is an empty list.</summary>
    Task<IReadOnlyList<ProviderBudget>> ListAsync(CancellationToken cancellationToken);
}

/// <summary>One provider's budget.</summary>
/// <param name="Provider">Provider slug.</param>
/// <param name="Limit">USD; null or zero is unlimited.</param>
/// <param name="Period">Length as written (<c>30d</c>); null for one that never resets.</param>
/// <param name="Spend">USD in the period.</param>
/// <param name="ResetAt">End of the period, UTC; null when it never resets.</param>
public sealed record ProviderBudget(string Provider, decimal? Limit, string? Period, decimal Spend, DateTimeOffset? ResetAt);
