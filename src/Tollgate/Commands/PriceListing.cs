using System.Globalization;
using System.Text;
using System.Text.Json;
using Tollgate.Configuration;
using Tollgate.Engine.Pricing;
using Tollgate.Providers;
using Tollgate.Providers.Catalogue;
using Tollgate.Wire;

namespace Tollgate.Commands;

/// <summary>Shows the published prices of one model.</summary>
internal sealed class PriceListing(ProviderDirectory providers, ImportedPrices imported, TextWriter output, TextWriter errors)
{
    private const int MostSuggestions = 5;

    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    private readonly ModelCatalogue _catalogue = providers.Catalogue.Models;
    private readonly PublishedPrices _published = new(providers.Catalogue.Models, imported);

    /// <summary>Shows.</summary>
    /// <returns>0, or 1 when the model is not known.</returns>
    public async Task<int> ShowAsync(string model, bool json)
    {
        if (NameOf(model) is not { } name)
        {
            await errors.WriteLineAsync($"No prices are known for '{model}'.");
            var near = Near(model);
            if (near.Count > 0)
            {
                await errors.WriteLineAsync($"Did you mean {string.Join(", ", near)}?");
            }

            return 1;
        }

        var prices = _published.Find(name)!.Values.OrderBy(static price => price.Key.Kind)
            .ThenBy(static price => price.Key.Tier).ThenBy(static price => price.Key.Above).ToList();
        await output.WriteLineAsync(json ? Json(name, prices) : Table(name, prices));
        return 0;
    }

    /// <summary>The name as the catalogue has it; null when there is no price.</summary>
    private string? NameOf(string model)
    {
        if (_published.Find(model) is { IsEmpty: false })
        {
            return model;
        }

        var resolved = providers.Resolve(model, customProvider: null, apiBase: null);
        return _published.NameOf(resolved.Slug ?? "", resolved.Slug is null ? model : resolved.Model, baseModel: null);
    }

    private List<string> Near(string model)
    {
        var names = _published.Names;
        var parts = names.Where(name => name.Contains(model, StringComparison.OrdinalIgnoreCase)).Take(MostSuggestions).ToList();
        return parts.Count > 0 ? parts : NearestName.Find(model, names) is { } nearest ? [nearest] : [];
    }

    private string SourceOf(string name, PriceKey key)
        => imported.Find(name)?[key] is not null ? ImportedPrices.Source : CataloguePrices.Source;

    private string Table(string name, List<KeyValuePair<PriceKey, decimal>> prices)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{name} ({_published.ProviderOf(name)})");
        text.AppendLine(_catalogue.PageOf(name) is { } page ? $", {page}" : "");
        text.AppendLine(CultureInfo.InvariantCulture, $"{"KIND",-46} {"USD",14}  {"PER",-16} SOURCE");
        foreach (var (key, price) in prices)
        {
            var unit = PriceNames.Of(key.Kind);
            var (usd, per) = unit.IsPerToken ? (price * 1_000_000, "million tokens") : (price, unit.Unit);
            text.AppendLine(CultureInfo.InvariantCulture, $"{Label(key),-46} {usd,14:0.############}  {per,-16} {SourceOf(name, key)}");
        }

        return text.ToString().TrimEnd();
    }

    private static string Label(PriceKey key)
    {
        var label = PriceNames.Of(key.Kind).Short.Replace('_', ' ');
        var above = key.Above == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", above {key.Above / 1000m:0.###}k tokens");
        return label + above + (key.Tier is ServiceTier.Standard ? "" : $", {Tier(key)}");
    }

    private string Json(string name, List<KeyValuePair<PriceKey, decimal>> prices)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            writer.WriteStartObject();
            writer.WriteString("model", name);
            writer.WriteString("provider", _published.ProviderOf(name));
            writer.WriteString("page", _catalogue.PageOf(name));
            writer.WriteStartArray("prices");
            foreach (var (key, price) in prices)
            {
                writer.WriteStartObject();
                writer.WriteString("kind", PriceNames.Of(key.Kind).Short);
                writer.WriteString("key", key.ToString());
                writer.WriteNumber("usd", price);
                writer.WriteString("per", PriceNames.Of(key.Kind).Unit);
                writer.WriteNumber("above_tokens", key.Above);
                writer.WriteString("tier", Tier(key));
                writer.WriteString("source", SourceOf(name, key));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Tier(PriceKey key) => key.Tier.ToString().ToLowerInvariant();
}
