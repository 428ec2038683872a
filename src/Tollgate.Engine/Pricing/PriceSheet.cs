using Tollgate.Engine.Configuration;
using Tollgate.Wire;

namespace Tollgate.Engine.Pricing;

/// <summary>The prices of one deployment, compiled for <see cref="CostCalculator"/>: USD per unit. Immutable.</summary>
public sealed class PriceSheet
{
    private readonly PricingSettings _settings;
    private readonly string? _region;

    // By class of service; each largest threshold first, the base last.
    private readonly RateTable[] _standard;
    private readonly RateTable[] _flex;
    private readonly RateTable[] _priority;
    private readonly RateTable[] _batch;

    private readonly decimal _mostInput;
    private readonly decimal _mostOutput;

    /// <summary>Compiles prices.</summary>
    /// <param name="fields">What is known.</param>
    /// <param name="settings">Tool prices.</param>
    /// <param name="adjustment">Discount and margin.</param>
    /// <param name="region">Where the data must stay: <c>eu</c>, <c>us</c>, or null for anywhere; some providers charge more for that.</param>
    public PriceSheet(PriceFields fields, PricingSettings settings, CostAdjustment adjustment, string? region = null)
    {
        _settings = settings;
        _region = region;
        Fields = fields;
        Adjustment = adjustment;
        IsPriced = fields.Values.Keys.Any(static key => IsOfModel(key.Kind));
        IsExplicitlyFree = fields.TokensAreFree && fields.Values.All(static price => price.Value == 0 || IsUplift(price.Key.Kind));
        Uplift = region switch
        {
            "eu" => fields[PriceKind.UpliftEu] ?? 1,
            "us" => fields[PriceKind.UpliftUs] ?? 1,
            _ => 1,
        };
        FileSearch = fields[PriceKind.FileSearch] ?? settings.FileSearchPerCall;
        CodeSession = fields[PriceKind.CodeSession] ?? settings.CodeSession;
        long[] thresholds = [.. fields.Values.Keys.Select(static key => key.Above).Append(0).Distinct().OrderDescending()];
        _standard = Tables(fields, ServiceTier.Standard, thresholds);
        _flex = Has(fields, ServiceTier.Flex) ? Tables(fields, ServiceTier.Flex, thresholds) : _standard;
        _priority = Has(fields, ServiceTier.Priority) ? Tables(fields, ServiceTier.Priority, thresholds) : _standard;
        _batch = Tables(fields, ServiceTier.Batch, thresholds);
        foreach (var table in (RateTable[])[.. _standard, .. _flex, .. _priority, .. _batch])
        {
            _mostInput = Math.Max(_mostInput, table.MostInput);
            _mostOutput = Math.Max(_mostOutput, table.MostOutput);
        }
    }

    /// <summary>Nothing is known of the model's price.</summary>
    public static PriceSheet Unknown { get; } = new(PriceFields.None, new PricingSettings(), default);

    /// <summary>What was stated, by whom.</summary>
    public PriceFields Fields { get; }

    /// <summary>Who stated it; empty when nobody did.</summary>
    public string Source => Fields.Source;

    /// <summary>A price for what the model does is known, be it zero.</summary>
    public bool IsPriced { get; }

    /// <summary>Zero is stated for both token prices and nothing else costs: budgets do not concern such calls (routing.md 19.4).</summary>
    public bool IsExplicitlyFree { get; }

    /// <summary>Discount and margin.</summary>
    public CostAdjustment Adjustment { get; }

    internal decimal Uplift { get; }

    internal decimal FileSearch { get; }

    internal decimal CodeSession { get; }

    /// <summary>A base price as stated, USD per unit; null when it is not.</summary>
    public decimal? this[PriceKind kind] => Fields[kind];

    /// <summary>The sheet with prices that an administrator sent with a request (routing.md 19.1, row 3).</summary>
    public PriceSheet With(PriceFields own) => own.IsEmpty ? this : new PriceSheet(own.Over(Fields), _settings, Adjustment, _region);

    /// <summary>What a call is likely to cost, nano-USD, rounded up: plain tokens at the price of the prompt's size.</summary>
    /// <param name="inputTokens">Tokens of the prompt, counted or estimated.</param>
    /// <param name="outputTokens">Tokens that may come back.</param>
    public long EstimateNano(long inputTokens, long outputTokens)
    {
        var rates = RatesFor(ServiceTier.Standard, inputTokens);
        return Bound(Math.Max(0, inputTokens) * rates[PriceKind.Input] + Math.Max(0, outputTokens) * rates[PriceKind.Output], rates);
    }

    /// <summary>
    /// The most that the tokens of a call can cost, nano-USD, rounded up: every token at the dearest price that any part, size or class of
    /// service has. Tools are not in it.
    /// </summary>
    public long UpperBoundNano(long inputTokens, long outputTokens)
        => Bound(Math.Max(0, inputTokens) * _mostInput + Math.Max(0, outputTokens) * _mostOutput, _standard[^1]);

    internal RateTable RatesFor(ServiceTier tier, long promptTokens)
    {
        var tables = tier switch
        {
            ServiceTier.Flex => _flex,
            ServiceTier.Priority => _priority,
            ServiceTier.Batch => _batch,
            _ => _standard,
        };
        foreach (var table in tables)
        {
            if (promptTokens > table.Above)
            {
                return table;
            }
        }

        return tables[^1];
    }

    private long Bound(decimal tokens, RateTable rates)
    {
        if (IsExplicitlyFree || !IsPriced)
        {
            return 0;
        }

        var original = tokens * Uplift + rates[PriceKind.Request];
        var discounted = original * (1 - Adjustment.Discount);
        return NanoUsd.Ceiling(discounted * (1 + Adjustment.Margin.Percentage) + Adjustment.Margin.FixedAmount);
    }

    private static RateTable[] Tables(PriceFields fields, ServiceTier tier, long[] thresholds)
        => [.. thresholds.Select((_, i) => new RateTable(fields, tier, thresholds[i..]))];

    private static bool Has(PriceFields fields, ServiceTier tier) => fields.Values.Keys.Any(key => key.Tier == tier);

    private static bool IsUplift(PriceKind kind) => kind is PriceKind.UpliftEu or PriceKind.UpliftUs;

    private static bool IsOfModel(PriceKind kind) => kind < PriceKind.WebSearchLow;
}
