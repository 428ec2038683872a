using Tollgate.Engine.Pricing;

namespace Tollgate.Configuration;

/// <summary>Reads the prices among the keys of <c>litellm_params</c> or <c>model_info</c> (config.md 4.2), and says what is wrong with them.</summary>
/// <param name="path">Key path of the mapping.</param>
/// <param name="diagnostics">Takes the problems; null when they were reported before.</param>
internal sealed class PriceReader(string path, DiagnosticBag? diagnostics)
{
    private const string Tiers = "tiered_pricing";

    private readonly List<KeyValuePair<PriceKey, decimal>> _values = [];

    /// <summary>The prices of a deployment: <c>model_info</c> goes before <c>litellm_params</c>, price by price.</summary>
    public static PriceFields Of(MappingNode info, DeploymentParams parameters)
    {
        var fromInfo = PriceFields.Of(Read(info.Entries, "", diagnostics: null), "model_info");
        return fromInfo.Over(PriceFields.Of(Read(parameters.Entries, "", diagnostics: null), "litellm_params"));
    }

    /// <summary>Reads; problems name file, line and key.</summary>
    public static IEnumerable<KeyValuePair<PriceKey, decimal>> Read(IEnumerable<MappingEntry> entries, string path, DiagnosticBag? diagnostics)
    {
        var reader = new PriceReader(path, diagnostics);
        foreach (var entry in entries)
        {
            if (ConfigSchema.IsPrice(entry.Key) && !entry.Value.IsNull)
            {
                reader.ReadEntry(entry);
            }
        }

        return reader._values;
    }

    /// <summary>A price as people write it; the complaint is null when it is one.</summary>
    public static decimal? Amount(ScalarNode scalar, out string? complaint)
    {
        var text = scalar.Text.Trim().Replace("_", "", StringComparison.Ordinal);
        if (PriceFields.TryReadUsd(text, out var usd))
        {
            complaint = null;
            return usd;
        }

        complaint = !YamlScalars.TryNumber(scalar.Text, out var value) ? $"expected a price in USD, found '{scalar.Reference ?? scalar.Text}'"
            : value < 0 ? "a price cannot be negative"
            : value > (double)PriceFields.MostUsd ? $"more than {PriceFields.MostUsd:N0} USD a unit: prices are USD per token, second, image, ..."
            : "is closer to zero than 28 decimal places; write 0 for a free model";
        return null;
    }

    private void ReadEntry(MappingEntry entry)
    {
        switch (entry.Value)
        {
            case ScalarNode scalar:
                Add(entry, entry.Key, scalar, KeyPath.Child(path, entry.Key), above: 0);
                break;
            case SequenceNode list when entry.Key is Tiers:
                ReadTiers(list);
                break;
            case MappingNode group:
                foreach (var inner in group.Entries.Where(static e => !e.Value.IsNull))
                {
                    var where = KeyPath.Child(KeyPath.Child(path, entry.Key), inner.Key);
                    AddAny(inner, $"{entry.Key}.{inner.Key}", where, above: 0);
                }

                break;
            default:
                Wrong(entry.Value, KeyPath.Child(path, entry.Key), $"expected a price in USD, found {entry.Value.Describe()}");
                break;
        }
    }

    private void ReadTiers(SequenceNode list)
    {
        for (var i = 0; i < list.Items.Length; i++)
        {
            var where = $"{KeyPath.Child(path, Tiers)}[{i}]";
            if (list.Items[i] is not MappingNode tier || tier.Get("range") is not SequenceNode { Items: [var from, _] }
                || Coercion.Number(from) is not (>= 0 and < 1e12 and var start))
            {
                Wrong(list.Items[i], where, "expected a mapping with 'range: [from, to]' in tokens, and prices");
                continue;
            }

            foreach (var inner in tier.Entries.Where(static e => e.Key is not "range" && !e.Value.IsNull))
            {
                AddAny(inner, inner.Key, KeyPath.Child(where, inner.Key), (long)start);
            }
        }
    }

    private void AddAny(MappingEntry entry, string name, string where, long above)
    {
        if (entry.Value is ScalarNode scalar)
        {
            Add(entry, name, scalar, where, above);
        }
        else
        {
            Wrong(entry.Value, where, $"expected a price in USD, found {entry.Value.Describe()}");
        }
    }

    private void Add(MappingEntry entry, string name, ScalarNode scalar, string where, long above)
    {
        if (Amount(scalar, out var complaint) is not { } usd)
        {
            Wrong(scalar, where, complaint!);
        }
        else if (PriceKey.TryParse(name, out var key))
        {
            _values.Add(new(above == 0 ? key : key with { Above = above }, usd));
        }
        else
        {
            diagnostics?.Warning(DiagnosticCodes.UnknownKey, entry.KeyPosition, where, "looks like a price but is none that is known; ignored",
                NearestName.Suggest(name, PriceNames.All.Select(static known => known.Key)));
        }
    }

    private void Wrong(ConfigNode node, string where, string message) =>
        diagnostics?.Error(DiagnosticCodes.WrongType, node.Position, where, message);
}
