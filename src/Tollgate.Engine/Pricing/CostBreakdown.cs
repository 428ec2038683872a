namespace Tollgate.Engine.Pricing;

/// <summary>What a call costs and how that came about (routing.md 19.3). USD, exact, rounded to 12 places.</summary>
/// <remarks>
/// Input, output and tools add up to <see cref="Original"/>, unless the upstream named the sum itself; original minus discount plus margin is
/// <see cref="Total"/>. The default value is a call that costs nothing: a cache hit.
/// </remarks>
public readonly record struct CostBreakdown
{
    public decimal Input { get; init; }

    public decimal Output { get; init; }

    /// <summary>Web searches, file searches, code sessions.</summary>
    public decimal Tools { get; init; }

    /// <summary>The sum before discount and margin.</summary>
    public decimal Original { get; init; }

    /// <summary>Part let off, 0 to 1.</summary>
    public decimal DiscountPercent { get; init; }

    public decimal DiscountAmount { get; init; }

    /// <summary>Part added, 0.1 being ten percent.</summary>
    public decimal MarginPercent { get; init; }

    /// <summary>Fixed part of the margin.</summary>
    public decimal MarginFixed { get; init; }

    /// <summary>The whole margin.</summary>
    public decimal MarginTotal { get; init; }

    /// <summary>What is charged.</summary>
    public decimal Total { get; init; }

    /// <summary>Nobody knows the model's price; the total is what is known (<c>cost_unknown</c>).</summary>
    public bool IsUnknown { get; init; }

    /// <summary>No price is known here and the sum is the one that the upstream named.</summary>
    public bool IsFromProvider { get; init; }

    /// <summary>What two costs come to together; percentages stay this one's.</summary>
    public CostBreakdown Plus(in CostBreakdown other) => this with
    {
        Input = Input + other.Input,
        Output = Output + other.Output,
        Tools = Tools + other.Tools,
        Original = Original + other.Original,
        DiscountAmount = DiscountAmount + other.DiscountAmount,
        MarginFixed = MarginFixed + other.MarginFixed,
        MarginTotal = MarginTotal + other.MarginTotal,
        Total = Total + other.Total,
        IsUnknown = IsUnknown || other.IsUnknown,
    };

    /// <summary>The total in nano-USD (10^-9), as budgets count, rounded up.</summary>
    public long TotalNano => NanoUsd.Ceiling(Total);
}
