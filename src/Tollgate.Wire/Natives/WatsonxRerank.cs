using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Hub.Rerank;
using Tollgate.Wire.Media.Shapes;

namespace Tollgate.Wire.Natives;

/// <summary>Reranking at watsonx.ai: model and project stand in the body (07-native-others.md section 12).</summary>
public sealed class WatsonxRerank : RerankShape
{
    /// <summary>The one there is.</summary>
    public static WatsonxRerank Instance { get; } = new();

    /// <inheritdoc/>
    protected override void Write(RerankRequest request, JsonElement original, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (name, value) in target.Options)
        {
            json.WriteString(name, value);
        }

        json.WriteString("query"u8, RerankRequest.TextOf(request.Query));
        json.WriteStartArray("inputs"u8);
        foreach (var document in request.Documents)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, RerankRequest.TextOf(document));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("parameters"u8);
        json.WriteGiven("truncate_input_tokens"u8, request.MaxTokensPerDocument);
        json.WriteStartObject("return_options"u8);
        json.WriteGiven("top_n"u8, request.TopN);
        json.WriteBoolean("inputs"u8, request.ReturnDocuments == true);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
