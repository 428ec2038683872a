using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Hub.Rerank;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Natives;

/// <summary>Reranking at watsonx.ai: model and project stand in the body (07-native-others.md section 12).</summary>
public sealed class WatsonxRerank : MediaShape
{
    /// <summary>The one there is.</summary>
    public static WatsonxRerank Instance { get; } = new();

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var read = RerankRequest.Read(request);
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            foreach (var (name, value) in target.Options)
            {
                json.WriteString(name, value);
            }

            json.WriteString("query"u8, RerankRequest.TextOf(read.Query));
            json.WriteStartArray("inputs"u8);
            foreach (var document in read.Documents)
            {
                json.WriteStartObject();
                json.WriteString("text"u8, RerankRequest.TextOf(document));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("parameters"u8);
            json.WriteGiven("truncate_input_tokens"u8, read.MaxTokensPerDocument);
            json.WriteStartObject("return_options"u8);
            json.WriteGiven("top_n"u8, read.TopN);
            json.WriteBoolean("inputs"u8, read.ReturnDocuments == true);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
        => RerankResponse.Read(answer).Write(RerankRequest.Read(request), json);
}
