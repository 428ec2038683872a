using System.Collections.Frozen;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Reads <see cref="RouterSettings"/>; where both sections may carry a key the router's value wins (config.md 5).</summary>
internal static class RouterSettingsReader
{
    public static RouterSettings Read(
        Section router, Section models, IReadOnlyDictionary<string, string> extraAliases, EnvironmentNumbers numbers,
        DiagnosticBag diagnostics)
    {
        var defaults = new RouterSettings();
        var fallbacks = new FallbackReader(router, models, diagnostics);
        return new RouterSettings
        {
            NumRetries = router.Int32("num_retries") ?? router.Int32("max_retries") ?? models.Int32("num_retries")
                ?? numbers.Count("DEFAULT_MAX_RETRIES", defaults.NumRetries),
            Timeout = router.Timeout("timeout"),
            StreamTimeout = router.Timeout("stream_timeout"),
            RetryAfter = router.Seconds("retry_after") ?? models.Seconds("retry_after") ?? defaults.RetryAfter,
            InitialRetryDelay = numbers.Seconds("INITIAL_RETRY_DELAY", defaults.InitialRetryDelay),
            MaxRetryDelay = numbers.Seconds("MAX_RETRY_DELAY", defaults.MaxRetryDelay),
            RetryJitter = numbers.Seconds("JITTER", defaults.RetryJitter),
            RetryPolicy = Policy(router["retry_policy"], "router_settings.retry_policy", diagnostics),
            GroupRetryPolicy = GroupPolicies(router["model_group_retry_policy"], diagnostics),
            Fallbacks = fallbacks.Read("fallbacks", withDefaults: true),
            ContextWindowFallbacks = fallbacks.Read("context_window_fallbacks", withDefaults: false),
            ContentPolicyFallbacks = fallbacks.Read("content_policy_fallbacks", withDefaults: false),
            MaxFallbacks = router.Int32("max_fallbacks") ?? numbers.Count("ROUTER_MAX_FALLBACKS", defaults.MaxFallbacks),
            Aliases = Aliases(router["model_group_alias"], extraAliases, diagnostics),
            DefaultParams = [.. GatewayConfigReader.DefaultParams(router, models)
                .Where(static e => !e.Value.IsNull && ConfigSchema.LitellmParams.Find(e.Key) is null)
                .Select(static e => JsonText.Member(e.Key, e.Value))],
        };
    }

    private static FrozenDictionary<string, FrozenDictionary<string, int>> GroupPolicies(ConfigNode? node, DiagnosticBag diagnostics)
    {
        const string path = "router_settings.model_group_retry_policy";
        return node is MappingNode groups
            ? groups.Entries.ToFrozenDictionary(
                static e => e.Key, e => Policy(e.Value, KeyPath.Child(path, e.Key), diagnostics), StringComparer.Ordinal)
            : FrozenDictionary<string, FrozenDictionary<string, int>>.Empty;
    }

    // A mapping, or LiteLLM's list of {type: mapping}.
    private static FrozenDictionary<string, int> Policy(ConfigNode? node, string path, DiagnosticBag diagnostics)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        Collect(node, path, counts, diagnostics);
        return counts.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static void Collect(ConfigNode? node, string path, Dictionary<string, int> counts, DiagnosticBag diagnostics)
    {
        switch (node)
        {
            case MappingNode mapping:
                foreach (var entry in mapping.Entries.Where(static e => !e.Value.IsNull))
                {
                    var child = KeyPath.Child(path, entry.Key);
                    if (entry.Value is MappingNode)
                    {
                        Collect(entry.Value, child, counts, diagnostics);
                    }
                    else if (Coercion.Int32(entry.Value) is { } retries && retries >= 0)
                    {
                        counts[entry.Key] = retries;
                    }
                    else
                    {
                        diagnostics.Error(DiagnosticCodes.WrongType, entry.Value.Position, child,
                            "expected a number of retries, zero or more");
                    }
                }

                break;
            case SequenceNode list:
                foreach (var item in list.Items)
                {
                    Collect(item, path, counts, diagnostics);
                }

                break;
            default:
                break;
        }
    }

    private static FrozenDictionary<string, ModelAlias> Aliases(
        ConfigNode? node, IReadOnlyDictionary<string, string> extra, DiagnosticBag diagnostics)
    {
        var aliases = extra.ToDictionary(
            static pair => pair.Key, static pair => new ModelAlias(pair.Value, Hidden: false), StringComparer.Ordinal);
        foreach (var entry in (node as MappingNode)?.Entries ?? [])
        {
            var target = entry.Value is MappingNode detailed ? new Section(detailed).Text("model") : Coercion.NonEmptyText(entry.Value);
            if (target is not null)
            {
                var hidden = entry.Value is MappingNode options && new Section(options).Flag("hidden");
                aliases[entry.Key] = new ModelAlias(target, hidden);
            }
            else
            {
                var path = KeyPath.Child("router_settings.model_group_alias", entry.Key);
                diagnostics.Error(DiagnosticCodes.WrongType, entry.Value.Position, path, "expected a model name or {model, hidden}");
            }
        }

        AliasCycles.Remove(aliases, (node as MappingNode), diagnostics);
        return aliases.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
