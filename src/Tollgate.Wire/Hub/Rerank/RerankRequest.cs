using System.Text.Json;

namespace Tollgate.Wire.Hub.Rerank;

/// <summary>A query and documents to be put in order by it.</summary>
public sealed class RerankRequest
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "model", "query", "documents", "top_n", "return_documents", "rank_fields", "max_chunks_per_doc", "max_tokens_per_doc",
    };

    /// <summary>Model as the upstream is sent it.</summary>
    public required string Model { get; init; }

    /// <summary>The query.</summary>
    public required JsonElement Query { get; init; }

    /// <summary>The documents as the client sent them: texts or objects.</summary>
    public required IReadOnlyList<JsonElement> Documents { get; init; }

    /// <summary>How many of them are wanted; null for all.</summary>
    public long? TopN { get; init; }

    /// <summary>Whether the answer repeats the documents; null when the client did not say.</summary>
    public bool? ReturnDocuments { get; init; }

    /// <summary>Fields of object documents that count, an array of names; undefined when not given.</summary>
    public JsonElement RankFields { get; init; }

    /// <summary>Chunks that a document may be cut into; null when not given.</summary>
    public long? MaxChunksPerDocument { get; init; }

    /// <summary>Tokens of a document that count; null when not given.</summary>
    public long? MaxTokensPerDocument { get; init; }

    /// <summary>Members that no dialect of ours knows, passed on as they came.</summary>
    public IReadOnlyList<JsonProperty> Extras { get; init; } = [];

    /// <summary>Reads a client's body, Cohere's form.</summary>
    /// <exception cref="WireException">It is not what the form demands; names the field.</exception>
    public static RerankRequest Read(JsonElement root)
    {
        var documents = root.Member("documents"u8);
        if (documents.ValueKind != JsonValueKind.Array)
        {
            throw new WireException("Invalid type for 'documents': expected an array of texts or objects.", "documents");
        }

        return new RerankRequest
        {
            Model = root.Text("model"u8) ?? "",
            Query = root.Member("query"u8),
            Documents = [.. documents.EnumerateArray()],
            TopN = root.Member("top_n"u8).Count(),
            ReturnDocuments = root.Member("return_documents"u8).Flag(),
            RankFields = root.Member("rank_fields"u8),
            MaxChunksPerDocument = root.Member("max_chunks_per_doc"u8).Count(),
            MaxTokensPerDocument = root.Member("max_tokens_per_doc"u8).Count(),
            Extras = [.. root.EnumerateObject().Where(static member => !Known.Contains(member.Name))],
        };
    }

    /// <summary>The text of a document: the text itself, the <c>text</c> of an object, or the object as it stands.</summary>
    public static string TextOf(JsonElement document) => document.Text() ?? document.Text("text"u8) ?? document.GetRawText();
}
