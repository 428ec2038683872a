using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>Embeddings of Amazon's Titan models: one input a call (05-bedrock-sagemaker.md section 6).</summary>
public sealed class TitanEmbeddings : EmbeddingCodec
{
    /// <inheritdoc/>
    public override string Name => "Amazon Titan embeddings";

    /// <inheritdoc/>
    public override int MostInputs(TargetModel target) => 1;

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var input = request.Inputs[0];
        var sees = EmbeddingMembers.ModelOf(target).Contains("embed-image", StringComparison.OrdinalIgnoreCase);
        json.WriteStartObject();
        if (input.Media is { } media)
        {
            json.WriteString(
                "inputImage"u8, sees ? EmbeddingMembers.BytesOf(media) : throw new WireException("The model embeds texts only.", "input"));
        }
        else
        {
            json.WriteString("inputText"u8, input.Text);
        }

        if (request.Dimensions is { } dimensions && sees)
        {
            json.WriteStartObject("embeddingConfig"u8);
            json.WriteNumber("outputEmbeddingLength"u8, dimensions);
            json.WriteEndObject();
        }
        else if (request.Dimensions is { } length)
        {
            json.WriteNumber("dimensions"u8, length);
        }

        EmbeddingMembers.WriteOwn(request, json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var response = new EmbeddingResponse { PromptTokens = root.Member("inputTextTokenCount"u8).Count() };
        var vector = root.Member("embedding"u8);
        response.Vectors.Add(Vector(vector.IsGiven() ? vector : root.Member("embeddingsByType"u8).Member("float"u8)));
        return response;
    }
}

/// <summary>Embeddings of Amazon's Nova models: one input a call.</summary>
public sealed class NovaEmbeddings : EmbeddingCodec
{
    /// <inheritdoc/>
    public override string Name => "Amazon Nova embeddings";

    /// <inheritdoc/>
    public override int MostInputs(TargetModel target) => 1;

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var input = request.Inputs[0];
        json.WriteStartObject();
        json.WriteString("taskType"u8, "SINGLE_EMBEDDING"u8);
        json.WriteStartObject("singleEmbeddingParams"u8);
        json.WriteString("embeddingPurpose"u8, request.InputType ?? "GENERIC_INDEX");
        json.WriteNumber("embeddingDimension"u8, request.Dimensions ?? 3072);
        if (input.Media is { } media)
        {
            WriteMedia(media, json);
        }
        else
        {
            json.WriteStartObject("text"u8);
            json.WriteString("truncationMode"u8, request.Truncate ?? "END");
            json.WriteString("value"u8, input.Text);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        EmbeddingMembers.WriteOwn(request, json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var list = root.Member("embeddings"u8);
        if (list.ValueKind is not JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw new WireException("The answer holds no embeddings.");
        }

        var response = new EmbeddingResponse { PromptTokens = root.Member("inputTextTokenCount"u8).Count() };
        response.Vectors.Add(Vector(list[0].Member("embedding"u8)));
        return response;
    }

    private static void WriteMedia(MediaSource media, Utf8JsonWriter json)
    {
        var type = media.MediaType ?? MediaTypes.Sniff(media.Base64.Span) ?? "image/png";
        var kind = type[..Math.Max(0, type.IndexOf('/', StringComparison.Ordinal))];
        if (kind is not ("image" or "video" or "audio"))
        {
            throw new WireException($"The model embeds texts, images, films and sound, not {type}.", "input");
        }

        json.WriteStartObject(kind);
        json.WriteString("format"u8, MediaTypes.FormatOf(type));
        if (kind is "image")
        {
            json.WriteString("detailLevel"u8, "STANDARD_IMAGE"u8);
        }
        else if (kind is "video")
        {
            json.WriteString("embeddingMode"u8, "AUDIO_VIDEO_COMBINED"u8);
        }

        json.WriteStartObject("source"u8);
        json.WriteString("bytes"u8, EmbeddingMembers.BytesOf(media));
        json.WriteEndObject();
        json.WriteEndObject();
    }
}

/// <summary>Embeddings of Cohere's models on Bedrock: a batch a call.</summary>
public sealed class BedrockCohereEmbeddings : EmbeddingCodec
{
    private const int MostTexts = 96;

    /// <inheritdoc/>
    public override string Name => "Cohere embeddings on Bedrock";

    /// <inheritdoc/>
    public override int MostInputs(TargetModel target) => MostTexts;

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var images = request.Inputs.Count(static input => input.Media is not null);
        if (images > 0 && images < request.Inputs.Count)
        {
            throw new WireException("The model embeds either texts or images in one call.", "input");
        }

        json.WriteStartObject();
        json.WriteStartArray(images > 0 ? "images"u8 : "texts"u8);
        foreach (var input in request.Inputs)
        {
            json.WriteStringValue(input.Text ?? input.Media!.AsUrl());
        }

        json.WriteEndArray();
        json.WriteString("input_type"u8, request.InputType ?? (images > 0 ? "image" : "search_document"));
        json.WriteGiven("truncate"u8, request.Truncate);
        if (request.Dimensions is { } dimensions)
        {
            json.WriteNumber("output_dimension"u8, dimensions);
        }

        EmbeddingMembers.WriteOwn(request, json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var list = root.Member("embeddings"u8);
        list = list.ValueKind is JsonValueKind.Object ? list.Member("float"u8) : list;
        if (list.ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("The answer holds no embeddings that are numbers.");
        }

        var response = new EmbeddingResponse { PromptTokens = root.Member("meta"u8).Member("billed_units"u8).Member("input_tokens"u8).Count() };
        foreach (var vector in list.EnumerateArray())
        {
            response.Vectors.Add(Vector(vector));
        }

        return response;
    }
}

/// <summary>Embeddings of TwelveLabs' Marengo: one text or image a call.</summary>
public sealed class MarengoEmbeddings : EmbeddingCodec
{
    /// <inheritdoc/>
    public override string Name => "TwelveLabs Marengo embeddings";

    /// <inheritdoc/>
    public override int MostInputs(TargetModel target) => 1;

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var input = request.Inputs[0];
        json.WriteStartObject();
        if (input.Media is { } media)
        {
            json.WriteString("inputType"u8, request.InputType ?? "image");
            json.WriteStartObject("mediaSource"u8);
            json.WriteString("base64String"u8, EmbeddingMembers.BytesOf(media));
            json.WriteEndObject();
        }
        else if (input.Text is { } place && place.StartsWith("s3://", StringComparison.Ordinal))
        {
            json.WriteString("inputType"u8, request.InputType ?? "video");
            json.WriteStartObject("mediaSource"u8);
            json.WriteStartObject("s3Location"u8);
            json.WriteString("uri"u8, place);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("inputType"u8, request.InputType ?? "text");
            json.WriteString("inputText"u8, input.Text);
        }

        EmbeddingMembers.WriteOwn(request, json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override EmbeddingResponse ReadResponse(JsonElement root, TargetModel target)
    {
        var data = root.Member("data"u8);
        var response = new EmbeddingResponse();
        response.Vectors.Add(Vector(data.ValueKind is JsonValueKind.Array && data.GetArrayLength() > 0 ? data[0].Member("embedding"u8) : root.Member("embedding"u8)));
        return response;
    }
}

/// <summary>What the embeddings of Bedrock's models share.</summary>
internal static class EmbeddingMembers
{
    /// <summary>The model without route, region and ARN.</summary>
    public static string ModelOf(TargetModel target) => target.Options.GetValueOrDefault(ConverseTraits.BaseModelOption) ?? target.Model;

    /// <summary>Writes the model's own parameters, as the client named them.</summary>
    public static void WriteOwn(EmbeddingRequest request, Utf8JsonWriter json)
    {
        foreach (var extra in request.Extras)
        {
            json.WritePropertyName(extra.Name);
            json.WriteElement(extra.Value);
        }
    }

    /// <summary>The bytes of a medium in base64.</summary>
    /// <exception cref="WireException">They are elsewhere.</exception>
    public static string BytesOf(MediaSource media)
        => media.Base64.IsEmpty ? throw new WireException("Bedrock takes media as bytes: give a data URI.", "input") : Encoding.ASCII.GetString(media.Base64.Span);
}
