using Tollgate.Wire;

namespace Tollgate.Engine.Pricing;

/// <summary>The prices that hold for one class of service from one size of prompt on, every kind filled in: what is missing was looked up.</summary>
internal sealed class RateTable
{
    private static readonly int Kinds = PriceNames.All.Length;

    /// <summary>Batch jobs cost half of what nobody prices for them (routing.md 19.2).</summary>
    private const decimal BatchFactor = 0.5m;

    private readonly decimal[] _rates = new decimal[Kinds];
    private readonly PriceFields _fields;
    private readonly ServiceTier _tier;
    private readonly long[] _thresholds;

    /// <summary>Fills a table.</summary>
    /// <param name="fields">What was stated.</param>
    /// <param name="tier">The class of service.</param>
    /// <param name="thresholds">Sizes at or below this table's, largest first; the first is this table's own, the last is 0.</param>
    public RateTable(PriceFields fields, ServiceTier tier, long[] thresholds)
    {
        _fields = fields;
        _tier = tier;
        _thresholds = thresholds;
        for (var kind = 0; kind < Kinds; kind++)
        {
            _rates[kind] = Stated((PriceKind)kind) ?? 0;
        }

        FillTokens();
        FillSearches();
    }

    /// <summary>Holds for prompts of more tokens than this.</summary>
    public long Above => _thresholds[0];

    /// <summary>USD per unit.</summary>
    public decimal this[PriceKind kind] => _rates[(int)kind];

    /// <summary>The most that a token of the prompt can cost.</summary>
    public decimal MostInput => Most(
        PriceKind.Input, PriceKind.CacheRead, PriceKind.CacheWrite, PriceKind.CacheWrite1h, PriceKind.AudioInput, PriceKind.AudioCacheRead,
        PriceKind.ImageInput, PriceKind.ImageCacheRead, PriceKind.VideoInput);

    /// <summary>The most that a token of the completion can cost.</summary>
    public decimal MostOutput => Most(
        PriceKind.Output, PriceKind.Reasoning, PriceKind.AudioOutput, PriceKind.ImageOutput, PriceKind.VideoOutput);

    /// <summary>The next smaller size that states a price counts where this one is silent; then the base; and within each the class first.</summary>
    private decimal? Stated(PriceKind kind)
    {
        foreach (var above in _thresholds)
        {
            if (_tier is not ServiceTier.Standard && _fields[new PriceKey(kind, above, _tier)] is { } own)
            {
                return own;
            }

            if (_fields[new PriceKey(kind, above)] is { } standard)
            {
                return _tier is ServiceTier.Batch && kind < PriceKind.WebSearchLow ? standard * BatchFactor : standard;
            }
        }

        return null;
    }

    /// <summary>Missing special prices are those of plain tokens; a side that has only special prices charges them for plain ones too.</summary>
    private void FillTokens()
    {
        var cacheRead = Stated(PriceKind.CacheRead);
        var input = Stated(PriceKind.Input) ?? Stated(PriceKind.AudioInput) ?? Stated(PriceKind.ImageInput) ?? Stated(PriceKind.VideoInput) ?? 0;
        var output = Stated(PriceKind.Output) ?? Stated(PriceKind.ImageOutput) ?? Stated(PriceKind.AudioOutput)
            ?? Stated(PriceKind.VideoOutput) ?? Stated(PriceKind.Reasoning) ?? 0;
        Set(PriceKind.Input, input);
        Set(PriceKind.Output, output);
        Set(PriceKind.CacheRead, cacheRead ?? input);
        Set(PriceKind.CacheWrite, Stated(PriceKind.CacheWrite) ?? input);
        Set(PriceKind.CacheWrite1h, Stated(PriceKind.CacheWrite1h) ?? this[PriceKind.CacheWrite]);
        Set(PriceKind.AudioInput, Stated(PriceKind.AudioInput) ?? input);
        Set(PriceKind.ImageInput, Stated(PriceKind.ImageInput) ?? input);
        Set(PriceKind.VideoInput, Stated(PriceKind.VideoInput) ?? input);
        Set(PriceKind.AudioCacheRead, Stated(PriceKind.AudioCacheRead) ?? cacheRead ?? this[PriceKind.AudioInput]);
        Set(PriceKind.AudioCacheWrite, Stated(PriceKind.AudioCacheWrite) ?? this[PriceKind.AudioInput]);
        Set(PriceKind.ImageCacheRead, Stated(PriceKind.ImageCacheRead) ?? cacheRead ?? this[PriceKind.ImageInput]);
        Set(PriceKind.Reasoning, Stated(PriceKind.Reasoning) ?? output);
        Set(PriceKind.AudioOutput, Stated(PriceKind.AudioOutput) ?? output);
        Set(PriceKind.ImageOutput, Stated(PriceKind.ImageOutput) ?? output);
        Set(PriceKind.VideoOutput, Stated(PriceKind.VideoOutput) ?? output);
    }

    private void FillSearches()
    {
        var any = Stated(PriceKind.WebSearchMedium) ?? Stated(PriceKind.WebSearchHigh) ?? Stated(PriceKind.WebSearchLow) ?? 0;
        foreach (var kind in (ReadOnlySpan<PriceKind>)[PriceKind.WebSearchLow, PriceKind.WebSearchMedium, PriceKind.WebSearchHigh])
        {
            Set(kind, Stated(kind) ?? any);
        }
    }

    private void Set(PriceKind kind, decimal rate) => _rates[(int)kind] = rate;

    private decimal Most(params ReadOnlySpan<PriceKind> kinds)
    {
        var most = 0m;
        foreach (var kind in kinds)
        {
            most = Math.Max(most, this[kind]);
        }

        return most;
    }
}
