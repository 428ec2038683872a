using System.Globalization;
using Tollgate.Wire;

namespace Tollgate.Engine.Pricing;

/// <summary>One price of a model: what for, from what size of prompt on, for what class of service.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Above">Holds for prompts of more tokens than this; 0 is the base price.</param>
/// <param name="Tier">Class of service; <see cref="ServiceTier.Standard"/> is the base price.</param>
public readonly record struct PriceKey(PriceKind Kind, long Above = 0, ServiceTier Tier = ServiceTier.Standard)
{
    private const string AboveMark = "_above_";
    private const string AboveEnd = "k_tokens";
    private const int MostThousands = 1_000_000;

    private static readonly (string Suffix, ServiceTier Tier)[] Tiers =
    [
        ("_flex", ServiceTier.Flex),
        ("_priority", ServiceTier.Priority),
        ("_batches", ServiceTier.Batch),

        // COMPAT: the other spelling of one old entry in LiteLLM's price file.
        ("_batch_requests", ServiceTier.Batch),
    ];

    /// <summary>Reads LiteLLM's spelling: <c>input_cost_per_token_above_200k_tokens_priority</c>.</summary>
    public static bool TryParse(string name, out PriceKey key)
    {
        key = default;
        var tier = ServiceTier.Standard;
        foreach (var (suffix, meant) in Tiers)
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal))
            {
                name = name[..^suffix.Length];
                tier = meant;
                break;
            }
        }

        var above = 0L;
        var mark = name.LastIndexOf(AboveMark, StringComparison.Ordinal);
        if (mark > 0 && name.EndsWith(AboveEnd, StringComparison.Ordinal))
        {
            var digits = name.AsSpan(mark + AboveMark.Length, Math.Max(0, name.Length - mark - AboveMark.Length - AboveEnd.Length));
            if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var thousands)
                || thousands is <= 0 or > MostThousands)
            {
                return false;
            }

            above = (long)(thousands * 1000);
            name = name[..mark];
        }

        if (!PriceNames.ByKey.TryGetValue(name, out var kind))
        {
            return false;
        }

        key = new PriceKey(kind, above, tier);
        return true;
    }

    /// <summary>LiteLLM's spelling.</summary>
    public override string ToString()
    {
        var above = Above == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{AboveMark}{Above / 1000m:0.###}{AboveEnd}");
        var suffix = Tier switch
        {
            ServiceTier.Flex => "_flex",
            ServiceTier.Priority => "_priority",
            ServiceTier.Batch => "_batches",
            _ => "",
        };
        return PriceNames.Of(Kind).Key + above + suffix;
    }
}
