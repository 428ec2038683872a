using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pricing;
using Tollgate.Wire;

namespace Tollgate.Engine.Tests.Pricing;

public sealed class CostCalculatorTests
{
    private const string Chat = "input_cost_per_token=2.5/M output_cost_per_token=10/M ";

    public static TheoryData<string, TokenUsage, string, string> TokenKinds => new()
    {
        { Chat, Usage(1000, 500), "0.0025", "0.005" },
        { Chat, Usage(0, 0), "0", "0" },
        { Chat + "cache_read_input_token_cost=1.25/M", Usage(1000, 0) with { CachedTokens = 400 }, "0.002", "0" },
        { Chat, Usage(1000, 0) with { CachedTokens = 400 }, "0.0025", "0" },
        { Chat + "cache_creation_input_token_cost=3/M", Usage(1000, 0) with { CacheCreationTokens = 200 }, "0.0026", "0" },
        {
            Chat + "cache_creation_input_token_cost=3/M cache_creation_input_token_cost_above_1hr=5/M",
            Usage(1000, 0) with { CacheCreationTokens = 200, CacheCreation1hTokens = 100 }, "0.0028", "0"
        },
        { Chat + "cache_creation_input_token_cost=3/M", Usage(100, 0) with { CacheCreationTokens = 100, CacheCreation1hTokens = 100 }, "0.0003", "0" },
        { Chat + "input_cost_per_audio_token=40/M", Usage(1000, 0) with { AudioInputTokens = 100 }, "0.00625", "0" },
        {
            Chat + "input_cost_per_audio_token=40/M cache_read_input_audio_token_cost=2.5/M cache_read_input_token_cost=1.25/M",
            Usage(1000, 0) with { AudioInputTokens = 100, CachedTokens = 60, CachedAudioTokens = 40 }, "0.004725", "0"
        },
        { Chat + "input_cost_per_image_token=10/M", Usage(1000, 0) with { ImageInputTokens = 300 }, "0.00475", "0" },
        { Chat + "input_cost_per_video_token=4/M", Usage(1000, 0) with { VideoInputTokens = 1000 }, "0.004", "0" },
        { Chat + "output_cost_per_reasoning_token=4/M", Usage(0, 1000) with { ReasoningTokens = 600 }, "0", "0.0064" },
        { Chat, Usage(0, 1000) with { ReasoningTokens = 600 }, "0", "0.01" },
        { Chat + "output_cost_per_audio_token=80/M", Usage(0, 1000) with { AudioOutputTokens = 100 }, "0", "0.017" },
        { Chat + "output_cost_per_image_token=40/M", Usage(0, 1000) with { ImageOutputTokens = 1000 }, "0", "0.04" },
        { "input_cost_per_token=5/M output_cost_per_image_token=40/M", Usage(10, 1000), "0.00005", "0.04" },
        { Chat + "citation_cost_per_token=2/M", Usage(1000, 0) with { CitationTokens = 500 }, "0.0035", "0" },
        { Chat + "input_cost_per_request=0.005", Usage(1000, 0), "0.0075", "0" },

        // Reasoning beside the completion: the total says so.
        { Chat, new TokenUsage(100, 50, 350, 0, 200), "0.00025", "0.0025" },

        // Text given explicitly counts as it stands.
        { Chat, Usage(0, 1000) with { ReasoningTokens = 600, TextOutputTokens = 500 }, "0", "0.011" },

        // More cached than prompt: the upstream counts it apart.
        { Chat + "cache_read_input_token_cost=1/M", Usage(100, 0) with { CachedTokens = 1000 }, "0.00125", "0" },
        { "input_cost_per_token=0.0000025", Usage(3, 0), "0.0000075", "0" },
    };

    [Theory]
    [MemberData(nameof(TokenKinds))]
    public void EachKindOfToken_HasItsPrice(string prices, TokenUsage usage, string input, string output)
    {
        var cost = CostCalculator.Calculate(Prices.Sheet(prices), usage);
        (Text(cost.Input), Text(cost.Output)).ShouldBe((input, output));
        Text(cost.Total).ShouldBe(Text(cost.Input + cost.Output));
    }

    [Theory]
    [InlineData(200_000, "1.2")]
    [InlineData(200_001, "2.400012")]
    [InlineData(272_000, "3.264")]
    [InlineData(272_001, "5.44002")]
    public void SizeTier_PricesTheWholeCall_AboveItsThresholdOnly(long prompt, string input)
    {
        var sheet = Prices.Sheet(
            "input_cost_per_token=6/M input_cost_per_token_above_200k_tokens=12/M input_cost_per_token_above_272k_tokens=20/M "
            + "output_cost_per_token=0 output_cost_per_token_above_272k_tokens=1/M");
        Text(CostCalculator.Calculate(sheet, Usage(prompt, 0)).Input).ShouldBe(input);
    }

    [Fact]
    public void SizeTier_ReplacesCachePricesToo_AndLeavesWhatItDoesNotState()
    {
        var sheet = Prices.Sheet(
            "input_cost_per_token=3/M output_cost_per_token=15/M cache_read_input_token_cost=0.3/M cache_creation_input_token_cost=3.75/M "
            + "cache_creation_input_token_cost_above_1hr=6/M input_cost_per_token_above_200k_tokens=6/M output_cost_per_token_above_200k_tokens=22.5/M "
            + "cache_read_input_token_cost_above_200k_tokens=0.6/M cache_creation_input_token_cost_above_1hr_above_200k_tokens=12/M");
        var usage = Usage(300_000, 1000) with { CachedTokens = 100_000, CacheCreationTokens = 100_000, CacheCreation1hTokens = 50_000 };

        // 100,000 x 6 + 100,000 x 0.6 + 50,000 x 3.75 + 50,000 x 12 per million
        Text(CostCalculator.Calculate(sheet, usage).Input).ShouldBe("1.4475");
        Text(CostCalculator.Calculate(sheet, usage).Output).ShouldBe("0.0225");
    }

    [Theory]
    [InlineData(ServiceTier.Unstated, ServiceTier.Unstated, "0.0125")]
    [InlineData(ServiceTier.Unstated, ServiceTier.Priority, "0.021")]
    [InlineData(ServiceTier.Priority, ServiceTier.Unstated, "0.021")]
    [InlineData(ServiceTier.Standard, ServiceTier.Priority, "0.0125")]
    [InlineData(ServiceTier.Flex, ServiceTier.Priority, "0.01125")]
    [InlineData(ServiceTier.Batch, ServiceTier.Unstated, "0.00525")]
    public void ServiceTier_OfTheAnswerCounts_AndFallsBackToTheBasePrice(ServiceTier answered, ServiceTier requested, string total)
    {
        // Flex states only its input, batch only its output; batch takes half of what is missing.
        var sheet = Prices.Sheet(
            Chat + "input_cost_per_token_priority=4/M output_cost_per_token_priority=17/M input_cost_per_token_flex=1.25/M output_cost_per_token_batches=4/M");
        Text(CostCalculator.Calculate(sheet, Usage(1000, 1000) with { Tier = answered }, requested).Total).ShouldBe(total);
    }

    [Fact]
    public void PriorityAboveAThreshold_HasItsOwnPrice()
    {
        var sheet = Prices.Sheet(
            Chat + "input_cost_per_token_above_200k_tokens=5/M input_cost_per_token_priority=4/M input_cost_per_token_above_200k_tokens_priority=8/M");
        Text(CostCalculator.Calculate(sheet, Usage(250_000, 0), ServiceTier.Priority).Input).ShouldBe("2");
        Text(CostCalculator.Calculate(sheet, Usage(250_000, 0)).Input).ShouldBe("1.25");
    }

    public static TheoryData<string, CallUnits, TokenUsage, string> Units => new()
    {
        { "input_cost_per_second=0.0001 output_cost_per_second=0.0001", new() { InputSeconds = 60 }, default, "0.006" },
        { "input_cost_per_second=0.0002 output_cost_per_second=0.0001", new() { InputSeconds = 2.5m, OutputSeconds = 2.5m }, default, "0.00075" },
        { "input_cost_per_second=0.0001 input_cost_per_token=2.5/M", new() { InputSeconds = 60 }, Usage(1000, 0), "0.0025" },
        { "input_cost_per_character=0.000015", new() { InputCharacters = 1000 }, default, "0.015" },
        { "output_cost_per_character=0.00001", new() { OutputCharacters = 7 }, default, "0.00007" },
        { "output_cost_per_image=0.04", new() { OutputImages = 3 }, default, "0.12" },
        { "input_cost_per_image=0.04", new() { OutputImages = 2 }, default, "0.08" },
        { "output_cost_per_image=0.04 output_cost_per_token=40/M", new() { OutputImages = 1 }, Usage(0, 1000), "0.04" },
        { "output_cost_per_image=0.05 output_cost_per_token=40/M", new() { OutputImages = 1 }, Usage(10, 0), "0.05" },
        { "input_cost_per_pixel=0.00000004 output_cost_per_pixel=0", new() { OutputImages = 2, PixelsPerImage = 1_000_000 }, default, "0.08" },
        { "output_cost_per_image=0.008 output_cost_per_image_premium_image=0.01", new() { OutputImages = 1, IsPremium = true }, default, "0.01" },
        {
            "output_cost_per_image=0.008 output_cost_per_image_above_1024_and_1024_pixels_and_premium_image=0.012",
            new() { OutputImages = 1, IsPremium = true, PixelsPerImage = 2048 * 2048 }, default, "0.012"
        },
        {
            "output_cost_per_image=0.008 output_cost_per_image_above_512_and_512_pixels=0.01",
            new() { OutputImages = 1, PixelsPerImage = 2048 * 2048 }, default, "0.01"
        },
        { "output_cost_per_image=0.008 output_cost_per_image_above_512_and_512_pixels=0.01", new() { OutputImages = 1, PixelsPerImage = 512 * 512 }, default, "0.008" },
        { "input_cost_per_image=0.0001 input_cost_per_token=0.8/M", new() { InputImages = 2 }, Usage(1000, 0), "0.001" },
        { "input_cost_per_audio_per_second=0.00014", new() { AudioSeconds = 10 }, default, "0.0014" },
        { "input_cost_per_video_per_second=0.0005 input_cost_per_video_per_second_above_15s_interval=0.002", new() { VideoSeconds = 15 }, default, "0.0075" },
        { "input_cost_per_video_per_second=0.0005 input_cost_per_video_per_second_above_15s_interval=0.002", new() { VideoSeconds = 20 }, default, "0.04" },
        { "output_cost_per_video_per_second=0.1", new() { VideoOutputSeconds = 8 }, default, "0.8" },
        { "output_cost_per_second=0.05 output_cost_per_second_1080p=0.08", new() { VideoOutputSeconds = 8, Is1080p = true }, default, "0.64" },
        { "input_cost_per_query=0.002", new() { Queries = 3 }, default, "0.006" },
        { "ocr_cost_per_page=0.001 annotation_cost_per_page=0.003", new() { Pages = 4, AnnotatedPages = 2 }, default, "0.01" },
        { "ocr_cost_per_credit=0.015", new() { OcrCredits = 2 }, default, "0.03" },
        { Chat + SearchPrices, new() { WebSearches = 2 }, Usage(1000, 0), "0.0725" },
        { Chat + SearchPrices, new() { WebSearches = 2, SearchContext = SearchContextSize.Low }, Usage(1000, 0), "0.0625" },
        { Chat + SearchPrices, new() { WebSearches = 2, SearchContext = SearchContextSize.High }, Usage(1000, 0), "0.1025" },
        { Chat, new() { FileSearches = 2, CodeSessions = 1 }, Usage(1000, 0), "0.0375" },
        { Chat + "code_interpreter_cost_per_session=0.05 file_search_cost_per_1k_calls=0.001", new() { FileSearches = 2, CodeSessions = 1 }, Usage(1000, 0), "0.0545" },
        { Chat + "file_search_cost_per_gb_per_day=0.1", new() { GigabyteDays = 2 }, default, "0.2" },
    };

    private const string SearchPrices = "search_context_cost_per_query.search_context_size_low=0.03 "
        + "search_context_cost_per_query.search_context_size_medium=0.035 search_context_cost_per_query.search_context_size_high=0.05";

    [Theory]
    [MemberData(nameof(Units))]
    public void EachUnit_HasItsPrice(string prices, CallUnits units, TokenUsage usage, string total)
        => Text(CostCalculator.Calculate(Prices.Sheet(prices), usage, units: units).Total).ShouldBe(total);

    [Fact]
    public void SearchesInTheUsage_ArePaidWithoutUnits()
    {
        var cost = CostCalculator.Calculate(Prices.Sheet(Chat + SearchPrices), Usage(1000, 0) with { WebSearchRequests = 3 });
        (Text(cost.Input), Text(cost.Tools), Text(cost.Total)).ShouldBe(("0.0025", "0.105", "0.1075"));
    }

    [Fact]
    public void ToolsInTheUsage_ArePaidWithoutUnits()
    {
        var usage = Usage(1000, 0) with { FileSearches = 2, CodeSessions = 1 };
        Text(CostCalculator.Calculate(Prices.Sheet(Chat), usage).Tools).ShouldBe("0.035");
        Text(CostCalculator.Calculate(Prices.Sheet(Chat), usage, units: new CallUnits { FileSearches = 3 }).Tools).ShouldBe("0.0375");
    }

    [Theory]
    [InlineData("""{"model":"a"}""", null)]
    [InlineData("""{"model":"a","web_search_options":{}}""", null)]
    [InlineData("""{"model":"a","web_search_options":{"search_context_size":"high"}}""", SearchContextSize.High)]
    [InlineData("""{"model":"a","web_search_options":{"search_context_size":"medium"}}""", null)]
    [InlineData("""{"model":"a","tools":[7,{"type":"function"},{"type":"web_search","search_context_size":"low"}]}""", SearchContextSize.Low)]
    [InlineData("""{"model":"a","tools":"low","web_search_options":[]}""", null)]
    public void SizeOfSearches_IsTheClients(string body, SearchContextSize? size)
        => (SearchSizes.Of(Calls.Call(Calls.Config(Calls.Deployment("a", "m")), body))?.SearchContext).ShouldBe(size);

    [Theory]
    [InlineData(null, "0.0025")]
    [InlineData("eu", "0.00275")]
    [InlineData("us", "0.0025")]
    public void DataResidency_RaisesWhatTokensCost(string? region, string input)
        => Text(CostCalculator.Calculate(Prices.Sheet(Chat + "regional_processing_uplift_multiplier_eu=1.1", region: region), Usage(1000, 0)).Input)
            .ShouldBe(input);

    [Fact]
    public void DiscountThenMargin_InThatOrder()
    {
        var sheet = Prices.Sheet(Chat, new CostAdjustment(0.2m, new CostMargin(0.1m, 0.001m)));
        var cost = CostCalculator.Calculate(sheet, Usage(1000, 500));

        Text(cost.Original).ShouldBe("0.0075");
        Text(cost.DiscountAmount).ShouldBe("0.0015");
        Text(cost.MarginTotal).ShouldBe("0.0016");
        Text(cost.Total).ShouldBe("0.0076");
        (cost.DiscountPercent, cost.MarginPercent, cost.MarginFixed).ShouldBe((0.2m, 0.1m, 0.001m));
        cost.TotalNano.ShouldBe(7_600_000);
    }

    [Fact]
    public void FreeModel_CostsNothing_UnknownModelSaysSo()
    {
        var adjustment = new CostAdjustment(0, new CostMargin(0, 1));
        CostCalculator.Calculate(Prices.Sheet("input_cost_per_token=0 output_cost_per_token=0", adjustment), Usage(9, 9)).ShouldBe(default);

        var unknown = CostCalculator.Calculate(Prices.Sheet("", adjustment), Usage(9, 9));
        unknown.IsUnknown.ShouldBeTrue();
        unknown.Total.ShouldBe(0);

        var reported = CostCalculator.Calculate(Prices.Sheet(""), Usage(9, 9) with { ReportedCost = 0.25m });
        (reported.IsUnknown, reported.IsFromProvider, reported.Total).ShouldBe((false, true, 0.25m));
        CostCalculator.Calculate(Prices.Sheet(Chat), Usage(1000, 0) with { ReportedCost = 0.25m }).Total.ShouldBe(0.0025m);
    }

    [Fact]
    public void Parts_AddUpToTheTotal()
    {
        var random = new Random(19);
        for (var i = 0; i < 2000; i++)
        {
            long Count() => random.Next(4) == 0 ? 0 : random.NextInt64(0, 400_000);
            var usage = new TokenUsage(Count(), Count(), Count(), Count(), Count())
            {
                CacheCreationTokens = Count(),
                CacheCreation1hTokens = Count(),
                AudioInputTokens = Count(),
                CachedAudioTokens = Count(),
                ImageOutputTokens = Count(),
                TextOutputTokens = Count(),
                WebSearchRequests = random.Next(3),
                Tier = (ServiceTier)random.Next(5),
            };
            var adjustment = new CostAdjustment((decimal)random.NextDouble(), new CostMargin((decimal)random.NextDouble(), 0.001m));
            var sheet = Prices.Sheet(
                $"input_cost_per_token=3.3333/M output_cost_per_token=7.77777/M cache_read_input_token_cost=0.3/M input_cost_per_token_above_{random.Next(1, 300)}k_tokens=7/M "
                + SearchPrices, adjustment);
            var cost = CostCalculator.Calculate(sheet, usage, units: random.Next(2) == 0 ? null : new CallUnits { Queries = 3, CodeSessions = 1 });

            (cost.Input + cost.Output + cost.Tools).ShouldBe(cost.Original);
            (cost.Original - cost.DiscountAmount + cost.MarginTotal).ShouldBe(cost.Total);
            cost.Total.Scale.ShouldBeLessThanOrEqualTo((byte)12);
            cost.Input.ShouldBeGreaterThanOrEqualTo(0);
            cost.Output.ShouldBeGreaterThanOrEqualTo(0);
        }
    }

    [Fact]
    public void HugeCounts_DoNotOverflow()
    {
        var sheet = Prices.Sheet(
            "input_cost_per_token=1000000 output_cost_per_token=1000000", new CostAdjustment(0, new CostMargin(10, 1000)));
        const long most = 999_999_999_999_999;
        CostCalculator.Calculate(sheet, Usage(most, most)).TotalNano.ShouldBe(long.MaxValue);
        sheet.UpperBoundNano(most, most).ShouldBe(long.MaxValue);
    }

    [Fact]
    public void PlainCall_AllocatesNothing()
    {
        var sheet = Prices.Sheet(Chat + SearchPrices, new CostAdjustment(0.1m, new CostMargin(0.1m, 0)));
        var usage = Usage(1000, 500) with { CachedTokens = 100, ReasoningTokens = 10, WebSearchRequests = 1 };
        var total = CostCalculator.Calculate(sheet, usage).Total;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            total += CostCalculator.Calculate(sheet, usage, ServiceTier.Priority).Total;
        }

        GC.GetAllocatedBytesForCurrentThread().ShouldBe(before);
        total.ShouldBeGreaterThan(0);
    }

    private static TokenUsage Usage(long prompt, long completion) => new(prompt, completion, prompt + completion, 0, 0);

    private static string Text(decimal usd) => usd.ToString("0.############", System.Globalization.CultureInfo.InvariantCulture);
}
