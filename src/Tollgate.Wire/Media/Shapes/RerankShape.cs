using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Hub.Rerank;

namespace Tollgate.Wire.Media.Shapes;

/// <summary>Reranking as Jina, Together, vLLM, Infinity and most servers have it: Cohere's first form. Others change what is written.</summary>
public class RerankShape : MediaShape
{
    /// <summary>Cohere's first form, as it came from the client.</summary>
    public static RerankShape Standard { get; } = new();

    /// <summary>Cohere's second form: texts only, documents are not repeated.</summary>
    public static RerankShape Cohere { get; } = new CohereShape();

    /// <summary>Voyage.</summary>
    public static RerankShape Voyage { get; } = new VoyageShape();

    /// <summary>Hugging Face's text embeddings inference.</summary>
    public static RerankShape Tei { get; } = new TeiShape();

    /// <summary>Nvidia's retrieval services.</summary>
    public static RerankShape Nvidia { get; } = new NvidiaShape();

    /// <summary>Mixedbread.</summary>
    public static RerankShape Mixedbread { get; } = new MixedbreadShape();

    /// <summary>DeepInfra.</summary>
    public static RerankShape DeepInfra { get; } = new DeepInfraShape();

    /// <inheritdoc/>
    public sealed override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            Write(RerankRequest.Read(request), request, target, json);
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory, AddressOf(target));
    }

    /// <inheritdoc/>
    public sealed override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
        => ReadOrder(answer).Write(RerankRequest.Read(request), json);

    /// <summary>Writes the body.</summary>
    protected virtual void Write(RerankRequest request, JsonElement original, TargetModel target, Utf8JsonWriter json) => json.WriteElement(original);

    /// <summary>Reads the order in an answer.</summary>
    /// <exception cref="WireException">It holds none.</exception>
    protected virtual RerankResponse ReadOrder(JsonElement answer) => RerankResponse.Read(answer);

    /// <summary>What is added to the address.</summary>
    protected virtual string AddressOf(TargetModel target) => "";

    private static void WriteTexts(Utf8JsonWriter json, string name, RerankRequest request)
    {
        json.WriteStartArray(name);
        foreach (var document in request.Documents)
        {
            json.WriteStringValue(RerankRequest.TextOf(document));
        }

        json.WriteEndArray();
    }

    private static void WriteExtras(Utf8JsonWriter json, RerankRequest request)
    {
        foreach (var extra in request.Extras)
        {
            json.WritePropertyName(extra.Name);
            json.WriteElement(extra.Value);
        }
    }

    private sealed class CohereShape : RerankShape
    {
        protected override void Write(RerankRequest request, JsonElement original, TargetModel target, Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteString("model"u8, request.Model);
            json.WriteElement("query"u8, request.Query);

            // Objects go as JSON text, which is YAML: the form that the second version reads them in.
            json.WriteStartArray("documents"u8);
            foreach (var document in request.Documents)
            {
                json.WriteStringValue(document.Text() ?? document.GetRawText());
            }

            json.WriteEndArray();
            json.WriteGiven("top_n"u8, request.TopN);
            json.WriteGiven("max_tokens_per_doc"u8, request.MaxTokensPerDocument);
            WriteExtras(json, request);
            json.WriteEndObject();
        }
    }

    private sealed class VoyageShape : RerankShape
    {
        protected override void Write(RerankRequest request, JsonElement original, TargetModel target, Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteString("model"u8, request.Model);
            json.WriteElement("query"u8, request.Query);
            WriteTexts(json, "documents", request);
            json.WriteGiven("top_k"u8, request.TopN);
            json.WriteGiven("return_documents"u8, request.ReturnDocuments);
            WriteExtras(json, request);
            json.WriteEndObject();
        }
    }

    private sealed class TeiShape : RerankShape
    {
        protected override void Write(RerankRequest request, JsonElement original, TargetModel target, Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteElement("query"u8, request.Query);
            WriteTexts(json, "texts", request);
            json.WriteGiven("return_text"u8, request.ReturnDocuments);
            WriteExtras(json, request);
            json.WriteEndObject();
        }
    }

    private sealed class NvidiaShape : RerankShape
    {
        protected override void Write(RerankRequest request, JsonElement original, TargetModel target, Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteString("model"u8, request.Model);
            json.WriteStartObject("query"u8);
            json.WriteString("text"u8, RerankRequest.TextOf(request.Query));
            json.WriteEndObject();
            json.WriteStartArray("passages"u8);
            foreach (var document in request.Documents)
            {
                json.WriteStartObject();
                json.WriteString("text"u8, RerankRequest.TextOf(document));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteExtras(json, request);
            json.WriteEndObject();
        }
    }

    private sealed class MixedbreadShape : RerankShape
    {
        protected override void Write(RerankRequest request, JsonElement original, TargetModel target, Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteString("model"u8, request.Model);
            json.WriteElement("query"u8, request.Query);
            json.WriteStartArray("input"u8);
            foreach (var document in request.Documents)
            {
                json.WriteElement(document);
            }

            json.WriteEndArray();
            json.WriteGiven("top_k"u8, request.TopN);
            json.WriteGiven("return_input"u8, request.ReturnDocuments);
            if (request.RankFields.IsGiven())
            {
                json.WriteElement("rank_fields"u8, request.RankFields);
            }

            WriteExtras(json, request);
            json.WriteEndObject();
        }
    }

    private sealed class DeepInfraShape : RerankShape
    {
        protected override string AddressOf(TargetModel target) => "/" + target.Model;

        protected override void Write(RerankRequest request, JsonElement original, TargetModel target, Utf8JsonWriter json)
        {
            json.WriteStartObject();

            json.WriteStartArray("queries"u8);
            json.WriteElement(request.Query);
            json.WriteEndArray();
            WriteTexts(json, "documents", request);
            WriteExtras(json, request);
            json.WriteEndObject();
        }
    }
}
