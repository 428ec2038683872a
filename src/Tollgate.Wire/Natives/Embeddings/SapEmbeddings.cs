using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Natives.Embeddings;

/// <summary>Embeddings of SAP AI Core's orchestration (07-native-others.md section 13): the model is a module's, the answer OpenAI's inside.</summary>
public sealed class SapEmbeddings() : TextEmbeddings("SAP Orchestration Embeddings")
{
    private static readonly string[] Types = ["text", "document", "query"];

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("config"u8);
        json.WriteStartObject("modules"u8);
        json.WriteStartObject("embeddings"u8);
        json.WriteStartObject("model"u8);
        json.WriteString("name"u8, request.Model);
        if (request.Dimensions is not null || request.Extras.Count > 0)
        {
            json.WriteStartObject("params"u8);
            json.WriteGiven("dimensions"u8, request.Dimensions);
            WriteOwn(request, json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("input"u8);
        WriteTexts(request, "text"u8, json);
        json.WriteGiven("type"u8, Types.FirstOrDefault(type => request.InputType?.Contains(type, StringComparison.OrdinalIgnoreCase) == true));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var result = root.Member("final_result"u8);
        var response = new EmbeddingResponse { PromptTokens = result.Member("usage"u8).Member("prompt_tokens"u8).Count() };
        ReadVectors(result.Member("data"u8), response, static item => item.Member("embedding"u8));
        return response;
    }
}
