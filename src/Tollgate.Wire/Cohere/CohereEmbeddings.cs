using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Cohere;

/// <summary>Cohere's embed, both versions (07-native-others.md section 9.3).</summary>
public sealed class CohereEmbeddings : EmbeddingCodec
{
    /// <inheritdoc/>
    public override string Name => "Cohere Embed";

    /// <inheritdoc/>
    public override int MostInputs(TargetModel target) => 96;

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var images = request.Inputs.Count(static input => input.Media is not null);
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteString("input_type"u8, images == request.Inputs.Count ? "image" : request.InputType ?? "search_document");
        if (images == 0)
        {
            PlainChat.WriteTexts(json, "texts"u8, [.. request.Inputs.Select(static input => input.Text ?? "")]);
        }
        else if (images == request.Inputs.Count)
        {
            PlainChat.WriteTexts(json, "images"u8, [.. request.Inputs.Select(static input => input.Media!.AsUrl() ?? "")]);
        }
        else
        {
            WriteMixed(request, json);
        }

        if (!request.Extras.Any(static extra => extra.Name is "embedding_types"))
        {
            PlainChat.WriteTexts(json, "embedding_types"u8, ["float"]);
        }

        json.WriteGiven("truncate"u8, request.Truncate);
        json.WriteGiven("output_dimension"u8, request.Dimensions);
        foreach (var (name, value) in request.Extras)
        {
            json.WritePropertyName(name);
            json.WriteElement(value);
        }

        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        // A client that asks for other types than float gets the first of them that holds numbers.
        var embeddings = root.Member("embeddings"u8);
        if (embeddings.ValueKind is JsonValueKind.Object)
        {
            embeddings = embeddings.Member("float"u8) is { ValueKind: JsonValueKind.Array } floats ? floats
                : embeddings.EnumerateObject().FirstOrDefault(static member => member.Value.ValueKind is JsonValueKind.Array).Value;
        }

        if (embeddings.ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("The answer has no embeddings.");
        }

        var billed = root.Member("meta"u8).Member("billed_units"u8);
        var images = billed.Member("images"u8).Count() ?? billed.Member("image_tokens"u8).Count() ?? 0;
        var response = new EmbeddingResponse
        {
            PromptTokens = billed.Member("input_tokens"u8).Count() is { } texts ? texts + images : images > 0 ? images : null,
            ImageTokens = images,
        };
        foreach (var vector in embeddings.EnumerateArray())
        {
            response.Vectors.Add(Vector(vector));
        }

        return response;
    }

    private static void WriteMixed(EmbeddingRequest request, Utf8JsonWriter json)
    {
        json.WriteStartArray("inputs"u8);
        foreach (var input in request.Inputs)
        {
            json.WriteStartObject();
            json.WriteStartArray("content"u8);
            json.WriteStartObject();
            if (input.Media is { } media)
            {
                json.WriteString("type"u8, "image_url"u8);
                json.WriteStartObject("image_url"u8);
                json.WriteString("url"u8, media.AsUrl());
                json.WriteEndObject();
            }
            else
            {
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, input.Text);
            }

            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
