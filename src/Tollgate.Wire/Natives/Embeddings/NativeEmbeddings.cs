using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Natives.Embeddings;

/// <summary>Ollama's <c>/api/embed</c> (06-local-selfhosted.md section 1.4).</summary>
public sealed class OllamaEmbeddings() : TextEmbeddings("Ollama Embed")
{
    private static readonly string[] AtRoot = ["keep_alive", "options"];

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        WriteTexts(request, "input"u8, json);
        json.WriteGiven("dimensions"u8, request.Dimensions);
        if (request.Truncate is { } truncate)
        {
            json.WriteBoolean("truncate"u8, truncate is not ("NONE" or "none"));
        }

        var options = request.Extras.Where(static extra => !AtRoot.Contains(extra.Name, StringComparer.Ordinal)).ToList();
        foreach (var (member, value) in request.Extras.Where(extra => AtRoot.Contains(extra.Name, StringComparer.Ordinal)))
        {
            if (member is not "options" || options.Count == 0)
            {
                json.WritePropertyName(member);
                json.WriteElement(value);
            }
        }

        if (options.Count > 0)
        {
            json.WriteStartObject("options"u8);
            foreach (var (member, value) in options)
            {
                json.WritePropertyName(member);
                json.WriteElement(value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var response = new EmbeddingResponse { PromptTokens = root.Member("prompt_eval_count"u8).Count() };
        ReadVectors(root.Member("embeddings"u8), response);
        return response;
    }
}

/// <summary>watsonx.ai's embeddings (07-native-others.md section 12).</summary>
public sealed class WatsonxEmbeddings() : TextEmbeddings("watsonx Embeddings", 1000)
{
    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (member, value) in target.Options)
        {
            json.WriteString(member, value);
        }

        WriteTexts(request, "inputs"u8, json);
        if (request.Extras.Count > 0)
        {
            json.WriteStartObject("parameters"u8);
            WriteOwn(request, json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var response = new EmbeddingResponse { PromptTokens = root.Member("input_token_count"u8).Count() };
        ReadVectors(root.Member("results"u8), response, static item => item.Member("embedding"u8));
        return response;
    }
}

/// <summary>Snowflake Cortex's <c>inference:embed</c> (07-native-others.md section 13).</summary>
public sealed class SnowflakeEmbeddings() : TextEmbeddings("Snowflake Cortex Embed")
{
    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        WriteTexts(request, "text"u8, json);
        WriteOwn(request, json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var usage = root.Member("usage"u8);
        var response = new EmbeddingResponse
        {
            PromptTokens = usage.Member("prompt_tokens"u8).Count()
            ?? usage.Member("total_tokens"u8).Count()
        };
        ReadVectors(root.Member("data"u8), response, static item => item.Member("embedding"u8) is var list
            && list.ValueKind is JsonValueKind.Array && list.GetArrayLength() > 0 && list[0].ValueKind is JsonValueKind.Array ? list[0]
                : list);
        return response;
    }
}

/// <summary>Oracle Generative AI's <c>embedText</c> (07-native-others.md section 13).</summary>
public sealed class OciEmbeddings() : TextEmbeddings("Oracle Generative AI Embed", 96)
{
    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        OciCodec.WriteServing(request.Model, target, json);
        WriteTexts(request, "inputs"u8, json);
        json.WriteGiven("truncate"u8, request.Truncate);
        json.WriteGiven("inputType"u8, request.InputType?.ToUpperInvariant());
        WriteOwn(request, json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var response = new EmbeddingResponse { PromptTokens = root.Member("usage"u8).Member("promptTokens"u8).Count() };
        ReadVectors(root.Member("embeddings"u8), response);
        return response;
    }
}

/// <summary>
/// Triton Inference Server's tensors (06-local-selfhosted.md section 3): the first output holds all vectors, one behind the other.
/// </summary>
public sealed class TritonEmbeddings() : TextEmbeddings("Triton Infer")
{
    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("inputs"u8);
        json.WriteStartObject();
        json.WriteString("name"u8, "input_text"u8);
        json.WriteStartArray("shape"u8);
        json.WriteNumberValue(request.Inputs.Count);
        json.WriteEndArray();
        json.WriteString("datatype"u8, "BYTES"u8);
        WriteTexts(request, "data"u8, json);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var output = root.Member("outputs"u8) is { ValueKind: JsonValueKind.Array } outputs && outputs.GetArrayLength() > 0 ? outputs[0]
            : default;
        var shape = output.Member("shape"u8);
        var numbers = Vector(output.Member("data"u8));
        var rows = shape.ValueKind is JsonValueKind.Array && shape.GetArrayLength() == 2 ? shape[0].Count() ?? 0 : 1;
        if (rows is 0 || rows > numbers.Length || numbers.Length % rows != 0)
        {
            throw new WireException("The answer's tensor does not have the shape it says.");
        }

        var response = new EmbeddingResponse();
        foreach (var vector in numbers.Chunk((int)(numbers.Length / rows)))
        {
            response.Vectors.Add(vector);
        }

        return response;
    }
}

/// <summary>Hugging Face's feature extraction (07-native-others.md section 10).</summary>
public sealed class FeatureExtraction() : TextEmbeddings("Hugging Face Feature Extraction")
{
    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteTexts(request, "inputs"u8, json);
        WriteOwn(request, json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var response = new EmbeddingResponse();
        ReadVectors(root, response);
        return response;
    }
}
