using System.Text;
using System.Text.Json;
using Tollgate.Engine.Pricing;
using Tollgate.Wire;

namespace Tollgate.Providers.Catalogue;

/// <summary>Reads the prices of one line of the catalogue, whose form is its own: short keys, tokens by the million.</summary>
public static class CataloguePrices
{
    /// <summary>How operators see where a price comes from.</summary>
    public const string Source = "catalogue";

    private const decimal Million = 1_000_000m;
    private const string AboveStart = "above_";
    private const string AboveEnd = "k_tokens";

    /// <summary>Reads.</summary>
    /// <param name="line">The line, a JSON object.</param>
    /// <exception cref="CatalogueException">A price has no known name; the shipped catalogue is tested not to.</exception>
    internal static PriceFields Read(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType is JsonTokenType.PropertyName && reader.ValueTextEquals("price"u8))
            {
                reader.Read();
                var values = new List<KeyValuePair<PriceKey, decimal>>();
                ReadGroup(ref reader, "", new PriceKey(PriceKind.Input), values);
                return PriceFields.Of(values, Source);
            }
        }

        return PriceFields.None;
    }

    private static void ReadGroup(ref Utf8JsonReader reader, string prefix, PriceKey place, List<KeyValuePair<PriceKey, decimal>> values)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType is JsonTokenType.StartArray)
            {
                ReadTiers(ref reader, place, values);
            }
            else if (reader.TokenType is JsonTokenType.StartObject)
            {
                var inner = Place(name, place);
                ReadGroup(ref reader, inner is null ? $"{prefix}{name}." : prefix, inner ?? place, values);
            }
            else
            {
                Add(reader, prefix + name, place, values);
            }
        }
    }

    /// <summary>Where the prices of a group hold; null when the group is part of their names.</summary>
    private static PriceKey? Place(string group, PriceKey outer) => group switch
    {
        "batch" => outer with { Tier = ServiceTier.Batch },
        "flex" => outer with { Tier = ServiceTier.Flex },
        "priority" => outer with { Tier = ServiceTier.Priority },
        _ when group.StartsWith(AboveStart, StringComparison.Ordinal) && group.EndsWith(AboveEnd, StringComparison.Ordinal)
            && int.TryParse(group.AsSpan(AboveStart.Length, group.Length - AboveStart.Length - AboveEnd.Length), out var thousands)
            => outer with { Above = thousands * 1000L },
        _ => null,
    };

    private static void ReadTiers(ref Utf8JsonReader reader, PriceKey place, List<KeyValuePair<PriceKey, decimal>> values)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.StartObject)
        {
            var above = 0L;
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (reader.TokenType is not JsonTokenType.StartArray)
                {
                    Add(reader, name, place with { Above = above }, values);
                }
                else
                {
                    // The range stands first: [from, to] in tokens.
                    reader.Read();
                    above = reader.GetInt64();
                    while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                    {
                    }
                }
            }
        }
    }

    private static void Add(in Utf8JsonReader reader, string name, PriceKey place, List<KeyValuePair<PriceKey, decimal>> values)
    {
        if (name is "batch_input")
        {
            (name, place) = ("input", place with { Tier = ServiceTier.Batch });
        }

        if (!PriceNames.ByShort.TryGetValue(name, out var kind)
            || !PriceFields.TryReadUsd(Encoding.UTF8.GetString(reader.ValueSpan), out var price))
        {
            throw new CatalogueException($"The model catalogue has a price that is not known: {name}.");
        }

        values.Add(new(place with { Kind = kind }, PriceNames.Of(kind).IsPerToken ? price / Million : price));
    }
}
