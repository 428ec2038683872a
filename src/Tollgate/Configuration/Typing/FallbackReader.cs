using System.Collections.Frozen;
using System.Collections.Immutable;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Reads fallback chains in every form that is around (config.md 8.5); key <c>*</c> is the default chain.</summary>
internal sealed class FallbackReader(Section router, Section models, DiagnosticBag diagnostics)
{
    private const string Default = "*";

    private static readonly string[] SourceNames = ["model_name", "model", "primary_model"];
    private static readonly string[] ChainNames = ["fallbacks", "fallback_models"];

    public FrozenDictionary<string, ImmutableArray<FallbackTarget>> Read(string key, bool withDefaults)
    {
        var chains = new Dictionary<string, ImmutableArray<FallbackTarget>>(StringComparer.Ordinal);
        var (section, name) = router[key] is { IsNull: false } ? (router, "router_settings") : (models, "litellm_settings");
        if (section[key] is { IsNull: false } node)
        {
            ReadForm(node, KeyPath.Child(name, key), chains);
        }

        if (withDefaults)
        {
            var defaults = router.Texts("default_fallbacks") is { IsEmpty: false } own ? own : models.Texts("default_fallbacks");
            if (!defaults.IsEmpty)
            {
                chains[Default] = [.. defaults.Select(static m => new FallbackTarget(m, []))];
            }
        }

        return chains.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private void ReadForm(ConfigNode node, string path, Dictionary<string, ImmutableArray<FallbackTarget>> chains)
    {
        switch (node)
        {
            case MappingNode mapping:
                diagnostics.Notice(DiagnosticCodes.OddForm, mapping.Position, path,
                    "is a mapping; treated as a list of one-entry mappings");
                ReadMapping(mapping, path, chains);
                break;
            case SequenceNode list when !list.Items.IsEmpty && list.Items.All(static i => i is ScalarNode):
                diagnostics.Notice(DiagnosticCodes.OddForm, list.Position, path, "is a plain list; treated as one ordered pool");
                AddPool(list, chains);
                break;
            case SequenceNode list:
                for (var i = 0; i < list.Items.Length; i++)
                {
                    ReadItem(list.Items[i], $"{path}[{i}]", chains);
                }

                break;
            default:
                break;
        }
    }

    private void ReadItem(ConfigNode item, string path, Dictionary<string, ImmutableArray<FallbackTarget>> chains)
    {
        switch (item)
        {
            case MappingNode mapping:
                ReadMapping(mapping, path, chains);
                break;
            case SequenceNode pool:
                diagnostics.Notice(DiagnosticCodes.OddForm, pool.Position, path, "is a list; treated as one ordered pool");
                AddPool(pool, chains);
                break;
            case { IsNull: false }:
                diagnostics.Error(DiagnosticCodes.WrongType, item.Position, path, "expected a mapping like 'gpt-4o: [backup]'",
                    "Do not mix names and mappings");
                break;
            default:
                break;
        }
    }

    private void ReadMapping(MappingNode mapping, string path, Dictionary<string, ImmutableArray<FallbackTarget>> chains)
    {
        var section = new Section(mapping);
        var source = SourceNames.Select(section.Text).FirstOrDefault(static n => n is not null);
        var chain = Array.Find(ChainNames, n => section[n] is { IsNull: false });
        if (source is not null && chain is not null)
        {
            Add(chains, source, Targets(section[chain]!, KeyPath.Child(path, chain)));
            return;
        }

        foreach (var entry in mapping.Entries.Where(static e => !e.Value.IsNull))
        {
            Add(chains, entry.Key, Targets(entry.Value, KeyPath.Child(path, entry.Key)));
        }
    }

    private ImmutableArray<FallbackTarget> Targets(ConfigNode node, string path)
    {
        if (node is ScalarNode one)
        {
            diagnostics.Notice(DiagnosticCodes.OddForm, one.Position, path, "is a single name; treated as a chain of one");
        }

        var items = node is SequenceNode list ? list.Items : [node];
        var targets = ImmutableArray.CreateBuilder<FallbackTarget>();
        foreach (var item in items.Where(static i => !i.IsNull))
        {
            if (Target(item) is { } target)
            {
                targets.Add(target);
            }
            else
            {
                diagnostics.Error(DiagnosticCodes.WrongType, item.Position, path, "expected a model name or a mapping with 'model'");
            }
        }

        return targets.ToImmutable();
    }

    private static FallbackTarget? Target(ConfigNode item) => item switch
    {
        ScalarNode scalar => new FallbackTarget(scalar.Text, []),
        MappingNode mapping when new Section(mapping).Text("model") is { } model =>
            new FallbackTarget(model, [.. mapping.Entries.Where(static e => e.Key is not "model")
                .Select(static e => JsonText.Member(e.Key, e.Value))]),
        _ => null,
    };

    // A model of the pool goes on with those after it, then those before it; any other model tries the whole pool.
    private static void AddPool(SequenceNode pool, Dictionary<string, ImmutableArray<FallbackTarget>> chains)
    {
        var names = Coercion.Texts(pool);
        for (var i = 0; i < names.Length; i++)
        {
            chains.TryAdd(names[i], [.. names[(i + 1)..].Concat(names[..i])
                .Where(n => !string.Equals(n, names[i], StringComparison.Ordinal)).Select(static n => new FallbackTarget(n, []))]);
        }

        if (!names.IsEmpty)
        {
            chains.TryAdd(Default, [.. names.Select(static n => new FallbackTarget(n, []))]);
        }
    }

    private static void Add(Dictionary<string, ImmutableArray<FallbackTarget>> chains, string source,
        ImmutableArray<FallbackTarget> targets) =>
        chains[source] = chains.TryGetValue(source, out var earlier) ? earlier.AddRange(targets) : targets;
}
