using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Embeddings of AI Studio: <c>batchEmbedContents</c>, which takes one input as well as many (04-gemini-vertex.md section 4).</summary>
public sealed class GeminiEmbeddings : EmbeddingCodec
{
    /// <inheritdoc/>
    public override string Name => "Google batchEmbedContents";

    /// <inheritdoc/>
    public override int MostInputs(TargetModel target) => 100;

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var model = target.Model.StartsWith("models/", StringComparison.Ordinal) || target.Model.StartsWith("tunedModels/", StringComparison.Ordinal)
            ? target.Model : "models/" + target.Model;
        json.WriteStartObject();
        json.WriteStartArray("requests"u8);
        foreach (var input in request.Inputs)
        {
            json.WriteStartObject();
            json.WriteString("model"u8, model);
            json.WriteStartObject("content"u8);
            json.WriteStartArray("parts"u8);
            WritePart(json, input);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteGiven("taskType"u8, EmbeddingTasks.Of(request.InputType));
            json.WriteGiven("outputDimensionality"u8, request.Dimensions);
            foreach (var extra in request.Extras)
            {
                if (extra.Name is "title" or "taskType")
                {
                    json.WritePropertyName(extra.Name);
                    json.WriteElement(extra.Value);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var response = new EmbeddingResponse();
        var embeddings = root.Member("embeddings"u8);
        foreach (var embedding in embeddings.IsGiven() ? embeddings.Items() : root.Member("embedding"u8).Items())
        {
            response.Vectors.Add(Vector(embedding.Member("values"u8)));
        }

        response.PromptTokens = root.Member("usageMetadata"u8).Member("promptTokenCount"u8).Count();
        return response;
    }

    private static void WritePart(Utf8JsonWriter json, EmbeddingInput input)
    {
        if (input.Media is null)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, input.Text);
            json.WriteEndObject();
        }
        else if (!MediaWriter.TryWrite(json, new DocumentPart(input.Media), default))
        {
            throw new WireException("An input has neither text nor bytes nor an address.", "input");
        }
    }
}

/// <summary>What embeddings are for, in Google's words.</summary>
internal static class EmbeddingTasks
{
    /// <summary>Google's word for one of Cohere's; Google's own are kept.</summary>
    public static string? Of(string? type) => type switch
    {
        "search_document" => "RETRIEVAL_DOCUMENT",
        "search_query" => "RETRIEVAL_QUERY",
        "classification" => "CLASSIFICATION",
        "clustering" => "CLUSTERING",
        _ => type,
    };
}
