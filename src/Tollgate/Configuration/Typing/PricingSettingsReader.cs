using System.Collections.Frozen;
using System.Globalization;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pricing;

namespace Tollgate.Configuration;

/// <summary>Reads <see cref="PricingSettings"/> (config.md 5.5, 9.6; routing.md 19.3).</summary>
internal sealed class PricingSettingsReader(Section models, EnvironmentSource environment, DiagnosticBag diagnostics)
{
    private const string Discounts = "cost_discount_config";
    private const string Margins = "cost_margin_config";

    /// <summary>A margin of ten times the price is the most that LiteLLM takes; more is a percentage written as a whole number.</summary>
    private const decimal MostMargin = 10;

    private const decimal MostFixed = 1000;

    public static PricingSettings Read(Section models, EnvironmentSource environment, DiagnosticBag diagnostics) =>
        new PricingSettingsReader(models, environment, diagnostics).Read();

    private PricingSettings Read()
    {
        var defaults = new PricingSettings();
        return new PricingSettings
        {
            Discounts = ReadDiscounts(),
            Margins = ReadMargins(),
            FileSearchPerCall = FromEnvironment("OPENAI_FILE_SEARCH_COST_PER_1K_CALLS") ?? defaults.FileSearchPerCall,
            CodeSession = defaults.CodeSession,
        };
    }

    private FrozenDictionary<string, decimal> ReadDiscounts()
    {
        var discounts = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var entry in EntriesOf(Discounts))
        {
            if (Part(entry.Value, $"litellm_settings.{Discounts}.{entry.Key}", 1, "a part of the price from 0 to 1 (0.05 is 5 %)") is { } part)
            {
                discounts[entry.Key] = part;
            }
        }

        return discounts.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private FrozenDictionary<string, CostMargin> ReadMargins()
    {
        const string percentage = "a part of the price from 0 to 10 (0.1 is 10 %)";
        const string amount = "USD a call from 0 to 1000";
        var margins = new Dictionary<string, CostMargin>(StringComparer.Ordinal);
        foreach (var entry in EntriesOf(Margins))
        {
            var path = $"litellm_settings.{Margins}.{entry.Key}";
            if (entry.Value is MappingNode mapping)
            {
                CheckNames(mapping, path);
                var part = Part(mapping.Get("percentage"), path + ".percentage", MostMargin, percentage);
                var usd = Part(mapping.Get("fixed_amount"), path + ".fixed_amount", MostFixed, amount);
                margins[entry.Key] = new CostMargin(part ?? 0, usd ?? 0);
            }
            else if (Part(entry.Value, path, MostMargin, percentage) is { } part)
            {
                margins[entry.Key] = new CostMargin(part, 0);
            }
        }

        return margins.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private void CheckNames(MappingNode margin, string path)
    {
        string[] known = ["percentage", "fixed_amount"];
        foreach (var entry in margin.Entries.Where(e => !known.Contains(e.Key, StringComparer.Ordinal)))
        {
            diagnostics.Warning(DiagnosticCodes.UnknownKey, entry.KeyPosition, KeyPath.Child(path, entry.Key), "unknown key",
                NearestName.Suggest(entry.Key, known));
        }
    }

    private IEnumerable<MappingEntry> EntriesOf(string key) =>
        ((models[key] as MappingNode)?.Entries ?? []).Where(static entry => !entry.Value.IsNull);

    private decimal? Part(ConfigNode? node, string path, decimal most, string expected)
    {
        if (node is null or { IsNull: true })
        {
            return null;
        }

        if (node is ScalarNode scalar
            && decimal.TryParse(scalar.Text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= 0 && value <= most)
        {
            return value;
        }

        var found = node is ScalarNode wrong ? $"'{wrong.Reference ?? wrong.Text}'" : node.Describe();
        diagnostics.Error(DiagnosticCodes.WrongType, node.Position, path, $"expected {expected}, found {found}");
        return null;
    }

    private decimal? FromEnvironment(string name)
    {
        if (environment.GetNonEmpty(name) is not { } text)
        {
            return null;
        }

        if (PriceFields.TryReadUsd(text, out var usd))
        {
            return usd;
        }

        diagnostics.Warning(DiagnosticCodes.BadEnvironment, new SourcePosition("env:" + name, 0, 0), "",
            $"{name}='{text}' is not a price; using the default");
        return null;
    }
}
