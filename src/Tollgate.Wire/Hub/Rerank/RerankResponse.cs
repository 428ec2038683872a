using System.Text.Json;

namespace Tollgate.Wire.Hub.Rerank;

/// <summary>A document's place in an order.</summary>
/// <param name="Index">Its index in the request.</param>
/// <param name="Score">How relevant it is; larger is more.</param>
/// <param name="Document">The document as the upstream repeats it; undefined when it does not.</param>
public readonly record struct RerankResult(long Index, double Score, JsonElement Document);

/// <summary>An order of documents, in whatever words an upstream has for it.</summary>
public sealed class RerankResponse
{
    /// <summary>The answer's id; null when it has none.</summary>
    public string? Id { get; init; }

    /// <summary>Model as the upstream names it; null when it does not.</summary>
    public string? Model { get; init; }

    /// <summary>The order, most relevant first.</summary>
    public required IReadOnlyList<RerankResult> Results { get; init; }

    /// <summary>What the upstream says of itself and its bill, Cohere's form; undefined when it says nothing.</summary>
    public JsonElement Meta { get; init; }

    /// <summary>Token counts; undefined when there are none.</summary>
    public JsonElement Usage { get; init; }

    /// <summary>Tokens read, for upstreams that count them outside of a usage object; null when not given.</summary>
    public long? InputTokens { get; init; }

    /// <summary>
    /// Reads an answer. Cohere, Jina, Voyage, Nvidia, TEI, Infinity and the servers that follow one of them differ in three names only: of the
    /// list, of the score and of the document.
    /// </summary>
    /// <exception cref="WireException">It holds no order.</exception>
    public static RerankResponse Read(JsonElement root)
    {
        var list = root.ValueKind == JsonValueKind.Array ? root
            : First(root, "results", "data", "rankings", "ranking");
        if (list.ValueKind != JsonValueKind.Array)
        {
            return ReadScores(root);
        }

        var results = new List<RerankResult>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            var index = item.Member("index"u8).Count() ?? throw Malformed("a result has no index");
            var score = First(item, "relevance_score", "score", "logit", "similarity").Number() ?? throw Malformed("a result has no score");
            results.Add(new RerankResult(index, score, First(item, "document", "text", "input")));
        }

        return Of(root, results);
    }

    /// <summary>Writes Cohere's form for a client.</summary>
    /// <param name="request">What the client asked for: documents are repeated and the order is cut by it.</param>
    /// <param name="json">Takes one JSON object.</param>
    public void Write(RerankRequest request, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteGiven("id"u8, Id);
        json.WriteGiven("model"u8, Model);
        json.WriteStartArray("results"u8);
        var most = request.TopN ?? long.MaxValue;
        foreach (var result in Results)
        {
            if (most-- <= 0)
            {
                break;
            }

            json.WriteStartObject();
            json.WriteNumber("index"u8, result.Index);
            json.WriteNumber("relevance_score"u8, result.Score);
            WriteDocument(request, result, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteMeta(json);
        if (Usage.IsGiven())
        {
            json.WriteElement("usage"u8, Usage);
        }

        json.WriteEndObject();
    }

    private static RerankResponse Of(JsonElement root, List<RerankResult> results)
    {
        // Sorted by us: some servers answer in the order of the request. Equal scores keep their order.
        var ordered = results.OrderByDescending(static result => result.Score).ToList();
        if (root.ValueKind != JsonValueKind.Object)
        {
            return new RerankResponse { Results = ordered };
        }

        return new RerankResponse
        {
            Id = root.Text("id"u8),
            Model = root.Text("model"u8),
            Results = ordered,
            Meta = root.Member("meta"u8),
            Usage = root.Member("usage"u8),
            InputTokens = First(root, "input_tokens", "total_tokens", "input_token_count").Count(),
        };
    }

    /// <summary>DeepInfra gives the scores alone, in the order of the documents.</summary>
    private static RerankResponse ReadScores(JsonElement root)
    {
        var scores = root.Member("scores"u8);
        if (scores.ValueKind != JsonValueKind.Array)
        {
            throw Malformed("it holds no results");
        }

        var results = new List<RerankResult>();
        foreach (var score in scores.EnumerateArray())
        {
            results.Add(new RerankResult(results.Count, score.Number() ?? throw Malformed("a score is no number"), default));
        }

        return Of(root, results);
    }

    private static void WriteDocument(RerankRequest request, in RerankResult result, Utf8JsonWriter json)
    {
        var document = result.Document.IsGiven() ? result.Document
            : request.ReturnDocuments == true && result.Index < request.Documents.Count ? request.Documents[(int)result.Index] : default;
        if (!document.IsGiven() || request.ReturnDocuments == false)
        {
            return;
        }

        if (document.ValueKind == JsonValueKind.Object)
        {
            json.WriteElement("document"u8, document);
            return;
        }

        json.WriteStartObject("document"u8);
        json.WriteString("text"u8, RerankRequest.TextOf(document));
        json.WriteEndObject();
    }

    private void WriteMeta(Utf8JsonWriter json)
    {
        if (Meta.ValueKind == JsonValueKind.Object)
        {
            json.WriteElement("meta"u8, Meta);
            return;
        }

        var tokens = InputTokens ?? First(Usage, "total_tokens", "prompt_tokens").Count();
        if (tokens is not { } count)
        {
            return;
        }

        json.WriteStartObject("meta"u8);
        json.WriteStartObject("billed_units"u8);
        json.WriteNumber("total_tokens"u8, count);
        json.WriteEndObject();
        json.WriteStartObject("tokens"u8);
        json.WriteNumber("input_tokens"u8, count);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static JsonElement First(JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.IsGiven())
            {
                return value;
            }
        }

        return default;
    }

    private static WireException Malformed(string what) => new($"The answer is no order of documents: {what}.");
}
