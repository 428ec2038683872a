using Tollgate.Configuration;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pricing;

namespace Tollgate.Tests.Configuration;

public class PriceConfigTests
{
    [Fact]
    public void Prices_AreTyped_AndNeverSentUpstream()
    {
        var deployment = ConfigFixture.LoadOne("""
            model_list:
              - model_name: m
                litellm_params:
                  model: openai/m
                  input_cost_per_token: 1e-6
                  output_cost_per_token: "0.0000025"
                  cache_read_input_token_cost_above_200k_tokens: 0.0000005
                  output_cost_per_token_priority: 5e-6
                  search_context_cost_per_query: {search_context_size_low: 0.03}
                  tiered_pricing:
                    - {range: [0, 256e3], input_cost_per_character: 1e-7}
                    - {range: [256000, 1000000], input_cost_per_character: 2e-7}
                  ocr_cost_per_page: os.environ/PAGE_PRICE
                  temperature: 0.5
            """, ("PAGE_PRICE", "0.002"));

        deployment.DefaultParams.Json().ShouldBe("temperature=0.5");
        Text(deployment.Prices).ShouldBe(
        [
            "cache_read_input_token_cost_above_200k_tokens=0.0000005", "input_cost_per_character=0.0000001",
            "input_cost_per_character_above_256k_tokens=0.0000002", "input_cost_per_token=0.000001", "ocr_cost_per_page=0.002",
            "output_cost_per_token=0.0000025", "output_cost_per_token_priority=0.000005",
            "search_context_cost_per_query.search_context_size_low=0.03",
        ]);
        deployment.Prices.Source.ShouldBe("litellm_params");
    }

    [Fact]
    public void ModelInfo_WinsPriceByPrice()
    {
        var deployment = ConfigFixture.LoadOne("""
            model_list:
              - model_name: m
                litellm_params: {model: openai/m, input_cost_per_token: 1e-6, output_cost_per_token: 2e-6}
                model_info: {input_cost_per_token: 3e-6, output_cost_per_token: null}
            """);
        Text(deployment.Prices).ShouldBe(["input_cost_per_token=0.000003", "output_cost_per_token=0.000002"]);
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("null", false)]
    public void ZerosAreFree_NullsAreNot(string price, bool free)
        => ConfigFixture.LoadOne($$"""
            model_list:
              - model_name: m
                litellm_params: {model: openai/m, input_cost_per_token: {{price}}, output_cost_per_token: {{price}}}
            """).Prices.TokensAreFree.ShouldBe(free);

    [Fact]
    public void WrongPrices_AreNamedWithFileLineAndKey()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - model_name: m
                litellm_params:
                  model: openai/m
                  input_cost_per_token: cheap
                  output_cost_per_token: [1]
                  input_cost_per_image: 2000000
                  input_cost_per_second: 1e-60
                  search_context_cost_per_query: {search_context_size_low: -1}
                  tiered_pricing: [{range: [0], input_cost_per_token: 1}, {range: [0, 5], input_cost_per_token: x}]
                model_info:
                  output_cost_per_pixel: -1
            """);
        result.Diagnostics.Where(d => d.Level == DiagnosticLevel.Error).Select(d => $"{d.Position.Line} {d.Path["model_list[0] (m).".Length..]}: {d.Message}")
            .ShouldBe(
            [
                "5 litellm_params.input_cost_per_token: expected a price in USD, found 'cheap'",
                "6 litellm_params.output_cost_per_token: expected a price in USD, found a list",
                "7 litellm_params.input_cost_per_image: more than 1,000,000 USD a unit: prices are USD per token, second, image, ...",
                "8 litellm_params.input_cost_per_second: is closer to zero than 28 decimal places; write 0 for a free model",
                "9 litellm_params.search_context_cost_per_query.search_context_size_low: a price cannot be negative",
                "10 litellm_params.tiered_pricing[0]: expected a mapping with 'range: [from, to]' in tokens, and prices",
                "10 litellm_params.tiered_pricing[1].input_cost_per_token: expected a price in USD, found 'x'",
                "12 model_info.output_cost_per_pixel: a price cannot be negative",
            ]);
    }

    [Fact]
    public void UnknownPrice_IsAWarning()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - model_name: m
                litellm_params: {model: openai/m, input_cost_per_tokn: 1e-6}
            """);
        var warning = result.Single(DiagnosticCodes.UnknownKey);
        (warning.Level, warning.Path).ShouldBe((DiagnosticLevel.Warning, "model_list[0] (m).litellm_params.input_cost_per_tokn"));
        warning.Hint.ShouldNotBeNull().ShouldContain("input_cost_per_token");
        result.Config!.Deployments[0].DefaultParams.ShouldBeEmpty();
    }

    [Fact]
    public void DiscountsAndMargins_AreRead()
    {
        var pricing = ConfigFixture.LoadClean("""
            litellm_settings:
              cost_discount_config: {openai: 0.05, azure: "0.1"}
              cost_margin_config: {global: 0.1, openai: {percentage: 0.2, fixed_amount: 0.001}, azure: {fixed_amount: 0.5}}
            tollgate: {unpriced_models: refuse}
            """, ("OPENAI_FILE_SEARCH_COST_PER_1K_CALLS", "0.005")).Pricing;

        pricing.Discounts.OrderBy(p => p.Key).ShouldBe([new("azure", 0.1m), new("openai", 0.05m)]);
        pricing.Margins["global"].ShouldBe(new CostMargin(0.1m, 0));
        pricing.Margins["openai"].ShouldBe(new CostMargin(0.2m, 0.001m));
        pricing.Margins["azure"].ShouldBe(new CostMargin(0, 0.5m));
        (pricing.FileSearchPerCall, pricing.CodeSession).ShouldBe((0.005m, 0.03m));
    }

    [Fact]
    public void DiscountOrMarginOutOfRange_IsAnError()
    {
        var result = ConfigFixture.Load("""
            litellm_settings:
              cost_discount_config: {a: 1.5, b: -0.1, c: some, d: [1]}
              cost_margin_config:
                a: 10.5
                b: {percentage: -1, fixed_amount: x, fixed: 1}
            """);
        result.Diagnostics.Where(d => d.Level == DiagnosticLevel.Error).Select(d => $"{d.Position.Line} {d.Path["litellm_settings.".Length..]}").ShouldBe(
        [
            "2 cost_discount_config.a", "2 cost_discount_config.b", "2 cost_discount_config.c", "2 cost_discount_config.d",
            "4 cost_margin_config.a", "5 cost_margin_config.b.percentage", "5 cost_margin_config.b.fixed_amount",
        ]);
        result.Single(DiagnosticCodes.UnknownKey).Path.ShouldBe("litellm_settings.cost_margin_config.b.fixed");
    }

    private static IEnumerable<string> Text(PriceFields prices) => prices.Values
        .Select(p => $"{p.Key}={p.Value.ToString("0.############", System.Globalization.CultureInfo.InvariantCulture)}").Order(StringComparer.Ordinal);
}
