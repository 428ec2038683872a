using System.Text;
using System.Text.Json;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pricing;
using Tollgate.Wire;

namespace Tollgate.Engine.Tests.Pricing;

public sealed class PriceSheetTests
{
    [Theory]
    [InlineData("input_cost_per_token", PriceKind.Input, 0, ServiceTier.Standard)]
    [InlineData("input_cost_per_token_above_200k_tokens", PriceKind.Input, 200_000, ServiceTier.Standard)]
    [InlineData("cache_creation_input_token_cost_above_1hr", PriceKind.CacheWrite1h, 0, ServiceTier.Standard)]
    [InlineData("cache_creation_input_token_cost_above_1hr_above_200k_tokens", PriceKind.CacheWrite1h, 200_000, ServiceTier.Standard)]
    [InlineData("output_cost_per_token_above_272k_tokens_priority", PriceKind.Output, 272_000, ServiceTier.Priority)]
    [InlineData("cache_read_input_token_cost_flex", PriceKind.CacheRead, 0, ServiceTier.Flex)]
    [InlineData("input_cost_per_token_batches", PriceKind.Input, 0, ServiceTier.Batch)]
    [InlineData("output_cost_per_token_above_32.768k_tokens", PriceKind.Output, 32_768, ServiceTier.Standard)]
    [InlineData("search_context_cost_per_query.search_context_size_low", PriceKind.WebSearchLow, 0, ServiceTier.Standard)]
    public void Key_IsReadAndWritten(string name, PriceKind kind, long above, ServiceTier tier)
    {
        PriceKey.TryParse(name, out var key).ShouldBeTrue();
        key.ShouldBe(new PriceKey(kind, above, tier));
        key.ToString().ShouldBe(name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("_flex")]
    [InlineData("input_cost_per_moon")]
    [InlineData("input_cost_per_token_above_k_tokens")]
    [InlineData("input_cost_per_token_above_0k_tokens")]
    [InlineData("input_cost_per_token_above_99999999999999999999999999999999k_tokens")]
    [InlineData("_above_k_tokens")]
    public void OtherKeys_AreNone(string name) => PriceKey.TryParse(name, out _).ShouldBeFalse();

    [Fact]
    public void EveryKind_HasItsNameInItsPlace()
    {
        PriceNames.All.Select(static name => name.Kind).ShouldBe(Enum.GetValues<PriceKind>());
        foreach (var name in PriceNames.All)
        {
            PriceKey.TryParse(name.Key, out var key).ShouldBeTrue();
            key.ShouldBe(new PriceKey(name.Kind));
        }
    }

    [Theory]
    [InlineData("", false, false)]
    [InlineData("input_cost_per_token=0 output_cost_per_token=0", true, true)]
    [InlineData("input_cost_per_token=0", true, false)]
    [InlineData("input_cost_per_token=0 output_cost_per_token=0 output_cost_per_image=0.04", true, false)]
    [InlineData("input_cost_per_token=1/M output_cost_per_token=0", true, false)]
    [InlineData("input_cost_per_second=0.1", true, false)]
    [InlineData("code_interpreter_cost_per_session=0.03", false, false)]
    public void FreeAndUnknown_AreTwoThings(string prices, bool priced, bool free)
        => (Prices.Sheet(prices).IsPriced, Prices.Sheet(prices).IsExplicitlyFree).ShouldBe((priced, free));

    [Theory]
    [InlineData("0.0000025", "0.0000025")]
    [InlineData("2.5e-06", "0.0000025")]
    [InlineData("1E-6", "0.000001")]
    [InlineData("0e-5", "0")]
    [InlineData("1000000", "1000000")]
    [InlineData("1000001", null)]
    [InlineData("-0.1", null)]
    [InlineData("1e-60", null)]
    [InlineData("1e60", null)]
    [InlineData("NaN", null)]
    [InlineData("", null)]
    [InlineData("$1", null)]
    public void Usd_IsReadExactly(string text, string? expected)
        => (PriceFields.TryReadUsd(text, out var usd) ? usd.ToString("0.##########", System.Globalization.CultureInfo.InvariantCulture) : null)
            .ShouldBe(expected);

    [Fact]
    public void Fields_AreMergedOneByOne()
    {
        var own = Prices.Fields("input_cost_per_token=1/M", "own");
        var below = Prices.Fields("input_cost_per_token=2/M output_cost_per_token=3/M", "catalogue");
        var merged = own.Over(below);

        (merged[PriceKind.Input], merged[PriceKind.Output], merged.Source).ShouldBe((0.000001m, 0.000003m, "own, catalogue"));
        PriceFields.None.Over(below).ShouldBeSameAs(below);
        own.Over(PriceFields.None).ShouldBeSameAs(own);
    }

    [Fact]
    public void FreeOnPurpose_IsFreeWhateverLiesBelow()
    {
        var below = Prices.Fields("input_cost_per_token=2/M output_cost_per_token=3/M cache_read_input_token_cost=1/M");
        var sheet = new PriceSheet(Prices.Fields("input_cost_per_token=0 output_cost_per_token=0").Over(below), new PricingSettings(), default);
        sheet.IsExplicitlyFree.ShouldBeTrue();
        sheet.UpperBoundNano(1000, 1000).ShouldBe(0);
    }

    [Fact]
    public void UpperBound_IsTheDearestPart_EstimateThePlainOne()
    {
        var sheet = Prices.Sheet(
            "input_cost_per_token=3/M output_cost_per_token=15/M cache_creation_input_token_cost_above_1hr=6/M input_cost_per_token_above_200k_tokens=5/M "
            + "output_cost_per_token_priority=30/M");
        sheet.EstimateNano(1000, 100).ShouldBe(3_000_000 + 1_500_000);
        sheet.EstimateNano(200_001, 0).ShouldBe(1_000_005_000);
        sheet.UpperBoundNano(1000, 100).ShouldBe(6_000_000 + 3_000_000);
    }

    [Fact]
    public void Bounds_AreRoundedUp_AndHoldDiscountMarginAndRequestPrice()
    {
        Prices.Sheet("input_cost_per_token=0.0001/M output_cost_per_token=0").EstimateNano(1, 0).ShouldBe(1);
        var sheet = Prices.Sheet(
            "input_cost_per_token=1/M input_cost_per_request=0.001", new CostAdjustment(0.5m, new CostMargin(0.1m, 0.002m)));
        sheet.EstimateNano(1000, 0).ShouldBe(3_100_000);
        sheet.EstimateNano(1000, 0).ShouldBe(CostCalculator.Calculate(sheet, new TokenUsage(1000, 0, 1000, 0, 0)).TotalNano);
        PriceSheet.Unknown.UpperBoundNano(1000, 1000).ShouldBe(0);
    }

    [Fact]
    public void UpperBound_IsNeverPassed()
    {
        var random = new Random(7);
        var sheet = Prices.Sheet(
            "input_cost_per_token=3/M output_cost_per_token=15/M cache_read_input_token_cost=0.3/M cache_creation_input_token_cost=3.75/M "
            + "input_cost_per_token_above_200k_tokens=6/M output_cost_per_token_above_200k_tokens=22.5/M input_cost_per_audio_token=40/M output_cost_per_reasoning_token=20/M "
            + "input_cost_per_token_priority=8/M", new CostAdjustment(0.1m, new CostMargin(0.2m, 0.0001m)));
        for (var i = 0; i < 1000; i++)
        {
            long prompt = random.Next(1, 400_000), completion = random.Next(1, 50_000);
            long cached = random.NextInt64(prompt / 3), written = random.NextInt64(prompt / 3), audio = random.NextInt64(prompt / 3);
            var usage = new TokenUsage(prompt, completion, prompt + completion, cached, random.NextInt64(completion))
            {
                CacheCreationTokens = written,
                CacheCreation1hTokens = random.NextInt64(written + 1),
                AudioInputTokens = audio,
                Tier = (ServiceTier)random.Next(5),
            };
            CostCalculator.Calculate(sheet, usage).TotalNano.ShouldBeLessThanOrEqualTo(sheet.UpperBoundNano(prompt, completion));
        }
    }

    [Fact]
    public void PricesWithARequest_GoBeforeTheDeployments()
    {
        var sheet = Prices.Sheet("input_cost_per_token=3/M output_cost_per_token=15/M").With(Prices.Fields("input_cost_per_token=1/M"));
        (sheet[PriceKind.Input], sheet[PriceKind.Output]).ShouldBe((0.000001m, 0.000015m));
    }

    [Fact]
    public void Json_IsReadInLiteLlmsForm()
    {
        var problems = new List<PriceProblem>();
        var fields = Read(
            """
            {"litellm_provider":"x","max_tokens":8,"input_cost_per_token":2.5e-06,"output_cost_per_token":"0.00001","output_cost_per_reasoning_token":null,
             "search_context_cost_per_query":{"search_context_size_low":0.03},"input_dbu_cost_per_token":1.0,"cache_read_input_token_cost":-1,
             "tiered_pricing":[{"range":[0,256000.0],"input_cost_per_token":5e-08},{"output_cost_per_token":4e-07,"range":[256000,1000000]},7]}
            """, problems);

        fields[PriceKind.Input].ShouldBe(0.00000005m);
        fields[PriceKind.Output].ShouldBe(0.00001m);
        fields[PriceKind.Reasoning].ShouldBeNull();
        fields[PriceKind.WebSearchLow].ShouldBe(0.03m);
        fields[new PriceKey(PriceKind.Output, 256_000)].ShouldBe(0.0000004m);
        problems.Select(static problem => (problem.Key, problem.IsUnknown)).ShouldBe(
            [("input_dbu_cost_per_token", true), ("cache_read_input_token_cost", false), ("tiered_pricing", false)]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"tiered_pricing":[[],{},{"range":[]},{"range":["a",1]},{"range":[0],"input_cost_per_token":{}}]}""")]
    [InlineData("""{"tiered_pricing":3,"input_cost_per_token":[1,[2]],"output_cost_per_token":{"a":{"b":1}}}""")]
    [InlineData("""{"search_context_cost_per_query":{"search_context_size_low":[1],"x":{}},"input_cost_per_token":true}""")]
    public void JsonOfAnotherShape_StatesNothing(string json)
    {
        var problems = new List<PriceProblem>();
        Read(json, problems).IsEmpty.ShouldBeTrue();
    }

    private static PriceFields Read(string json, ICollection<PriceProblem> problems)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        var fields = PriceJson.Read(ref reader, "test", problems);
        reader.TokenType.ShouldBe(JsonTokenType.EndObject);
        reader.CurrentDepth.ShouldBe(0);
        return fields;
    }
}
