using Tollgate.Wire;

namespace Tollgate.Engine.Pricing;

/// <summary>What a call costs (routing.md 19.2, 19.3).</summary>
/// <remarks>PERF: runs once a call; nothing is allocated and a plain chat is about ten decimal operations (benchmark <c>CostBenchmarks</c>).</remarks>
public static class CostCalculator
{
    /// <summary>Places of a stored amount; LiteLLM's prices have at most ten.</summary>
    private const int Places = 12;

    private static readonly CallUnits NoUnits = new();

    /// <summary>Calculates.</summary>
    /// <param name="prices">The deployment's prices.</param>
    /// <param name="usage">Tokens; the cached ones are part of the prompt, reasoning is part of the completion.</param>
    /// <param name="requested">Class of service that was asked for; counts when the answer names none.</param>
    /// <param name="units">What was used besides tokens; null for nothing.</param>
    public static CostBreakdown Calculate(
        PriceSheet prices, in TokenUsage usage, ServiceTier requested = ServiceTier.Unstated, CallUnits? units = null)
    {
        if (prices.IsExplicitlyFree)
        {
            return default;
        }

        var rates = prices.RatesFor(usage.Tier is ServiceTier.Unstated ? requested : usage.Tier, usage.PromptTokens);
        var input = InputOf(rates, usage);
        var output = OutputOf(rates, usage);
        if (prices.Uplift != 1)
        {
            input *= prices.Uplift;
            output *= prices.Uplift;
        }

        var tools = 0m;
        if (units is not null)
        {
            (input, output) = UnitCosts.Add(rates, units, input, output);
            tools = ToolsOf(prices, rates, usage, units);
        }
        else if (usage.WebSearchRequests + usage.FileSearches + usage.CodeSessions > 0)
        {
            tools = ToolsOf(prices, rates, usage, NoUnits);
        }

        input = Round(input + rates[PriceKind.Request]);
        output = Round(output);
        tools = Round(tools);
        if (prices.IsPriced)
        {
            return Adjust(new CostBreakdown { Input = input, Output = output, Tools = tools, Original = input + output + tools }, prices);
        }

        // The upstream's own figure is the second best: prices are the operator's word, this is anybody's.
        return usage.ReportedCost is { } reported
            ? Adjust(new CostBreakdown { Original = Round(reported), IsFromProvider = true }, prices)
            : new CostBreakdown { Tools = tools, Original = tools, Total = tools, IsUnknown = true };
    }

    private static decimal InputOf(RateTable rates, in TokenUsage usage)
    {
        if (usage.CachedTokens == 0 && usage.CacheCreationTokens == 0 && usage.AudioInputTokens == 0 && usage.ImageInputTokens == 0
            && usage.VideoInputTokens == 0 && usage.CitationTokens == 0)
        {
            return usage.PromptTokens * rates[PriceKind.Input];
        }

        var written = usage.CacheCreationTokens;
        var written1h = Math.Min(usage.CacheCreation1hTokens, written);
        var cached = Math.Max(0, usage.CachedTokens - usage.CachedAudioTokens - usage.CachedImageTokens);

        // Cached audio is part of the audio count and of the cached count; it is paid once, as cached audio.
        var audio = Math.Max(0, usage.AudioInputTokens - usage.CachedAudioTokens);
        var image = Math.Max(0, usage.ImageInputTokens - usage.CachedImageTokens);
        var media = audio + usage.CachedAudioTokens + image + usage.CachedImageTokens + usage.VideoInputTokens;

        // More from and to the cache than the whole prompt: this upstream does not count the cached part among the prompt.
        var apart = cached + written > usage.PromptTokens;
        var text = Math.Max(0, usage.PromptTokens - media - (apart ? 0 : cached + written));
        return Part(text, rates, PriceKind.Input)
            + Part(cached, rates, PriceKind.CacheRead)
            + Part(written - written1h, rates, PriceKind.CacheWrite)
            + Part(written1h, rates, PriceKind.CacheWrite1h)
            + Part(audio, rates, PriceKind.AudioInput)
            + Part(usage.CachedAudioTokens, rates, PriceKind.AudioCacheRead)
            + Part(image, rates, PriceKind.ImageInput)
            + Part(usage.CachedImageTokens, rates, PriceKind.ImageCacheRead)
            + Part(usage.VideoInputTokens, rates, PriceKind.VideoInput)
            + Part(usage.CitationTokens, rates, PriceKind.Citation);
    }

    private static decimal OutputOf(RateTable rates, in TokenUsage usage)
    {
        if (usage.ReasoningTokens == 0 && usage.AudioOutputTokens == 0 && usage.ImageOutputTokens == 0 && usage.VideoOutputTokens == 0)
        {
            return usage.CompletionTokens * rates[PriceKind.Output];
        }

        var media = usage.AudioOutputTokens + usage.ImageOutputTokens + usage.VideoOutputTokens;
        var reasoning = usage.ReasoningTokens;

        // Some upstreams count reasoning beside the completion: the total tells, or a completion smaller than its own part.
        var apart = reasoning > usage.CompletionTokens
            || usage.TotalTokens >= usage.PromptTokens + usage.CompletionTokens + reasoning;
        var text = usage.TextOutputTokens > 0
            ? usage.TextOutputTokens
            : Math.Max(0, usage.CompletionTokens - media - (apart ? 0 : reasoning));
        return Part(text, rates, PriceKind.Output)
            + Part(reasoning, rates, PriceKind.Reasoning)
            + Part(usage.AudioOutputTokens, rates, PriceKind.AudioOutput)
            + Part(usage.ImageOutputTokens, rates, PriceKind.ImageOutput)
            + Part(usage.VideoOutputTokens, rates, PriceKind.VideoOutput);
    }

    private static decimal ToolsOf(PriceSheet prices, RateTable rates, in TokenUsage usage, CallUnits units)
    {
        var size = units.SearchContext switch
        {
            SearchContextSize.Low => PriceKind.WebSearchLow,
            SearchContextSize.High => PriceKind.WebSearchHigh,
            _ => PriceKind.WebSearchMedium,
        };
        return Math.Max(usage.WebSearchRequests, units.WebSearches) * rates[size]
            + Math.Max(usage.FileSearches, units.FileSearches) * prices.FileSearch
            + units.GigabyteDays * rates[PriceKind.StorageDay]
            + Math.Max(usage.CodeSessions, units.CodeSessions) * prices.CodeSession;
    }

    private static CostBreakdown Adjust(in CostBreakdown cost, PriceSheet prices)
    {
        var adjustment = prices.Adjustment;
        if (adjustment == default)
        {
            return cost with { Total = cost.Original };
        }

        var off = Round(cost.Original * adjustment.Discount);
        var discounted = cost.Original - off;
        var margin = Round(discounted * adjustment.Margin.Percentage + adjustment.Margin.FixedAmount);
        return cost with
        {
            DiscountPercent = adjustment.Discount,
            DiscountAmount = off,
            MarginPercent = adjustment.Margin.Percentage,
            MarginFixed = adjustment.Margin.FixedAmount,
            MarginTotal = margin,
            Total = discounted + margin,
        };
    }

    private static decimal Part(long count, RateTable rates, PriceKind kind) => count == 0 ? 0 : count * rates[kind];

    private static decimal Round(decimal usd) => decimal.Round(usd, Places, MidpointRounding.AwayFromZero);
}
