#pragma warning disable RS0030 // What is known of a model is shown as a JSON tree; no call comes here.
using System.Collections.Frozen;
using System.Text;
using System.Text.Json.Nodes;
using Tollgate.Engine.Upstream;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Hosting;

/// <summary>The shipped catalogue, and what was imported or fetched over it, in the form of LiteLLM's cost map.</summary>
internal sealed class ModelMap(IProviderDirectory providers, PriceSetup prices) : IModelMap
{
    private const decimal PerMillion = 1_000_000m;

    /// <summary>Prices of tokens, which the catalogue gives by the million.</summary>
    private static readonly FrozenDictionary<string, string> TokenPrices = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["input"] = "input_cost_per_token",
        ["output"] = "output_cost_per_token",
        ["cache_read"] = "cache_read_input_token_cost",
        ["cache_write"] = "cache_creation_input_token_cost",
        ["cache_write_1h"] = "cache_creation_input_token_cost_above_1hr",
        ["audio_input"] = "input_cost_per_audio_token",
        ["audio_output"] = "output_cost_per_audio_token",
        ["audio_cache_read"] = "cache_read_input_audio_token_cost",
        ["audio_cache_write"] = "cache_creation_input_audio_token_cost",
        ["image_input"] = "input_cost_per_image_token",
        ["image_output"] = "output_cost_per_image_token",
        ["reasoning_output"] = "output_cost_per_reasoning_token",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly Lock _gate = new();
    private (ImportedPrices Of, CostMapText Text)? _whole;

    /// <inheritdoc/>
    public CostMapText Whole
    {
        get
        {
            var imported = prices.Imported;
            lock (_gate)
            {
                // A reload reads the imported prices anew; until then the map is made once.
                if (_whole is not { } made || made.Of != imported)
                {
                    made = (imported, CostMapText.Of(Encoding.UTF8.GetBytes(AdminJson.ToText(Map(prices.Catalogue, imported)))));
                    _whole = made;
                }

                return made.Text;
            }
        }
    }

    /// <inheritdoc/>
    public int Count => prices.Catalogue.Count + prices.Imported.Models.Count(model => prices.Catalogue.LineOf(model).IsEmpty);

    /// <inheritdoc/>
    public (string? Provider, string Model) Resolve(string model, string? customProvider, string? apiBase)
    {
        var resolved = providers.Resolve(model, customProvider, apiBase);
        return (resolved.Slug, resolved.Model);
    }

    /// <inheritdoc/>
    public JsonObject? Find(string? provider, string model, string? baseModel)
    {
        var (catalogue, imported) = (prices.Catalogue, prices.Imported);
        var name = model.Length == 0 ? null
            : catalogue.Find(provider ?? "", model, baseModel)?.Id ?? new PublishedPrices(catalogue, imported).NameOf(provider ?? "", model, baseModel);
        if (name is null)
        {
            return null;
        }

        var line = catalogue.LineOf(name);
        var facts = Effective(line.IsEmpty ? [] : Entry(line), imported, name);
        facts["key"] = name;
        return facts;
    }

    private static JsonObject Map(ModelCatalogue catalogue, ImportedPrices imported)
    {
        var map = new JsonObject();
        foreach (var line in catalogue.Lines)
        {
            var name = JsonNode.Parse(line.Span)!["id"]!.GetValue<string>();
            map[name] = Effective(Entry(line), imported, name);
        }

        foreach (var name in imported.Models.Where(name => !map.ContainsKey(name)))
        {
            map[name] = Effective([], imported, name);
        }

        return map;
    }

    /// <summary>What the catalogue knows with the members of the imported file over it, one by one as prices are looked up.</summary>
    private static JsonObject Effective(JsonObject entry, ImportedPrices imported, string name)
    {
        var over = imported.EntryOf(name);
        foreach (var (key, value) in over.IsEmpty ? [] : JsonNode.Parse(over.Span)!.AsObject())
        {
            entry[key] = value?.DeepClone();
        }

        return entry;
    }

    private static JsonObject Entry(ReadOnlyMemory<byte> line)
    {
        var row = JsonNode.Parse(line.Span)!.AsObject();
        var entry = new JsonObject
        {
            ["litellm_provider"] = (row["lp"] ?? row["p"])?.DeepClone(),
            ["mode"] = row["m"]?.DeepClone(),
        };
        if (row["ctx"] is JsonArray { Count: 2 } limits)
        {
            entry["max_tokens"] = (limits[1] ?? limits[0])?.DeepClone();
            entry["max_input_tokens"] = limits[0]?.DeepClone();
            entry["max_output_tokens"] = limits[1]?.DeepClone();
        }

        AddPrices(entry, row["price"] as JsonObject ?? [], "");
        foreach (var flag in row["f"] as JsonArray ?? [])
        {
            entry[$"supports_{flag!.GetValue<string>()}"] = true;
        }

        Copy(row, "e", entry, "supported_endpoints");
        Copy(row, "dim", entry, "output_vector_size");
        Copy(row, "until", entry, "deprecation_date");
        Copy(row, "rpm", entry, "rpm");
        Copy(row, "tpm", entry, "tpm");
        return entry;
    }

    private static void AddPrices(JsonObject entry, JsonObject prices, string suffix)
    {
        foreach (var (name, value) in prices)
        {
            switch (value)
            {
                case JsonObject group:
                    AddPrices(entry, group, suffix + (name is "batch" ? "_batches" : "_" + name));
                    break;
                case JsonValue price when TokenPrices.TryGetValue(name, out var key):
                    entry[key + suffix] = (double)(price.GetValue<decimal>() / PerMillion);
                    break;
                case JsonValue price when name.Contains("_per_", StringComparison.Ordinal):
                    entry[name.Replace("_per_", "_cost_per_", StringComparison.Ordinal) + suffix] = price.DeepClone();
                    break;
                default:
                    break;
            }
        }
    }

    private static void Copy(JsonObject from, string name, JsonObject to, string newName)
    {
        if (from[name] is { } value)
        {
            to[newName] = value.DeepClone();
        }
    }
}
