#pragma warning disable RS0030 // What is known of a model is shown as a JSON tree; no call comes here.
using System.Collections.Frozen;
using System.Text;
using System.Text.Json.Nodes;
using Tollgate.Engine.Upstream;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Hosting;

/// <summary>The shipped catalogue in the form of LiteLLM's cost map.</summary>
internal sealed class ModelMap(IProviderDirectory providers, ModelCatalogue catalogue) : IModelMap
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

    private readonly Lazy<byte[]> _whole = new(() => Encoding.UTF8.GetBytes(AdminJson.ToText(Map(catalogue))));

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Whole => _whole.Value;

    /// <inheritdoc/>
    public int Count => catalogue.Count;

    /// <inheritdoc/>
    public (string? Provider, string Model) Resolve(string model, string? customProvider, string? apiBase)
    {
        var resolved = providers.Resolve(model, customProvider, apiBase);
        return (resolved.Slug, resolved.Model);
    }

    /// <inheritdoc/>
    public JsonObject? Find(string? provider, string model, string? baseModel)
    {
        if (model.Length == 0 || catalogue.Find(provider ?? "", model, baseModel) is not { } found)
        {
            return null;
        }

        var facts = Entry(catalogue.LineOf(found.Id));
        facts["key"] = found.Id;
        return facts;
    }

    private static JsonObject Map(ModelCatalogue catalogue)
    {
        var map = new JsonObject();
        foreach (var line in catalogue.Lines)
        {
            map[JsonNode.Parse(line.Span)!["id"]!.GetValue<string>()] = Entry(line);
        }

        return map;
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
