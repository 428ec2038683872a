using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>What a rule looks at: the substituted tree (for positions and for what has no record) and the typed result.</summary>
internal sealed record RuleContext(MappingNode Tree, GatewayConfig Config, EnvironmentSource Environment, DiagnosticBag Diagnostics)
{
    /// <summary>Position of a key, or the nearest thing above it.</summary>
    public SourcePosition PositionOf(string section, string key) =>
        Tree.Get(section) is not MappingNode mapping ? Tree.Position
        : mapping.TryGetEntry(key, out var entry) ? entry.Value.Position
        : mapping.Position;
}

/// <summary>One rule across the configuration.</summary>
internal interface IConfigRule
{
    void Check(RuleContext context);
}

/// <summary>All rules, in no particular order: each collects its own problems.</summary>
internal static class ConfigRules
{
    private static readonly IConfigRule[] All =
    [
        new MasterKeyRule(),
        new DatabaseUrlRule(),
        new ModelReferenceRule(),
        new DeploymentOrderRule(),
        new HookRule(),
        new CallbackRule(),
        new GuardrailRule(),
        new ProviderBudgetRule(),
        new SpendRule(),
        new SecretManagerRule(),
        new TeamLoggingRule(),
    ];

    public static void Check(RuleContext context)
    {
        foreach (var rule in All)
        {
            rule.Check(context);
        }
    }
}
