using System.Text;
using System.Text.Json;

namespace Tollgate.Engine.Pricing;

/// <summary>A price that cannot be used.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="IsUnknown">The key looks like a price but is none that is known; its value was not looked at.</param>
public readonly record struct PriceProblem(string Key, string Message, bool IsUnknown);

/// <summary>Reads the prices among the members of a JSON object in LiteLLM's form: one model of a price file, or <c>model_info</c>.</summary>
public static class PriceJson
{
    private const string Tiers = "tiered_pricing";

    /// <summary>A key that looks like a price: with thresholds and classes there are hundreds, all of these shapes (config.md 4.2).</summary>
    public static bool IsPriceKey(string name) =>
        name.Contains("_cost_per_", StringComparison.Ordinal)
        || name.Contains("_token_cost", StringComparison.Ordinal)
        || name.StartsWith("regional_processing_uplift_multiplier_", StringComparison.Ordinal)
        || name is Tiers or "cost_per_request";

    /// <summary>Reads the object that the reader stands on; members that are no prices are passed over.</summary>
    /// <param name="reader">Stands on the opening brace; afterwards on the closing one.</param>
    /// <param name="source">Who states the prices.</param>
    /// <param name="problems">Takes each price that cannot be used; null when nobody listens.</param>
    public static PriceFields Read(ref Utf8JsonReader reader, string source, ICollection<PriceProblem>? problems = null)
    {
        var values = new List<KeyValuePair<PriceKey, decimal>>();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (!IsPriceKey(name))
            {
                reader.Skip();
            }
            else if (name is Tiers && reader.TokenType is JsonTokenType.StartArray)
            {
                ReadTiers(ref reader, values, problems);
            }
            else if (reader.TokenType is JsonTokenType.StartObject)
            {
                ReadGroup(ref reader, name, values, problems);
            }
            else
            {
                ReadPrice(ref reader, name, above: 0, values, problems);
            }
        }

        return PriceFields.Of(values, source);
    }

    /// <summary>Ranges of prompt sizes, each with prices of its own; a range begins above its first number.</summary>
    private static void ReadTiers(ref Utf8JsonReader reader, List<KeyValuePair<PriceKey, decimal>> values, ICollection<PriceProblem>? problems)
    {
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is not JsonTokenType.StartObject)
            {
                reader.Skip();
                problems?.Add(new(Tiers, "expected a mapping with 'range' and prices", IsUnknown: false));
                continue;
            }

            var from = RangeStart(reader);
            if (from is null)
            {
                reader.Skip();
                problems?.Add(new(Tiers, "'range' must be two numbers of tokens", IsUnknown: false));
                continue;
            }

            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (name is "range" || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    reader.Skip();
                }
                else
                {
                    ReadPrice(ref reader, name, from.Value, values, problems);
                }
            }
        }
    }

    // A copy of the reader: the range may stand behind the prices.
    private static long? RangeStart(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isRange = reader.ValueTextEquals("range"u8);
            reader.Read();
            if (isRange && reader.TokenType is JsonTokenType.StartArray && reader.Read() && reader.TokenType is JsonTokenType.Number
                && reader.TryGetDouble(out var from) && from is >= 0 and < 1e12)
            {
                return (long)from;
            }

            reader.Skip();
        }

        return null;
    }

    private static void ReadGroup(
        ref Utf8JsonReader reader, string group, List<KeyValuePair<PriceKey, decimal>> values, ICollection<PriceProblem>? problems)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = $"{group}.{reader.GetString()}";
            reader.Read();
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                reader.Skip();
                problems?.Add(new(name, "expected a price in USD", IsUnknown: false));
            }
            else
            {
                ReadPrice(ref reader, name, above: 0, values, problems);
            }
        }
    }

    private static void ReadPrice(
        ref Utf8JsonReader reader, string name, long above, List<KeyValuePair<PriceKey, decimal>> values, ICollection<PriceProblem>? problems)
    {
        if (reader.TokenType is JsonTokenType.Null)
        {
            return;
        }

        if (!PriceKey.TryParse(name, out var key))
        {
            reader.Skip();
            problems?.Add(new(name, "not a price that is known", IsUnknown: true));
        }
        else if (reader.TokenType is not (JsonTokenType.Number or JsonTokenType.String)
            || !PriceFields.TryReadUsd(TextOf(reader), out var usd))
        {
            reader.Skip();
            problems?.Add(new(name, "expected a price in USD, zero or more", IsUnknown: false));
        }
        else
        {
            values.Add(new(above == 0 ? key : key with { Above = above }, usd));
        }
    }

    private static string TextOf(in Utf8JsonReader reader)
        => reader.TokenType is JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
}
