using Tollgate.Engine.Admission;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;

namespace Tollgate.Engine.Pipeline;

/// <summary>What a call is expected to use and cost (routing.md 14.3, 17.5).</summary>
/// <param name="ToReserve">What admission holds.</param>
/// <param name="IsUnpriced">Nobody knows what the model costs.</param>
internal readonly record struct CallEstimate(Estimate ToReserve, bool IsUnpriced)
{
    /// <summary>Output that is assumed for money when the client set no limit.</summary>
    private const long UsualOutput = 500;

    /// <summary>Least output that is assumed for token limits when the client set no limit.</summary>
    private const long LeastOutput = 1024;

    /// <summary>Output that is assumed for an upper bound when neither client nor catalogue knows one.</summary>
    private const long LargeOutput = 32_768;

    /// <summary>Input that is assumed for an upper bound when a prompt points at media elsewhere and the catalogue knows no bound.</summary>
    private const long LargeInput = 200_000;

    /// <summary>No call has more; such an estimate fits no limit.</summary>
    private const long MostTokens = 1_000_000_000_000_000;

    public static CallEstimate For(CallContext call) => For(call, call.Envelope.MaxOutputTokens);

    /// <summary>The output limit of a call: its own, or else the largest of the models that it may go to.</summary>
    public static long OutputLimitOf(CallContext call)
        => call.Envelope.MaxOutputTokens ?? call.Group?.Deployments.Max(static deployment => deployment.Sizes.MaxOutputTokens) ?? LargeOutput;

    /// <summary>The estimate of a call with an output limit that need not be its own.</summary>
    public static CallEstimate For(CallContext call, long? maxOutput) => For(call, call.Group, maxOutput);

    /// <summary>The same on a group that it has fallen back to.</summary>
    public static CallEstimate For(CallContext call, ModelGroup? asked, long? maxOutput)
    {
        if (call.CountsTokens)
        {
            return new CallEstimate(new Estimate(0, 0, 0, IsFree: true), IsUnpriced: false);
        }

        var group = asked!;
        var mode = call.Snapshot.Config.Budgets.Mode;
        var input = TokenEstimate.FromBytes(call.Body.Length);
        var limit = call.Surface == Surface.Embeddings || call.Media is not null ? 0 : maxOutput;
        var choices = Times(call.Envelope.Choices, PromptListCaller.CountOf(call));
        var isStrict = mode == BudgetMode.Strict;
        var cost = 0L;
        var isFree = true;
        var isUnpriced = call.Surface is not Surface.Moderations;
        var mostOutput = 0L;
        foreach (var deployment in group.Deployments)
        {
            Add(deployment);
        }

        if (isStrict)
        {
            // Wherever the call may go, it must fit.
            foreach (var next in FallbackGroups(call, group))
            {
                foreach (var deployment in next.Deployments)
                {
                    Add(deployment);
                }
            }
        }

        var output = Times(choices, limit ?? Math.Min(mostOutput == 0 ? long.MaxValue : mostOutput, Math.Max(input, LeastOutput)));
        return new CallEstimate(new Estimate(input, output, cost, isFree), isUnpriced);

        void Add(Deployment deployment)
        {
            if (deployment.Config.Info.Blocked)
            {
                return;
            }

            var prices = call.PricesOf(deployment);
            isFree &= prices.IsExplicitlyFree;
            isUnpriced &= !prices.IsPriced;
            mostOutput = Math.Max(mostOutput, deployment.Sizes.MaxOutputTokens ?? 0);
            cost = Math.Max(cost, call.Media is { } media ? media.EstimateNano(deployment) : isStrict
                ? prices.UpperBoundNano(InputBound(call, deployment), Times(choices, limit ?? deployment.Sizes.MaxOutputTokens ?? LargeOutput))
                : prices.EstimateNano(input, Times(choices, limit ?? UsualOutput)));
        }
    }

    /// <summary>The same for a call that is relayed as it is.</summary>
    /// <param name="call">The call.</param>
    /// <param name="deployment">Where it goes.</param>
    /// <param name="isModelKnown">False for calls of no model: they have no tokens, and cost what the operator has set.</param>
    public static CallEstimate ForRelayed(CallContext call, Deployment deployment, bool isModelKnown)
    {
        var fixedCost = Money.ToNano(call.FixedCost);
        if (!isModelKnown)
        {
            return new CallEstimate(new Estimate(0, 0, fixedCost, IsFree: false), IsUnpriced: false);
        }

        var prices = deployment.Prices;
        var input = TokenEstimate.FromBytes(call.Body.Length);
        var limit = call.Envelope.MaxOutputTokens;
        var cost = call.Snapshot.Config.Budgets.Mode == BudgetMode.Strict
            ? prices.UpperBoundNano(InputBound(call, deployment), limit ?? deployment.Sizes.MaxOutputTokens ?? LargeOutput)
            : prices.EstimateNano(input, limit ?? UsualOutput);
        return new CallEstimate(
            new Estimate(input, limit ?? Math.Max(input, LeastOutput), Math.Max(cost, fixedCost), prices.IsExplicitlyFree), !prices.IsPriced);
    }

    /// <summary>A product of what clients ask for, which may be anything: too many are too many, never less than none.</summary>
    private static long Times(long count, long tokens) => count > 0 && tokens > MostTokens / count ? MostTokens : count * tokens;

    /// <summary>No text has more tokens than bytes. What a prompt only points at may have any number: then the model's context is the bound.</summary>
    private static long InputBound(CallContext call, Deployment deployment)
    {
        var text = call.Body.Span;
        var pointsElsewhere = text.IndexOf("_url\""u8) >= 0 || text.IndexOf("file_id\""u8) >= 0 || text.IndexOf("input_audio"u8) >= 0;
        return pointsElsewhere ? Math.Max(call.Body.Length, deployment.Sizes.MaxInputTokens ?? LargeInput) : call.Body.Length;
    }

    private static IEnumerable<ModelGroup> FallbackGroups(CallContext call, ModelGroup group)
    {
        if (!call.MayFallBack)
        {
            yield break;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var kind in (ReadOnlySpan<UpstreamErrorKind>)[
            UpstreamErrorKind.InternalServer, UpstreamErrorKind.ContextWindowExceeded, UpstreamErrorKind.ContentPolicyViolation])
        {
            names.UnionWith(FallbackChain.NamesFor(call, group.Name, kind));
        }

        if (!call.Envelope.Fallbacks.IsDefaultOrEmpty)
        {
            names.UnionWith(call.Envelope.Fallbacks.Select(static target => target.Model));
        }

        foreach (var name in names)
        {
            if (call.Snapshot.Models.Resolve(name) is { } next)
            {
                yield return next;
            }
        }
    }
}
