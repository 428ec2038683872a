using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Vectors;

/// <summary>An index of Azure AI Search: by the query's vector where there is one, else by its words.</summary>
public sealed class AzureIndexSearch : VectorShape
{
    private const string UsualVectorField = "contentVector";

    private static readonly string[] TextFields = ["content", "text", "chunk", "page_content", "source_text"];

    private static readonly string[] NameFields = ["filename", "title", "name", "source", "url"];

    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["eq"] = "eq",
        ["ne"] = "ne",
        ["gt"] = "gt",
        ["gte"] = "ge",
        ["lt"] = "lt",
        ["lte"] = "le",
        ["and"] = "and",
        ["or"] = "or",
    };

    /// <inheritdoc/>
    protected override void Write(VectorQuery query, JsonElement request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Setting(target, VectorOption) is { } vector)
        {
            json.WriteStartArray("vectorQueries"u8);
            json.WriteStartObject();
            json.WriteString("kind"u8, "vector"u8);
            json.WritePropertyName("vector"u8);
            json.WriteRawValue(vector, skipInputValidation: true);
            json.WriteString("fields"u8, Setting(target, "azure_search_vector_field") ?? UsualVectorField);
            json.WriteNumber("k"u8, query.MaxResults);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("search"u8, query.Joined);
        }

        json.WriteGiven("select"u8, Setting(target, "azure_search_select"));
        json.WriteGiven("filter"u8, query.FilterText ?? query.Filter?.ToExpression(Words, '\'', "'"));
        json.WriteNumber("top"u8, query.MaxResults);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    protected override IEnumerable<VectorHit> HitsIn(JsonElement answer)
    {
        var found = new List<VectorHit>();
        if (answer.Member("value"u8).ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("The answer holds no value.");
        }

        foreach (var document in ListIn(answer, "value"u8))
        {
            var id = document.Text("id"u8) ?? document.Text("chunk_id"u8)
                ?? document.Member("id"u8).Count()?.ToString(CultureInfo.InvariantCulture) ?? "";
            found.Add(new VectorHit(
                id, First(document, NameFields) ?? id, document.Member("@search.score"u8).Number(), First(document, TextFields) ?? "",
                FlatFields.Of(document, static name => name.StartsWith("@search", StringComparison.Ordinal) || TextFields.Contains(name, StringComparer.Ordinal))));
        }

        return found;
    }

    private static string? First(JsonElement document, string[] names)
        => names.Select(name => document.TryGetProperty(name, out var value) ? value.Text() : null).FirstOrDefault(static text => text is not null);
}
