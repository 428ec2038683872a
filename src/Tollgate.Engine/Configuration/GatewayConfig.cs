using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Tollgate.Engine.Configuration;

/// <summary>Everything an operator set, typed and immutable: the one representation that file, database and API translate into (R33).</summary>
public sealed record GatewayConfig
{
    /// <summary>A gateway without models, open to everyone: what an empty file means.</summary>
    public static GatewayConfig Empty { get; } = new();

    /// <summary>Deployments in file order; entries with errors are left out (see the diagnostics).</summary>
    public ImmutableArray<DeploymentConfig> Deployments { get; init; } = [];

    /// <summary>Budgets of whole model groups by name: they limit the sum over the group's deployments.</summary>
    public FrozenDictionary<string, PartialBudgetSetting> GroupBudgets { get; init; } = FrozenDictionary<string, PartialBudgetSetting>.Empty;

    /// <summary><c>general_settings</c>.</summary>
    public GeneralSettings General { get; init; } = new();

    /// <summary><c>litellm_settings</c>: reliability and parameter policy that hold for all models.</summary>
    public ModelSettings Models { get; init; } = new();

    /// <summary><c>router_settings</c>.</summary>
    public RouterSettings Router { get; init; } = new();

    /// <summary>Server limits and switches that have no LiteLLM key or come from the environment and flags.</summary>
    public ServerSettings Server { get; init; } = new();

    /// <summary>Where data is kept.</summary>
    public StorageSettings Storage { get; init; } = new();

    /// <summary>Redis, when replicas share counters.</summary>
    public RedisSettings Redis { get; init; } = new();

    /// <summary>What is recorded of calls, and how.</summary>
    public SpendSettings Spend { get; init; } = new();

    /// <summary>Budgets and limits of the gateway itself.</summary>
    public BudgetSettings Budgets { get; init; } = new();

    /// <summary>What the control plane allows for keys and users.</summary>
    public ManagementSettings Management { get; init; } = new();

    /// <summary>Discounts, margins and prices of tools.</summary>
    public PricingSettings Pricing { get; init; } = new();

    /// <summary>Media that the gateway fetches for providers.</summary>
    public MediaSettings Media { get; init; } = new();

    /// <summary>
    /// Credentials for stored resources (<c>files_settings</c>, <c>finetune_settings</c>): their model group is the section's name.
    /// </summary>
    public ImmutableArray<DeploymentConfig> ResourceCredentials { get; init; } = [];

    /// <summary><c>search_tools</c>: deployments whose model group is the tool's name. Tools of one name share its calls.</summary>
    public ImmutableArray<SearchToolConfig> SearchTools { get; init; } = [];

    /// <summary><c>vector_store_registry</c> and the stores of the database.</summary>
    public ImmutableArray<VectorStoreConfig> VectorStores { get; init; } = [];

    /// <summary>
    /// Environment as the configuration saw it (process, <c>.env</c>, <c>environment_variables</c>): where credentials without a key in the
    /// file come from. Values are secrets and must never be logged.
    /// </summary>
    public FrozenDictionary<string, string> Environment { get; init; } = FrozenDictionary<string, string>.Empty;
}

/// <summary>Where something stands in a configuration file.</summary>
/// <param name="File">File name as given; <c>env:NAME</c> or <c>cli</c> for other sources.</param>
/// <param name="Line">1-based; 0 when not a file.</param>
/// <param name="Column">1-based; 0 when not a file.</param>
public readonly record struct SourcePosition(string File, int Line, int Column);
