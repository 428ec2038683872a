using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Vectors;

/// <summary>Knowledge bases of Bedrock: Retrieve of the agent runtime (05-bedrock-sagemaker.md section 7).</summary>
public sealed class BedrockRetrieval : VectorShape
{
    private static readonly Dictionary<string, string> Operators = new(StringComparer.Ordinal)
    {
        ["eq"] = "equals",
        ["ne"] = "notEquals",
        ["gt"] = "greaterThan",
        ["gte"] = "greaterThanOrEquals",
        ["lt"] = "lessThan",
        ["lte"] = "lessThanOrEquals",
        ["in"] = "in",
        ["nin"] = "notIn",
        ["and"] = "andAll",
        ["or"] = "orAll",
    };

    /// <inheritdoc/>
    protected override void Write(VectorQuery query, JsonElement request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("retrievalQuery"u8);
        json.WriteString("text"u8, query.Joined);
        json.WriteEndObject();
        json.WriteStartObject("retrievalConfiguration"u8);
        json.WriteStartObject("vectorSearchConfiguration"u8);
        json.WriteNumber("numberOfResults"u8, query.MaxResults);
        if (query.Filter is { } filter)
        {
            json.WritePropertyName("filter"u8);
            WriteFilter(filter, json);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    protected override IEnumerable<VectorHit> HitsIn(JsonElement answer)
    {
        var found = new List<VectorHit>();
        foreach (var result in ListIn(answer, "retrievalResults"u8))
        {
            var address = AddressOf(result.Member("location"u8));
            found.Add(new VectorHit(
                address, LastPart(address), result.Member("score"u8).Number(), result.Member("content"u8).Text("text"u8) ?? "",
                result.Member("metadata"u8)));
        }

        return found;
    }

    /// <summary>A location has one member beside its type, with the address in it.</summary>
    private static string AddressOf(JsonElement location)
    {
        if (location.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in location.EnumerateObject())
            {
                if ((member.Value.Text("uri"u8) ?? member.Value.Text("url"u8) ?? member.Value.Text("id"u8)) is { } address)
                {
                    return address;
                }
            }
        }

        return "";
    }

    private static void WriteFilter(VectorFilter filter, Utf8JsonWriter json)
    {
        // Several conditions must be two at least.
        if (filter.Parts.Length == 1)
        {
            WriteFilter(filter.Parts[0], json);
            return;
        }

        json.WriteStartObject();
        if (filter.Parts.IsEmpty)
        {
            json.WriteStartObject(Operators[filter.Type]);
            json.WriteString("key"u8, filter.Key);
            json.WriteElement("value"u8, filter.Value);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray(Operators[filter.Type]);
            foreach (var part in filter.Parts)
            {
                WriteFilter(part, json);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
