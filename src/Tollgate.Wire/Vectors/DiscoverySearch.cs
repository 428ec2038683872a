using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Vectors;

/// <summary>A data store of Vertex AI Search.</summary>
public sealed class DiscoverySearch : VectorShape
{
    /// <inheritdoc/>
    protected override void Write(VectorQuery query, JsonElement request, TargetModel target, Utf8JsonWriter json)
    {
        if (query.Filter is not null)
        {
            RefuseFilter(query);
        }

        json.WriteStartObject();
        json.WriteString("query"u8, query.Joined);
        json.WriteNumber("pageSize"u8, query.MaxResults);
        json.WriteGiven("filter"u8, query.FilterText);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    protected override IEnumerable<VectorHit> HitsIn(JsonElement answer)
    {
        var found = new List<VectorHit>();
        foreach (var result in ListIn(answer, "results"u8))
        {
            var document = result.Member("document"u8);
            var derived = document.Member("derivedStructData"u8);
            var id = result.Text("id"u8) ?? document.Text("id"u8) ?? "";
            var link = derived.Text("link"u8);
            found.Add(new VectorHit(
                link ?? id, derived.Text("title"u8) ?? LastPart(link ?? id), ScoreOf(result), TextOf(derived, document), document.Member("structData"u8)));
        }

        return found;
    }

    private static double? ScoreOf(JsonElement result)
        => result.Member("modelScores"u8).Member("relevance_score"u8).Member("values"u8) is { ValueKind: JsonValueKind.Array } scores
            && scores.GetArrayLength() > 0 ? scores[0].Number() : null;

    private static string TextOf(JsonElement derived, JsonElement document)
    {
        foreach (var (list, name) in (ReadOnlySpan<(string, string)>)[
            ("extractive_segments", "content"), ("extractive_answers", "content"), ("snippets", "snippet")])
        {
            if (derived.ValueKind is JsonValueKind.Object && derived.TryGetProperty(list, out var parts) && parts.ValueKind is JsonValueKind.Array)
            {
                var texts = parts.EnumerateArray()
                    .Select(part => part.ValueKind is JsonValueKind.Object && part.TryGetProperty(name, out var text) ? text.Text() : null)
                    .OfType<string>();
                if (string.Join("\n", texts) is { Length: > 0 } joined)
                {
                    return joined;
                }
            }
        }

        return document.Member("structData"u8).Text("text"u8) ?? document.Member("structData"u8).Text("content"u8) ?? "";
    }
}
