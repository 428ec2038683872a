using System.Collections.Frozen;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Tests.Routing;

/// <summary>The order of routing.md 2.2.</summary>
public class ModelResolverTests
{
    [Fact]
    public void ExactName_HasAllItsDeployments()
        => Upstreams(Calls.Config(Calls.Deployment("a", "openai/x"), Calls.Deployment("b", "openai/y"), Calls.Deployment("a", "azure/z")), "a")
            .ShouldBe(["openai/x", "azure/z"]);

    [Fact]
    public void ExactNameWithASlash_WinsOverWildcardsAndProviders()
        => Upstreams(Calls.Config(Calls.Deployment("openai/*", "openai/*"), Calls.Deployment("openai/gpt", "azure/own")), "openai/gpt").ShouldBe(["azure/own"]);

    [Fact]
    public void ExactName_WinsOverTheIdOfAnother()
        => Upstreams(Calls.Config(Calls.Deployment("b", "openai/by-id", id: "a"), Calls.Deployment("a", "openai/by-name")), "a").ShouldBe(["openai/by-name"]);

    [Fact]
    public void Id_IsThatOneDeploymentUnderItsGroupsName()
    {
        var config = Calls.Config(Calls.Deployment("a", "openai/x", "one"), Calls.Deployment("a", "openai/y", "two"));
        Upstreams(config, "two").ShouldBe(["openai/y"]);
        Resolver(config).Resolve("two")!.Name.ShouldBe("a");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Alias_LeadsToItsGroupHiddenOrNot(bool hidden)
    {
        var config = Calls.Config(Calls.Deployment("a", "openai/x")) with { Router = Aliases(("fast", "a", hidden)) };
        Upstreams(config, "fast").ShouldBe(["openai/x"]);
        Resolver(config).Resolve("fast")!.Name.ShouldBe("a");
        ModelListing.Visible(new GatewaySnapshot(config, new FakeProviderDirectory()), withWildcards: false).Contains("fast").ShouldBe(!hidden);
    }

    [Fact]
    public void Id_WinsOverAnAlias()
    {
        var config = Calls.Config(Calls.Deployment("a", "openai/x", "fast"), Calls.Deployment("b", "openai/y")) with { Router = Aliases(("fast", "b", false)) };
        Upstreams(config, "fast").ShouldBe(["openai/x"]);
    }

    [Fact]
    public void Alias_WinsOverAWildcardAndMayLeadToOne()
    {
        var config = Calls.Config(Calls.Deployment("fa*", "openai/*"), Calls.Deployment("azure/*", "azure/*")) with { Router = Aliases(("fast", "azure/gpt", false)) };
        Upstreams(config, "fast").ShouldBe(["azure/gpt"]);
    }

    [Fact]
    public void AliasOfAnAlias_IsNotFollowed()
    {
        var config = Calls.Config(Calls.Deployment("a", "openai/x")) with { Router = Aliases(("one", "two", false), ("two", "a", false)) };
        Resolver(config).Resolve("one").ShouldBeNull();
    }

    [Fact]
    public void AliasToNothing_IsNothing()
        => Resolver(Calls.Config() with { Router = Aliases(("fast", "gone", false)) }).Resolve("fast").ShouldBeNull();

    [Fact]
    public void GlobalRename_ComesFirstAndOnce()
    {
        var config = Calls.Config(Calls.Deployment("a", "openai/a"), Calls.Deployment("b", "openai/b"), Calls.Deployment("c", "openai/c")) with
        {
            Models = new ModelSettings { AliasMap = new Dictionary<string, string> { ["a"] = "b", ["b"] = "c" }.ToFrozenDictionary() },
        };
        Upstreams(config, "a").ShouldBe(["openai/b"]);
        Upstreams(config, "b").ShouldBe(["openai/c"]);
        Upstreams(config, "c").ShouldBe(["openai/c"]);
    }

    [Theory]
    [InlineData("openai/gpt-4o", "openai/long-gpt-4o")]
    [InlineData("openai/ft-1", "openai/short-ft-1")]
    [InlineData("openai/ft:a:b", "openai/few-a:b")]
    public void MostSpecificWildcard_Wins(string name, string upstream)
        => Upstreams(
            Calls.Config(
                Calls.Deployment("*", "openai/catch-*"),
                Calls.Deployment("openai/*", "openai/short-*"),
                Calls.Deployment("openai/f*:*", "openai/many-*-*"),
                Calls.Deployment("openai/ft:*", "openai/few-*"),
                Calls.Deployment("openai/gpt*", "openai/long-gpt*")),
            name).ShouldBe([upstream]);

    [Fact]
    public void AllDeploymentsOfTheWinningPattern_Serve()
    {
        var config = Calls.Config(Calls.Deployment("x/*", "openai/*"), Calls.Deployment("x/*", "azure/*"), Calls.Deployment("*", "openai/no"));
        Upstreams(config, "x/m").ShouldBe(["openai/m", "azure/m"]);
        Resolver(config).Resolve("x/m")!.Name.ShouldBe("x/m");
    }

    [Fact]
    public void ForeignProviderInTheRest_IsNotServed()
    {
        var config = Calls.Config(Calls.Deployment("x/*", "openai/*"));
        Resolver(config).Resolve("x/azure/y").ShouldBeNull();
        Upstreams(config, "x/meta/y").ShouldBe(["openai/meta/y"]);
        Upstreams(config, "x/openai/y").ShouldBe(["openai/openai/y"]);
    }

    [Fact]
    public void UpstreamModel_IsFoundBehindWildcards()
    {
        Upstreams(Calls.Config(Calls.Deployment("a", "azure/gpt4-prod"), Calls.Deployment("b", "azure/gpt4-prod")), "azure/gpt4-prod").Count.ShouldBe(2);
        Upstreams(Calls.Config(Calls.Deployment("a", "azure/m"), Calls.Deployment("azure/*", "azure/wild-*")), "azure/m").ShouldBe(["azure/wild-m"]);
    }

    [Fact]
    public void BareName_IsRetriedWithItsProvider()
    {
        var config = Calls.Config(Calls.Deployment("openai/*", "openai/*"), Calls.Deployment("*", "azure/catch"));
        Upstreams(config, "gpt-4o").ShouldBe(["openai/gpt-4o"]);
        Upstreams(config, "unheard-of").ShouldBe(["azure/catch"]);
    }

    [Fact]
    public void CatchAll_ComesBehindEverythingNamed()
    {
        var config = Calls.Config(Calls.Deployment("*", "openai/*"), Calls.Deployment("a", "azure/m"));
        Upstreams(config, "azure/m").ShouldBe(["azure/m"]);
        Upstreams(config, "other").ShouldBe(["openai/other"]);
    }

    [Fact]
    public void NonRegisteredName_NeedsPermissionAndAProvider()
    {
        var config = Calls.Config() with { General = new GeneralSettings { AllowNonRegisteredModels = true } };
        Upstreams(config, "gpt-4o").ShouldBe(["gpt-4o"]);
        Upstreams(config, "azure/x").ShouldBe(["azure/x"]);
        Resolver(config).Resolve("unheard-of").ShouldBeNull();
        Resolver(Calls.Config()).Resolve("gpt-4o").ShouldBeNull();
    }

    [Fact]
    public void CommandLineModel_AnswersEveryName()
    {
        var config = Calls.Config(Calls.Deployment("only", "openai/x")) with { Server = new ServerSettings { CatchAllModelGroup = "only" } };
        Upstreams(config, "whatever").ShouldBe(["openai/x"]);
    }

    [Fact]
    public void UnknownName_IsNothing() => Resolver(Calls.Config(Calls.Deployment("a", "openai/x"))).Resolve("b").ShouldBeNull();

    [Fact]
    public void NamesAreCaseSensitive() => Resolver(Calls.Config(Calls.Deployment("a", "openai/x"))).Resolve("A").ShouldBeNull();

    [Fact]
    public void SecondResolution_IsTheSameGroup()
    {
        var resolver = Resolver(Calls.Config(Calls.Deployment("x/*", "openai/*")));
        resolver.Resolve("x/m").ShouldBeSameAs(resolver.Resolve("x/m"));
    }

    [Fact]
    public void MoreDerivedNamesThanAreRemembered_StillResolve()
    {
        var resolver = Resolver(Calls.Config(Calls.Deployment("x/*", "openai/*")));
        for (var i = 0; i < 5000; i++)
        {
            resolver.Resolve($"x/{i}")!.Deployments[0].UpstreamModel.ShouldBe($"openai/{i}");
        }
    }

    [Fact]
    public void ProbeTargets_AreWildcardsThatNameAModel()
    {
        var wild = Calls.Deployment("x/*", "openai/*") with { Info = new DeploymentInfo { HealthCheckModel = "openai/gpt-4o-mini" } };
        var resolver = Resolver(Calls.Config(wild, Calls.Deployment("y/*", "openai/*"), Calls.Deployment("a", "openai/a")));
        resolver.ProbeTargets().Select(static target => target.UpstreamModel).ShouldBe(["openai/gpt-4o-mini"]);
        resolver.WildcardNames.ShouldBe(["x/*", "y/*"]);
    }

    private static ModelResolver Resolver(GatewayConfig config) => new(config, new FakeProviderDirectory());

    private static List<string> Upstreams(GatewayConfig config, string name)
        => [.. Resolver(config).Resolve(name).ShouldNotBeNull().Deployments.Select(static deployment => deployment.UpstreamModel)];

    private static RouterSettings Aliases(params (string Name, string Target, bool Hidden)[] aliases)
        => new() { Aliases = aliases.ToFrozenDictionary(static alias => alias.Name, static alias => new ModelAlias(alias.Target, alias.Hidden)) };
}
