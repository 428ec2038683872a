using System.Collections.Frozen;
using System.Collections.Immutable;
using System.IO.Enumeration;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Every model that fallbacks and aliases name should exist (CFG008). They stay: a database may add the model later.</summary>
internal sealed class ModelReferenceRule : IConfigRule
{
    public void Check(RuleContext context)
    {
        var known = new KnownModels(context.Config);
        var router = context.Config.Router;
        CheckChains(context, known, router.Fallbacks, "fallbacks");
        CheckChains(context, known, router.ContextWindowFallbacks, "context_window_fallbacks");
        CheckChains(context, known, router.ContentPolicyFallbacks, "content_policy_fallbacks");
        foreach (var (name, alias) in router.Aliases)
        {
            Check(context, known, alias.Target, Find(context, alias.Target, "router_settings", "model_group_alias"),
                "router_settings.model_group_alias." + name);
        }
    }

    private static void CheckChains(
        RuleContext context, KnownModels known, FrozenDictionary<string, ImmutableArray<FallbackTarget>> chains, string key)
    {
        var section = Section.Of(context.Tree, "router_settings")[key] is { IsNull: false } ? "router_settings" : "litellm_settings";
        var names = chains.Keys.Where(static n => n is not "*").Concat(chains.Values.SelectMany(static c => c).Select(static t => t.Model));
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            var (position, suffix) = Locate(context, name, section, key);
            Check(context, known, name, position, $"{section}.{key}{suffix}");
        }
    }

    private static void Check(RuleContext context, KnownModels known, string name, SourcePosition position, string path)
    {
        if (!known.Contains(name))
        {
            context.Diagnostics.Warning(DiagnosticCodes.UnknownModel, position, path,
                $"'{name}' is not a model name, alias or wildcard", NearestName.Suggest(name, known.Names));
        }
    }

    private static (SourcePosition Position, string Suffix) Locate(RuleContext context, string name, string section, string key)
    {
        var node = Section.Of(context.Tree, section)[key];
        var items = (node as SequenceNode)?.Items ?? [];
        for (var i = 0; i < items.Length; i++)
        {
            if (Occurrence(items[i], name) is { } found)
            {
                return (found, $"[{i}]");
            }
        }

        return (Find(context, name, section, key), "");
    }

    private static SourcePosition Find(RuleContext context, string name, string section, string key) =>
        Section.Of(context.Tree, section)[key] is { } node ? Occurrence(node, name) ?? node.Position
        : Section.Of(context.Tree, section)["default_fallbacks"] is { } defaults ? Occurrence(defaults, name) ?? defaults.Position
        : context.Tree.Position;

    private static SourcePosition? Occurrence(ConfigNode node, string name)
    {
        switch (node)
        {
            case ScalarNode scalar:
                return string.Equals(scalar.Text, name, StringComparison.Ordinal) ? scalar.Position : null;
            case SequenceNode list:
                return list.Items.Select(item => Occurrence(item, name)).FirstOrDefault(static p => p is not null);
            case MappingNode mapping:
                return mapping.TryGetEntry(name, out var entry)
                    ? entry.KeyPosition
                    : mapping.Entries.Select(e => Occurrence(e.Value, name)).FirstOrDefault(static p => p is not null);
            default:
                return null;
        }
    }

    /// <summary>Names that a request may reach.</summary>
    private sealed class KnownModels(GatewayConfig config)
    {
        private readonly HashSet<string> _exact =
        [
            .. config.Deployments.Select(static d => d.ModelGroup),
            .. config.Deployments.Select(static d => d.Id),
            .. config.Router.Aliases.Keys,
            .. config.Models.AliasMap.Keys,
        ];

        private readonly string[] _wildcards =
            [.. config.Deployments.Select(static d => d.ModelGroup).Where(static n => n.Contains('*', StringComparison.Ordinal))
                .Distinct(StringComparer.Ordinal)];

        public IEnumerable<string> Names => config.Deployments.Select(static d => d.ModelGroup).Concat(config.Router.Aliases.Keys);

        public bool Contains(string name) =>
            config.General.AllowNonRegisteredModels || _exact.Contains(name)
            || Array.Exists(_wildcards, pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));
    }
}
