#pragma warning disable RS0030 // Answers and messages of calculators come as JSON trees; no call comes here.
using System.Text;
using System.Text.Json.Nodes;
using Tollgate.Engine;
using Tollgate.Engine.Pricing;
using Tollgate.Management.Spend;
using Tollgate.Wire;
using PricedCall = Tollgate.Engine.Pricing.CostEstimate;

namespace Tollgate.Hosting;

/// <summary>What calls would cost by the prices in force, for the control plane's calculators.</summary>
internal sealed class CostEstimator(SnapshotHolder snapshots) : ICostEstimator
{
    /// <inheritdoc/>
    public Management.Spend.CostEstimate? Estimate(string model, long inputTokens, long outputTokens)
    {
        if (PricedCall.For(snapshots.Current, model, inputTokens, outputTokens) is not { Cost.IsUnknown: false } call)
        {
            return null;
        }

        return new Management.Spend.CostEstimate(
            call.Provider, call.Cost.Input, call.Cost.Output, call.Prices[PriceKind.Input], call.Prices[PriceKind.Output]);
    }

    /// <inheritdoc/>
    public long CountTokens(string model, JsonArray messages) => TokenEstimate.FromBytes(Encoding.UTF8.GetByteCount(messages.ToJsonString()));

    /// <inheritdoc/>
    public decimal? CostOf(string? model, JsonObject completionResponse)
    {
        var name = model ?? (completionResponse["model"] as JsonValue)?.ToString();
        if (name is null || completionResponse["usage"] is not JsonObject usage)
        {
            return null;
        }

        var read = TokenUsage.Read(Encoding.UTF8.GetBytes(usage.ToJsonString()), 0);
        return PricedCall.For(snapshots.Current, name, read) is { Cost.IsUnknown: false } call ? call.Cost.Total : null;
    }
}

/// <summary>Budgets of providers as the engine counts them.</summary>
internal sealed class ProviderBudgets(ControlPlane plane) : IProviderBudgets
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<ProviderBudget>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ProviderBudget>>(
    [
        .. plane.ProviderBudgets().Select(static item => new ProviderBudget(
            item.Budget.Name, item.Budget.Max, item.Budget.Duration, item.Spent, item.Budget.Duration is null ? null : item.ResetAt)),
    ]);
}
