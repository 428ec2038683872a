using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Text embeddings of Vertex AI: <c>predict</c> (04-gemini-vertex.md section 4).</summary>
public sealed class VertexEmbeddings : EmbeddingCodec
{
    /// <summary>Instances in one request, by Google's documentation of the text-embedding models.</summary>
    private const int MostInstances = 250;

    /// <inheritdoc/>
    public override string Name => "Vertex AI predict, texts";

    /// <inheritdoc/>
    public override int MostInputs(TargetModel target) => target.Model.Contains("gemini-embedding", StringComparison.OrdinalIgnoreCase) ? 1 : MostInstances;

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        // A fine-tuned model is an endpoint with a number; its instances have another form.
        var isTuned = target.Model.Length > 0 && target.Model.All(char.IsAsciiDigit);
        json.WriteStartObject();
        json.WriteStartArray("instances"u8);
        foreach (var input in request.Inputs)
        {
            json.WriteStartObject();
            json.WriteString(isTuned ? "inputs"u8 : "content"u8, input.Text ?? throw new WireException("The model embeds texts only.", "input"));
            if (!isTuned)
            {
                json.WriteGiven("task_type"u8, EmbeddingTasks.Of(request.InputType));
                json.WriteGiven("title"u8, request.Extras.FirstOrDefault(static extra => extra.Name is "title").Value.Text());
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteParameters(request, isTuned, json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var response = new EmbeddingResponse();
        foreach (var prediction in root.Member("predictions"u8).Items())
        {
            if (prediction.ValueKind is JsonValueKind.Array)
            {
                // A fine-tuned endpoint answers with the bare numbers.
                response.Vectors.Add(Vector(prediction));
                continue;
            }

            var embeddings = prediction.Member("embeddings"u8);
            response.Vectors.Add(Vector(embeddings.Member("values"u8)));
            if (embeddings.Member("statistics"u8).Member("token_count"u8).Count() is { } tokens)
            {
                response.PromptTokens = (response.PromptTokens ?? 0) + tokens;
            }
        }

        return response;
    }

    private static void WriteParameters(EmbeddingRequest request, bool isTuned, Utf8JsonWriter json)
    {
        var autoTruncate = request.Extras.FirstOrDefault(static extra => extra.Name is "auto_truncate" or "autoTruncate").Value.Flag()
            ?? (request.Truncate is null ? null : !string.Equals(request.Truncate, "NONE", StringComparison.OrdinalIgnoreCase));
        if (isTuned || (request.Dimensions is null && autoTruncate is null))
        {
            return;
        }

        json.WriteStartObject("parameters"u8);
        json.WriteGiven("outputDimensionality"u8, request.Dimensions);
        json.WriteGiven("autoTruncate"u8, autoTruncate);
        json.WriteEndObject();
    }
}

/// <summary>Embeddings of texts, images and films of Vertex AI (<c>multimodalembedding</c>): one input a request.</summary>
public sealed class VertexMultimodalEmbeddings : EmbeddingCodec
{
    /// <inheritdoc/>
    public override string Name => "Vertex AI predict, media";

    /// <inheritdoc/>
    public override int MostInputs(TargetModel target) => 1;

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("instances"u8);
        foreach (var input in request.Inputs)
        {
            json.WriteStartObject();
            WriteInput(json, input);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (request.Dimensions is { } dimensions)
        {
            json.WriteStartObject("parameters"u8);
            json.WriteNumber("dimension"u8, dimensions);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var response = new EmbeddingResponse();
        foreach (var prediction in root.Member("predictions"u8).Items())
        {
            var vector = prediction.Member("textEmbedding"u8);
            vector = vector.IsGiven() ? vector : prediction.Member("imageEmbedding"u8);
            vector = vector.IsGiven() ? vector : prediction.Member("videoEmbeddings"u8).Items().FirstOrDefault().Member("embedding"u8);
            response.Vectors.Add(Vector(vector));
        }

        return response;
    }

    private static void WriteInput(Utf8JsonWriter json, EmbeddingInput input)
    {
        var address = input.Media?.Url ?? (input.Text is { } text && text.StartsWith("gs://", StringComparison.Ordinal) ? text : null);
        var type = input.Media?.MediaType ?? (address is null ? null : MediaTypes.OfName(address));
        if (address is null && input.Media is null)
        {
            json.WriteString("text"u8, input.Text);
            return;
        }

        json.WriteStartObject(type is not null && type.StartsWith("video/", StringComparison.Ordinal) ? "video"u8 : "image"u8);
        if (address is not null)
        {
            json.WriteString("gcsUri"u8, address);
        }
        else
        {
            json.WriteString("bytesBase64Encoded"u8, input.Media!.Base64.Span);
        }

        json.WriteEndObject();
    }
}
