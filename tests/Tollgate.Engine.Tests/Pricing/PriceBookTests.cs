using System.Collections.Frozen;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pricing;

namespace Tollgate.Engine.Tests.Pricing;

public sealed class PriceBookTests
{
    [Fact]
    public void OwnPrices_LieOverPublishedOnes_PriceByPrice()
    {
        var source = new FakePriceSource { ["gpt-4o"] = "input_cost_per_token=2.5/M output_cost_per_token=10/M" };
        var sheet = Snapshot(source, Calls.Deployment("a", "openai/gpt-4o") with { Prices = Prices.Fields("output_cost_per_token=1/M") })
            .Models.Resolve("a")!.Deployments[0].Prices;

        (sheet[PriceKind.Input], sheet[PriceKind.Output]).ShouldBe((0.0000025m, 0.000001m));
    }

    [Fact]
    public void Nothing_IsLookedUpBeforeTheFirstCall_AndOnlyOnce()
    {
        var source = new FakePriceSource { ["gpt-4o"] = "input_cost_per_token=2.5/M" };
        var deployment = Snapshot(source, Calls.Deployment("a", "openai/gpt-4o")).Models.Resolve("a")!.Deployments[0];
        source.Asked.ShouldBe(0);

        deployment.Prices.ShouldBeSameAs(deployment.Prices);
        source.Asked.ShouldBe(1);
    }

    [Fact]
    public void BaseModel_IsTheNameLookedUp()
    {
        var source = new FakePriceSource { ["gpt-4o"] = "input_cost_per_token=2.5/M" };
        var deployment = Calls.Deployment("a", "azure/my-own-name");
        var based = deployment with { Id = "b", ModelGroup = "b", Info = new DeploymentInfo { BaseModel = "gpt-4o" } };
        var snapshot = Snapshot(source, deployment, based);

        snapshot.Models.Resolve("a")!.Deployments[0].Prices.IsPriced.ShouldBeFalse();
        snapshot.Models.Resolve("b")!.Deployments[0].Prices.IsPriced.ShouldBeTrue();
    }

    [Fact]
    public void ModelOfTheAnswer_CountsWhereTheConfiguredOneHasNoPrice()
    {
        var source = new FakePriceSource { ["gpt-4o"] = "input_cost_per_token=2.5/M", ["gpt-9"] = "input_cost_per_token=9/M" };
        var snapshot = Snapshot(source, Calls.Deployment("a", "azure/my-own-name"), Calls.Deployment("b", "openai/gpt-4o"));
        var unnamed = snapshot.Models.Resolve("a")!.Deployments[0];

        unnamed.PricesFor("gpt-9")[PriceKind.Input].ShouldBe(0.000009m);
        unnamed.PricesFor("gpt-9").ShouldBeSameAs(unnamed.PricesFor("gpt-9"));
        unnamed.PricesFor("gpt-0").IsPriced.ShouldBeFalse();
        unnamed.PricesFor(null).IsPriced.ShouldBeFalse();
        snapshot.Models.Resolve("b")!.Deployments[0].PricesFor("gpt-9")[PriceKind.Input].ShouldBe(0.0000025m);
    }

    [Fact]
    public void Wildcard_IsPricedByTheModelAskedFor()
    {
        var source = new FakePriceSource { ["gpt-4o"] = "input_cost_per_token=2.5/M", ["gpt-9"] = "input_cost_per_token=9/M" };
        var models = Snapshot(source, Calls.Deployment("openai/*", "openai/*")).Models;

        models.Resolve("openai/gpt-4o")!.Deployments[0].Prices[PriceKind.Input].ShouldBe(0.0000025m);
        models.Resolve("openai/gpt-9")!.Deployments[0].Prices[PriceKind.Input].ShouldBe(0.000009m);
    }

    [Fact]
    public void DiscountAndMargin_AreThoseOfTheProvider()
    {
        var pricing = new PricingSettings
        {
            Discounts = new Dictionary<string, decimal> { ["openai"] = 0.1m }.ToFrozenDictionary(),
            Margins = new Dictionary<string, CostMargin> { ["global"] = new(0.05m, 0), ["azure"] = new(0, 0.01m) }.ToFrozenDictionary(),
        };
        CostAdjustment.For(pricing, "openai").ShouldBe(new CostAdjustment(0.1m, new CostMargin(0.05m, 0)));
        CostAdjustment.For(pricing, "azure").ShouldBe(new CostAdjustment(0, new CostMargin(0, 0.01m)));

        var source = new FakePriceSource { ["gpt-4o"] = "input_cost_per_token=1/M" };
        var config = Calls.Config(Calls.Deployment("a", "openai/gpt-4o")) with { Pricing = pricing };
        var estimate = CostEstimate.For(new GatewaySnapshot(config, new FakeProviderDirectory(), source), "a", 1_000_000, 0).ShouldNotBeNull();
        (estimate.Provider, estimate.Cost.Original, estimate.Cost.Total).ShouldBe(("openai", 1m, 0.945m));
    }

    [Theory]
    [InlineData("https://eu.api.example.com/v1", "0.0000011")]
    [InlineData("https://api.example.com/v1", "0.000001")]
    [InlineData(null, "0.000001")]
    public void RegionalAddress_CostsTheUplift(string? address, string total)
    {
        var source = new FakePriceSource { ["gpt-4o"] = "input_cost_per_token=1/M regional_processing_uplift_multiplier_eu=1.1" };
        var snapshot = Snapshot(source, Calls.Deployment("a", "openai/gpt-4o") with { ApiBase = address });
        CostEstimate.For(snapshot, "a", 1, 0)!.Cost.Total.ShouldBe(decimal.Parse(total, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Estimate_KnowsConfiguredAndPublishedModels()
    {
        var source = new FakePriceSource { ["gpt-4o"] = "input_cost_per_token=2.5/M output_cost_per_token=10/M" };
        var snapshot = Snapshot(source, Calls.Deployment("mine", "openai/unheard-of"));

        CostEstimate.For(snapshot, "mine", 10, 10)!.Cost.IsUnknown.ShouldBeTrue();
        var published = CostEstimate.For(snapshot, "openai/gpt-4o", 1000, 100).ShouldNotBeNull();
        (published.Provider, published.Cost.Input, published.Cost.Output).ShouldBe(("openai", 0.0025m, 0.001m));
        CostEstimate.For(snapshot, "nobody", 1, 1).ShouldBeNull();
    }

    private static GatewaySnapshot Snapshot(FakePriceSource source, params DeploymentConfig[] deployments)
        => new(Calls.Config(deployments), new FakeProviderDirectory(), source);

    /// <summary>Knows models by their bare names.</summary>
    private sealed class FakePriceSource : IPriceSource
    {
        private readonly Dictionary<string, PriceFields> _models = [];

        public int Asked { get; private set; }

        public string this[string model]
        {
            set => _models[model] = Prices.Fields(value, "published");
        }

        public PriceFields? Find(string provider, string model, string? baseModel)
        {
            Asked++;
            return baseModel is not null && _models.TryGetValue(baseModel, out var based) ? based : _models.GetValueOrDefault(model);
        }
    }
}
