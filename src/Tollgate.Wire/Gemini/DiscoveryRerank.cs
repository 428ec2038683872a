using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Hub.Rerank;
using Tollgate.Wire.Media.Shapes;

namespace Tollgate.Wire.Gemini;

/// <summary>Reranking by Google's Discovery Engine (04-gemini-vertex.md section 5): documents are records, their ids our indexes.</summary>
public sealed class DiscoveryRerank : RerankShape
{
    /// <summary>The one there is.</summary>
    public static DiscoveryRerank Instance { get; } = new();

    /// <inheritdoc/>
    protected override void Write(RerankRequest request, JsonElement original, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, target.Model);
        json.WriteString("query"u8, RerankRequest.TextOf(request.Query));
        json.WriteStartArray("records"u8);
        for (var i = 0; i < request.Documents.Count; i++)
        {
            var document = request.Documents[i];
            json.WriteStartObject();
            json.WriteString("id"u8, i.ToString(CultureInfo.InvariantCulture));
            json.WriteGiven("title"u8, document.Text("title"u8));
            json.WriteString("content"u8, document.Text("content"u8) ?? RerankRequest.TextOf(document));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteGiven("topN"u8, request.TopN);

        // The documents are here already: they need not come back.
        json.WriteBoolean("ignoreRecordDetailsInResponse"u8, true);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    protected override RerankResponse ReadOrder(JsonElement answer)
    {
        if (answer.Member("records"u8) is not { ValueKind: JsonValueKind.Array } records)
        {
            throw new WireException("The answer holds no records.");
        }

        var results = new List<RerankResult>(records.GetArrayLength());
        foreach (var record in records.EnumerateArray())
        {
            results.Add(long.TryParse(record.Text("id"u8), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                ? new RerankResult(index, record.Member("score"u8).Number() ?? 0, default)
                : throw new WireException("A record has no id of ours."));
        }

        return new RerankResponse { Results = [.. results.OrderByDescending(static result => result.Score)] };
    }
}
