using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pricing;
using Tollgate.Wire;

namespace Tollgate.Engine.Tests.Pricing;

/// <summary>
/// Every kind of price, in every class of service and size of prompt, against a second calculation that follows the specification's formula
/// (routing.md 19.2, 19.3) over the price list's own names and knows nothing of the first.
/// </summary>
public sealed class EveryPriceTests
{
    private const int Rounds = 4000;

    /// <summary>Names of token prices, and whose price counts where they are silent.</summary>
    private static readonly Dictionary<string, string?> Kinds = new(StringComparer.Ordinal)
    {
        ["input_cost_per_token"] = null,
        ["output_cost_per_token"] = null,
        ["cache_read_input_token_cost"] = "input_cost_per_token",
        ["cache_creation_input_token_cost"] = "input_cost_per_token",
        ["cache_creation_input_token_cost_above_1hr"] = "cache_creation_input_token_cost",
        ["input_cost_per_audio_token"] = "input_cost_per_token",
        ["input_cost_per_image_token"] = "input_cost_per_token",
        ["input_cost_per_video_token"] = "input_cost_per_token",
        ["output_cost_per_reasoning_token"] = "output_cost_per_token",
        ["output_cost_per_audio_token"] = "output_cost_per_token",
        ["output_cost_per_image_token"] = "output_cost_per_token",
        ["output_cost_per_video_token"] = "output_cost_per_token",
    };

    private static readonly int[] Thousands = [128, 200, 272];
    private static readonly string[] Tiers = ["", "_flex", "_priority", "_batches"];

    private readonly Random _random = new(2026);

    [Fact]
    public void Tokens_CostWhatTheFormulaSays()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var prices = RandomPrices();
            var tier = (ServiceTier)_random.Next(5);
            var usage = RandomUsage() with { Tier = tier };
            var adjustment = _random.Next(2) == 0
                ? default
                : new CostAdjustment(_random.Next(101) / 100m, new CostMargin(_random.Next(200) / 100m, _random.Next(100) / 10_000m));
            var region = _random.Next(3) == 0 ? "eu" : null;
            var cost = CostCalculator.Calculate(new PriceSheet(FieldsOf(prices), new PricingSettings(), adjustment, region), usage);

            var suffix = Suffix(tier);
            var uplift = region is null ? 1 : prices.GetValueOrDefault("regional_processing_uplift_multiplier_eu", 1);
            var input = Input(prices, usage, suffix) * uplift + Price(prices, "input_cost_per_request", usage.PromptTokens, suffix);
            var output = Output(prices, usage, suffix) * uplift;
            var discounted = (input + output) * (1 - adjustment.Discount);
            var total = discounted * (1 + adjustment.Margin.Percentage) + adjustment.Margin.FixedAmount;
            var what = $"round {round}: {usage} {tier} {string.Join(' ', prices)}";
            cost.Input.ShouldBe(input, 1e-12m, what);
            cost.Output.ShouldBe(output, 1e-12m, what);
            cost.Total.ShouldBe(total, 1e-11m, what);
        }
    }

    [Fact]
    public void OwnPrices_ReplaceOneByOne_AndNothingElse()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var published = RandomPrices();
            var own = RandomPrices().Where(_ => _random.Next(4) == 0).ToDictionary(StringComparer.Ordinal);
            var usage = RandomUsage() with { Tier = (ServiceTier)_random.Next(5) };
            var merged = new Dictionary<string, decimal>(published, StringComparer.Ordinal);
            foreach (var (name, price) in own)
            {
                merged[name] = price;
            }

            var fields = FieldsOf(own).Over(FieldsOf(published));
            CostCalculator.Calculate(new PriceSheet(fields, new PricingSettings(), default), usage)
                .ShouldBe(CostCalculator.Calculate(new PriceSheet(FieldsOf(merged), new PricingSettings(), default), usage));
        }
    }

    /// <summary>What each surface counts besides tokens, the price of it, and how many of them there are.</summary>
    public static TheoryData<string, CallUnits, decimal> Units => new()
    {
        { "input_cost_per_second", new() { InputSeconds = 61.25m }, 61.25m },
        { "output_cost_per_second", new() { OutputSeconds = 7.5m }, 7.5m },
        { "input_cost_per_character", new() { InputCharacters = 4096 }, 4096 },
        { "output_cost_per_character", new() { OutputCharacters = 12 }, 12 },
        { "input_cost_per_image", new() { InputImages = 4 }, 4 },
        { "output_cost_per_image", new() { OutputImages = 10 }, 10 },
        { "output_cost_per_image_premium_image", new() { OutputImages = 2, IsPremium = true }, 2 },
        { "output_cost_per_pixel", new() { OutputImages = 3, PixelsPerImage = 1024 * 1792 }, 3 * 1024 * 1792 },
        { "input_cost_per_audio_per_second", new() { AudioSeconds = 0.5m }, 0.5m },
        { "input_cost_per_video_per_second", new() { VideoSeconds = 120 }, 120 },
        { "output_cost_per_video_per_second", new() { VideoOutputSeconds = 12 }, 12 },
        { "output_cost_per_second_1080p", new() { VideoOutputSeconds = 12, Is1080p = true }, 12 },
        { "input_cost_per_query", new() { Queries = 7 }, 7 },
        { "ocr_cost_per_page", new() { Pages = 300 }, 300 },
        { "annotation_cost_per_page", new() { AnnotatedPages = 30 }, 30 },
        { "ocr_cost_per_credit", new() { OcrCredits = 1.5m }, 1.5m },
        { "search_context_cost_per_query.search_context_size_low", new() { WebSearches = 3, SearchContext = SearchContextSize.Low }, 3 },
        { "search_context_cost_per_query.search_context_size_medium", new() { WebSearches = 3 }, 3 },
        { "search_context_cost_per_query.search_context_size_high", new() { WebSearches = 3, SearchContext = SearchContextSize.High }, 3 },
        { "code_interpreter_cost_per_session", new() { CodeSessions = 2 }, 2 },
        { "file_search_cost_per_1k_calls", new() { FileSearches = 5 }, 5 },
        { "file_search_cost_per_gb_per_day", new() { GigabyteDays = 0.25m }, 0.25m },
    };

    [Theory]
    [MemberData(nameof(Units))]
    public void Units_CostTheirNumberTimesTheirPrice(string name, CallUnits units, decimal count)
    {
        foreach (var price in (decimal[])[0.03m, 0.000000015m, 1_000m])
        {
            var fields = FieldsOf(new Dictionary<string, decimal>(StringComparer.Ordinal) { [name] = price, ["cache_read_input_token_cost"] = 1 });
            foreach (var tier in Enum.GetValues<ServiceTier>())
            {
                // Batch jobs cost half of what nobody prices for them; tools cost the same everywhere.
                var isTool = name.Contains("search", StringComparison.Ordinal) || name.StartsWith("code_", StringComparison.Ordinal);
                var factor = tier is ServiceTier.Batch && !isTool ? 0.5m : 1;
                var adjustment = new CostAdjustment(0.1m, new CostMargin(0.2m, 0));
                var cost = CostCalculator.Calculate(new PriceSheet(fields, new PricingSettings(), adjustment), default, tier, units);
                cost.Total.ShouldBe(count * price * factor * 0.9m * 1.2m, 1e-11m, $"{name} {tier}");
            }
        }
    }

    [Theory]
    [InlineData(1_000_000_000_000)]
    [InlineData(999_999_999_999_999)]
    public void HugeCounts_AreExact(long tokens)
    {
        var fields = FieldsOf(new Dictionary<string, decimal>(StringComparer.Ordinal)
        {
            ["input_cost_per_token"] = 0.0000025m,
            ["output_cost_per_token"] = 0.00001m,
        });
        var cost = CostCalculator.Calculate(
            new PriceSheet(fields, new PricingSettings(), default), new TokenUsage(tokens, tokens, 2 * tokens, 0, 0));
        cost.Total.ShouldBe(tokens * 0.0000125m);
    }

    private static decimal Input(Dictionary<string, decimal> prices, in TokenUsage usage, string tier)
    {
        var size = usage.PromptTokens;
        decimal Of(string name, long count) => count * Price(prices, name, size, tier);
        var text = usage.PromptTokens - usage.CachedTokens - usage.CacheCreationTokens - usage.AudioInputTokens - usage.ImageInputTokens
            - usage.VideoInputTokens;
        return Of("input_cost_per_token", text)
            + Of("cache_read_input_token_cost", usage.CachedTokens)
            + Of("cache_creation_input_token_cost", usage.CacheCreationTokens - usage.CacheCreation1hTokens)
            + Of("cache_creation_input_token_cost_above_1hr", usage.CacheCreation1hTokens)
            + Of("input_cost_per_audio_token", usage.AudioInputTokens)
            + Of("input_cost_per_image_token", usage.ImageInputTokens)
            + Of("input_cost_per_video_token", usage.VideoInputTokens);
    }

    private static decimal Output(Dictionary<string, decimal> prices, in TokenUsage usage, string tier)
    {
        var size = usage.PromptTokens;
        decimal Of(string name, long count) => count * Price(prices, name, size, tier);
        var text = usage.CompletionTokens - usage.ReasoningTokens - usage.AudioOutputTokens - usage.ImageOutputTokens - usage.VideoOutputTokens;
        return Of("output_cost_per_token", text)
            + Of("output_cost_per_reasoning_token", usage.ReasoningTokens)
            + Of("output_cost_per_audio_token", usage.AudioOutputTokens)
            + Of("output_cost_per_image_token", usage.ImageOutputTokens)
            + Of("output_cost_per_video_token", usage.VideoOutputTokens);
    }

    /// <summary>
    /// The price that holds: of the largest size the prompt is above, else of smaller ones, else the base; in each the class's own first; else
    /// that of the plainer kind.
    /// </summary>
    private static decimal Price(Dictionary<string, decimal> prices, string name, long size, string tier)
    {
        for (string? kind = name; kind is not null; kind = Kinds.GetValueOrDefault(kind))
        {
            foreach (var above in (string[])[.. Thousands.Where(n => size > n * 1000L).OrderDescending().Select(static n => $"_above_{n}k_tokens"), ""])
            {
                if (tier.Length > 0 && prices.TryGetValue(kind + above + tier, out var own))
                {
                    return own;
                }

                if (prices.TryGetValue(kind + above, out var plain))
                {
                    return tier is "_batches" ? plain / 2 : plain;
                }
            }
        }

        return 0;
    }

    private static string Suffix(ServiceTier tier) => tier switch
    {
        ServiceTier.Flex => "_flex",
        ServiceTier.Priority => "_priority",
        ServiceTier.Batch => "_batches",
        _ => "",
    };

    private static PriceFields FieldsOf(Dictionary<string, decimal> prices) => PriceFields.Of(
        prices.Select(static pair =>
        {
            PriceKey.TryParse(pair.Key, out var key).ShouldBeTrue(pair.Key);
            return KeyValuePair.Create(key, pair.Value);
        }), "test");

    /// <summary>Plain prices always, any of the others or none; some are zero.</summary>
    private Dictionary<string, decimal> RandomPrices()
    {
        var prices = new Dictionary<string, decimal>(StringComparer.Ordinal)
        {
            ["input_cost_per_token"] = RandomPrice(),
            ["output_cost_per_token"] = RandomPrice() + 0.000000001m,
        };
        foreach (var name in Kinds.Keys)
        {
            foreach (var above in (string[])["", .. Thousands.Select(static n => $"_above_{n}k_tokens")])
            {
                foreach (var tier in Tiers)
                {
                    if (_random.Next(6) == 0)
                    {
                        prices[name + above + tier] = RandomPrice();
                    }
                }
            }
        }

        if (_random.Next(4) == 0)
        {
            prices["input_cost_per_request"] = RandomPrice();
        }

        if (_random.Next(2) == 0)
        {
            prices["regional_processing_uplift_multiplier_eu"] = 1.1m;
        }

        return prices;
    }

    private decimal RandomPrice() => _random.Next(10) == 0 ? 0 : _random.Next(1, 100_000) / 1_000_000_000m;

    /// <summary>Parts within their whole, as an upstream reports them.</summary>
    private TokenUsage RandomUsage()
    {
        long Count(long most) => _random.Next(3) == 0 ? 0 : _random.NextInt64(most + 1);
        var prompt = Count(400_000);
        var completion = Count(60_000);
        var written = Count(prompt / 6);
        return new TokenUsage(prompt, completion, prompt + completion, Count(prompt / 6), Count(completion / 5))
        {
            CacheCreationTokens = written,
            CacheCreation1hTokens = Count(written),
            AudioInputTokens = Count(prompt / 6),
            ImageInputTokens = Count(prompt / 6),
            VideoInputTokens = Count(prompt / 6),
            AudioOutputTokens = Count(completion / 5),
            ImageOutputTokens = Count(completion / 5),
            VideoOutputTokens = Count(completion / 5),
        };
    }
}
