using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Bedrock;

/// <summary>
/// Pictures by Titan, Nova Canvas and Stability's models on Bedrock: from text, and from the client's own pictures (05-bedrock-sagemaker.md
/// section 7).
/// </summary>
public sealed class BedrockPictures : MediaShape
{
    /// <inheritdoc/>
    public override bool TakesFiles => true;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target) => Write(request, [], target);

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target)
    {
        var name = EmbeddingMembers.ModelOf(target);
        var images = Pictures.Of(request, files, "image");
        var mask = Pictures.Of(request, files, "mask") is [var (_, only), ..] ? only : null;
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            if (name.StartsWith("amazon.", StringComparison.OrdinalIgnoreCase))
            {
                new CanvasRequest(request, json).Write([.. images.Select(static image => image.Base64)], mask);
            }
            else if (name.Contains("stable-diffusion-xl", StringComparison.OrdinalIgnoreCase))
            {
                WriteDiffusion(request, images.Count > 0 ? images[0].Base64 : null, mask, json);
            }
            else
            {
                WriteStable(request, name, images, mask, json);
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var images = answer.Member("images"u8) is { ValueKind: JsonValueKind.Array } plain ? plain : answer.Member("artifacts"u8);
        var pictures = images.ValueKind is not JsonValueKind.Array ? []
            : images.EnumerateArray().Where(static image => image.Text("finishReason"u8) is not "CONTENT_FILTERED")
                .Select(static image => image.Text() ?? image.Text("base64"u8)).OfType<string>().Where(static text => text.Length > 0).ToList();
        if (ReasonOf(answer, images) is { } reason && pictures.Count == 0)
        {
            throw new MediaRefusedException(reason, isPolicy: true);
        }

        if (pictures.Count == 0)
        {
            throw answer.Text("error"u8) is { } error ? new MediaRefusedException(error) : new WireException("The answer holds no pictures.");
        }

        json.WriteStartObject();
        Pictures.WriteBase64(json, pictures);
        json.WriteEndObject();
    }

    /// <summary>Why pictures were filtered; null when none was.</summary>
    private static string? ReasonOf(JsonElement answer, JsonElement images)
    {
        if (answer.Member("finish_reasons"u8) is { ValueKind: JsonValueKind.Array } reasons)
        {
            foreach (var reason in reasons.EnumerateArray())
            {
                if (reason.Text() is { } text)
                {
                    return text;
                }
            }
        }

        return images.ValueKind is JsonValueKind.Array && images.EnumerateArray().Any(static image => image.Text("finishReason"u8) is "CONTENT_FILTERED")
            ? "CONTENT_FILTERED" : null;
    }

    private static void WriteDiffusion(JsonElement request, string? image, string? mask, Utf8JsonWriter json)
    {
        json.WriteStartArray("text_prompts"u8);
        json.WriteStartObject();
        json.WriteString("text"u8, PromptOf(request));
        json.WriteNumber("weight"u8, 1);
        json.WriteEndObject();
        json.WriteEndArray();
        if (image is null && Pictures.SizeOf(request) is { } size)
        {
            json.WriteNumber("width"u8, size.Width);
            json.WriteNumber("height"u8, size.Height);
        }

        json.WriteGiven("init_image"u8, image);
        json.WriteGiven("mask_image"u8, mask);
        if (mask is not null && !request.Member("mask_source"u8).IsGiven())
        {
            json.WriteString("mask_source"u8, "MASK_IMAGE_WHITE"u8);
        }

        WriteOwn(request, json);
    }

    /// <summary>Stability's newer models, each of which edits in one way.</summary>
    private static void WriteStable(
        JsonElement request, string name, IReadOnlyList<(string MediaType, string Base64)> images, string? mask, Utf8JsonWriter json)
    {
        var isStyle = name.Contains("style-transfer", StringComparison.OrdinalIgnoreCase);
        json.WriteGiven("prompt"u8, images.Count == 0 ? PromptOf(request) : request.Text("prompt"u8));
        if (images.Count == 0 || TakesMode(name))
        {
            json.WriteString("mode"u8, images.Count == 0 ? "text-to-image"u8 : "image-to-image"u8);
        }

        if (images.Count == 0)
        {
            var ratio = Pictures.RatioOf(request, "1:1", "16:9", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21");
            json.WriteGiven("aspect_ratio"u8, ratio);
        }
        else
        {
            json.WriteString(isStyle ? "init_image"u8 : "image"u8, images[0].Base64);
            json.WriteGiven("style_image"u8, isStyle && images.Count > 1 ? images[1].Base64 : null);
            json.WriteGiven("mask"u8, mask);
        }

        json.WriteGiven("output_format"u8, request.Text("output_format"u8));
        WriteOwn(request, json);
    }

    private static bool TakesMode(string name)
        => name.Contains("sd3", StringComparison.OrdinalIgnoreCase) || name.Contains("stable-image-ultra", StringComparison.OrdinalIgnoreCase)
            || name.Contains("stable-image-core", StringComparison.OrdinalIgnoreCase);

    /// <summary>Parameters of the model that the client named, without those of OpenAI's that it does not know; forms have texts for numbers.</summary>
    private static void WriteOwn(JsonElement request, Utf8JsonWriter json)
    {
        foreach (var member in request.EnumerateObject())
        {
            if (Pictures.IsOnlyOpenAis(member.Name) || member.Name is "mode" or "text_prompts" or "aspect_ratio")
            {
                continue;
            }

            json.WritePropertyName(member.Name);
            if (member.Name is not "output_format" && member.Value.Text() is { } text
                && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                json.WriteNumberValue(number);
            }
            else
            {
                json.WriteElement(member.Value);
            }
        }
    }

    internal static string PromptOf(JsonElement request)
        => request.Text("prompt"u8) ?? throw new WireException("Missing required parameter: 'prompt'.", "prompt");
}
