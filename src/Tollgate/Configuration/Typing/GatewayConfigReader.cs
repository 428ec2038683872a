using System.Collections.Frozen;
using System.Collections.Immutable;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Types the checked tree.</summary>
internal static class GatewayConfigReader
{
    public static GatewayConfig Read(
        MappingNode tree, EnvironmentSource environment, CommandLineModel? commandLine, ModelList list, DiagnosticBag diagnostics)
    {
        var general = Section.Of(tree, "general_settings");
        var models = Section.Of(tree, "litellm_settings");
        var router = Section.Of(tree, "router_settings");
        var numbers = new EnvironmentNumbers(environment, diagnostics);
        var modelSettings = ModelSettingsReader.Read(models, environment, numbers);
        return new GatewayConfig
        {
            Deployments = list.Deployments,
            GroupBudgets = list.GroupBudgets,
            General = GeneralSettingsReader.Read(general, models, router, environment),
            Models = commandLine?.DropParams == true ? modelSettings with { DropParams = true } : modelSettings,
            Router = RouterSettingsReader.Read(router, models, list.Aliases, numbers, diagnostics),
            Management = ManagementSettingsReader.Read(general, models, Section.Of(tree, "tollgate"), environment, numbers),
            Budgets = BudgetSettingsReader.Read(general, models, router, Section.Of(tree, "tollgate"), numbers),
            Server = ServerSettingsReader.Read(environment, numbers, commandLine),
            Pricing = PricingSettingsReader.Read(models, environment, diagnostics),
            Environment = environment.Variables.ToFrozenDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>Defaults for all deployments: the router's, then the model section's for what the router leaves open.</summary>
    public static ImmutableArray<MappingEntry> DefaultParams(Section router, Section models)
    {
        var own = (router["default_litellm_params"] as MappingNode)?.Entries ?? [];
        var other = (models["default_litellm_params"] as MappingNode)?.Entries ?? [];
        return [.. own, .. other.Where(e => !own.Any(o => string.Equals(o.Key, e.Key, StringComparison.Ordinal)))];
    }
}
