using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Hub.Rerank;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Bedrock;

/// <summary>Reranking as Bedrock's agent runtime has it (05-bedrock-sagemaker.md section 7).</summary>
public sealed class BedrockRerank : MediaShape
{
    /// <summary>Name of the setting that holds the model's ARN.</summary>
    public const string ArnOption = "model_arn";

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var read = RerankRequest.Read(request);
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteStartArray("queries"u8);
            json.WriteStartObject();
            json.WriteString("type"u8, "TEXT"u8);
            json.WriteStartObject("textQuery"u8);
            json.WriteString("text"u8, RerankRequest.TextOf(read.Query));
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            WriteSources(read, json);
            WriteConfiguration(read, target, json);
            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var results = answer.Member("results"u8);
        if (results.ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("The answer holds no results.");
        }

        // In the form that all others answer in, and read from there.
        var usual = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(usual, HubJson.Writing))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("results"u8);
            foreach (var result in results.EnumerateArray())
            {
                writer.WriteStartObject();
                writer.WriteGiven("index"u8, result.Member("index"u8).Count());
                writer.WriteGiven("relevance_score"u8, result.Member("relevanceScore"u8).Number());
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(usual.WrittenMemory);
        RerankResponse.Read(document.RootElement).Write(RerankRequest.Read(request), json);
    }

    private static void WriteSources(RerankRequest read, Utf8JsonWriter json)
    {
        json.WriteStartArray("sources"u8);
        foreach (var document in read.Documents)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "INLINE"u8);
            json.WriteStartObject("inlineDocumentSource"u8);
            if (document.Text() is { } text)
            {
                json.WriteString("type"u8, "TEXT"u8);
                json.WriteStartObject("textDocument"u8);
                json.WriteString("text"u8, text);
                json.WriteEndObject();
            }
            else
            {
                json.WriteString("type"u8, "JSON"u8);
                json.WriteElement("jsonDocument"u8, document);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteConfiguration(RerankRequest read, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject("rerankingConfiguration"u8);
        json.WriteString("type"u8, "BEDROCK_RERANKING_MODEL"u8);
        json.WriteStartObject("bedrockRerankingConfiguration"u8);
        json.WriteStartObject("modelConfiguration"u8);
        json.WriteString("modelArn"u8, target.Options.GetValueOrDefault(ArnOption) ?? target.Model);
        json.WriteEndObject();
        json.WriteNumber("numberOfResults"u8, read.TopN ?? read.Documents.Count);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
