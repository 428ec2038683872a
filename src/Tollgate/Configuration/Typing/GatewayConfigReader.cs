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
        var own = Section.Of(tree, "tollgate");
        var generalSettings = GeneralSettingsReader.Read(general, models, router, environment);
        return new GatewayConfig
        {
            Deployments = list.Deployments,
            GroupBudgets = list.GroupBudgets,
            General = generalSettings,
            Models = commandLine?.DropParams == true ? modelSettings with { DropParams = true } : modelSettings,
            Router = RouterSettingsReader.Read(router, models, list.Aliases, numbers, diagnostics),
            Management = ManagementSettingsReader.Read(general, models, own, environment, numbers),
            Budgets = BudgetSettingsReader.Read(general, models, router, own, numbers),
            Storage = StorageSettingsReader.Read(general, models, own, generalSettings, environment, numbers),
            Redis = RedisSettingsReader.Read(models, router, environment, numbers, diagnostics),
            Spend = SpendSettingsReader.Read(general, models, own, environment, numbers),
            Server = ServerSettingsReader.Read(environment, numbers, commandLine),
            Pricing = PricingSettingsReader.Read(models, environment, diagnostics),
            Media = ReadMedia(models, numbers),
            ResourceCredentials = [.. ResourceCredentials(tree, "files_settings"), .. ResourceCredentials(tree, "finetune_settings")],
            Environment = environment.Variables.ToFrozenDictionary(StringComparer.Ordinal),
        };
    }

    private static MediaSettings ReadMedia(Section models, EnvironmentNumbers numbers)
    {
        var defaults = new MediaSettings();
        return new MediaSettings
        {
            ValidateUrls = models.Bool("user_url_validation") ?? defaults.ValidateUrls,
            AllowedHosts = models.Texts("user_url_allowed_hosts").ToFrozenSet(StringComparer.OrdinalIgnoreCase),
            MaxDownloadBytes = numbers.Count("MAX_IMAGE_URL_DOWNLOAD_SIZE_MB") is { } megabytes
                ? megabytes * 1024L * 1024 : defaults.MaxDownloadBytes,
        };
    }

    private static IEnumerable<DeploymentConfig> ResourceCredentials(MappingNode tree, string section) =>
        ((tree.Get(section) as SequenceNode)?.Items ?? []).OfType<MappingNode>().Select(static node => (Item: new Section(node), node.Entries))
            .Where(static entry => entry.Item.Text("custom_llm_provider") is not null)
            .Select(entry => new DeploymentConfig
            {
                ModelGroup = section,
                Id = "",
                Model = entry.Item.Text("custom_llm_provider") + "/resources",
                CustomProvider = entry.Item.Text("custom_llm_provider"),
                ApiKey = entry.Item.Text("api_key"),
                ApiKeyUnresolved = entry.Item["api_key"] is ScalarNode { IsUnresolved: true },
                ApiBase = entry.Item.Text("api_base"),
                ApiVersion = entry.Item.Text("api_version"),
                ExtraHeaders = entry.Item.TextMap("extra_headers"),
                ProviderParams = DeploymentReader.ConnectionParams(entry.Entries),
            });

    /// <summary>Defaults for all deployments: the router's, then the model section's for what the router leaves open.</summary>
    public static ImmutableArray<MappingEntry> DefaultParams(Section router, Section models)
    {
        var own = (router["default_litellm_params"] as MappingNode)?.Entries ?? [];
        var other = (models["default_litellm_params"] as MappingNode)?.Entries ?? [];
        return [.. own, .. other.Where(e => !own.Any(o => string.Equals(o.Key, e.Key, StringComparison.Ordinal)))];
    }
}
