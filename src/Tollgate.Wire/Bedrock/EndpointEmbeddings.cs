using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>Embeddings of SageMaker's endpoints, whose containers want one of three bodies and answer in one of four.</summary>
public sealed class EndpointEmbeddings : EmbeddingCodec
{
    /// <inheritdoc/>
    public override string Name => "SageMaker embeddings";

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var isVoyage = target.Model.Contains("voyage", StringComparison.OrdinalIgnoreCase);
        json.WriteStartObject();
        json.WriteStartArray(isVoyage ? "input"u8 : "inputs"u8);
        foreach (var input in request.Inputs)
        {
            json.WriteStringValue(input.Text ?? throw new WireException("The endpoint embeds texts only.", "input"));
        }

        json.WriteEndArray();
        json.WriteGiven("input_type"u8, request.InputType);
        if (isVoyage && request.Dimensions is { } dimensions)
        {
            json.WriteNumber("output_dimension"u8, dimensions);
        }

        EmbeddingMembers.WriteOwn(request, json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var response = new EmbeddingResponse { PromptTokens = root.Member("usage"u8).Member("total_tokens"u8).Count() };
        var list = root.ValueKind is JsonValueKind.Array ? root
            : root.Member("embedding"u8) is { ValueKind: JsonValueKind.Array } named ? named
            : root.Member("embeddings"u8) is { ValueKind: JsonValueKind.Array } many ? many : root.Member("data"u8);
        if (list.ValueKind is not JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw new WireException("The answer holds no embeddings.");
        }

        if (list[0].ValueKind is JsonValueKind.Number)
        {
            response.Vectors.Add(Vector(list));
            return response;
        }

        foreach (var item in list.EnumerateArray())
        {
            response.Vectors.Add(Vector(item.ValueKind is JsonValueKind.Object ? item.Member("embedding"u8) : item));
        }

        return response;
    }
}
