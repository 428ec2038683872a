using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Vectors;

/// <summary>Vertex AI's RAG engine: retrieveContexts of a corpus.</summary>
public sealed class VertexRag : VectorShape
{
    /// <summary>Option of a target: the corpus by its full name.</summary>
    public const string CorpusOption = "rag_corpus";

    /// <inheritdoc/>
    protected override void Write(VectorQuery query, JsonElement request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("vertex_rag_store"u8);
        json.WriteStartArray("rag_resources"u8);
        json.WriteStartObject();
        json.WriteString("rag_corpus"u8, target.Options[CorpusOption]);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("query"u8);
        json.WriteString("text"u8, query.Joined);
        json.WriteStartObject("rag_retrieval_config"u8);
        json.WriteNumber("top_k"u8, query.MaxResults);
        if (query.Filter is not null)
        {
            RefuseFilter(query);
        }

        if (query.FilterText is { } filter)
        {
            json.WriteStartObject("filter"u8);
            json.WriteString("metadata_filter"u8, filter);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    protected override IEnumerable<VectorHit> HitsIn(JsonElement answer)
    {
        var found = new List<VectorHit>();
        foreach (var context in ListIn(answer.Member("contexts"u8) is { ValueKind: JsonValueKind.Object } inner ? inner : answer, "contexts"u8))
        {
            var address = context.Text("sourceUri"u8) ?? "";
            found.Add(new VectorHit(
                address, context.Text("sourceDisplayName"u8) is { Length: > 0 } name ? name : LastPart(address),
                context.Member("score"u8).Number() ?? context.Member("distance"u8).Number(), context.Text("text"u8) ?? ""));
        }

        return found;
    }
}
