using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Bedrock;

/// <summary>A task for Titan's image models or Nova Canvas: its kind decides the name of its parameters.</summary>
internal readonly ref struct CanvasRequest(JsonElement request, Utf8JsonWriter json)
{
    /// <summary>Writes the members of the body.</summary>
    /// <param name="images">Pictures in base64; none for a picture from text.</param>
    /// <param name="mask">The part to change in base64; null for none.</param>
    public void Write(IReadOnlyList<string> images, string? mask)
    {
        var task = request.Text("taskType"u8)
            ?? (images.Count == 0 ? "TEXT_IMAGE" : mask is not null || request.Member("maskPrompt"u8).IsGiven() ? "INPAINTING" : "IMAGE_VARIATION");
        json.WriteString("taskType"u8, task);
        var name = ParametersOf(task);
        json.WriteStartObject(name);
        if (task is not "BACKGROUND_REMOVAL")
        {
            json.WriteGiven("text"u8, images.Count == 0 ? BedrockPictures.PromptOf(request) : request.Text("prompt"u8));
            json.WriteGiven("negativeText"u8, request.Text("negativeText"u8));
        }

        WriteImages(task, images, mask);

        // Members of the task that the client gives in the provider's words.
        if (request.Member(System.Text.Encoding.ASCII.GetBytes(name)) is { ValueKind: JsonValueKind.Object } own)
        {
            foreach (var member in own.EnumerateObject())
            {
                if (member.Name is not ("text" or "negativeText"))
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }
        }

        json.WriteEndObject();
        if (task is not "BACKGROUND_REMOVAL")
        {
            WriteConfiguration(images.Count > 0);
        }
    }

    private static string ParametersOf(string task) => task switch
    {
        "TEXT_IMAGE" => "textToImageParams",
        "INPAINTING" => "inPaintingParams",
        "OUTPAINTING" => "outPaintingParams",
        "IMAGE_VARIATION" => "imageVariationParams",
        "COLOR_GUIDED_GENERATION" => "colorGuidedGenerationParams",
        "BACKGROUND_REMOVAL" => "backgroundRemovalParams",
        _ => throw new WireException($"Invalid value for 'taskType': '{task}'.", "taskType"),
    };

    private void WriteImages(string task, IReadOnlyList<string> images, string? mask)
    {
        if (images.Count == 0)
        {
            return;
        }

        switch (task)
        {
            case "IMAGE_VARIATION":
                json.WriteStartArray("images"u8);
                foreach (var image in images)
                {
                    json.WriteStringValue(image);
                }

                json.WriteEndArray();
                WriteNumber("similarityStrength"u8);
                break;
            case "TEXT_IMAGE":
                json.WriteString("conditionImage"u8, images[0]);
                json.WriteGiven("controlMode"u8, request.Text("controlMode"u8));
                WriteNumber("controlStrength"u8);
                break;
            case "COLOR_GUIDED_GENERATION":
                json.WriteString("referenceImage"u8, images[0]);
                break;
            default:
                json.WriteString("image"u8, images[0]);
                json.WriteGiven("maskImage"u8, mask);
                json.WriteGiven("maskPrompt"u8, mask is null ? request.Text("maskPrompt"u8) : null);
                json.WriteGiven("outPaintingMode"u8, task is "OUTPAINTING" ? request.Text("outPaintingMode"u8) : null);
                break;
        }
    }

    private void WriteConfiguration(bool isEdit)
    {
        json.WriteStartObject("imageGenerationConfig"u8);
        json.WriteNumber("numberOfImages"u8, Pictures.CountOf(request));
        if (!isEdit && Pictures.SizeOf(request) is { } size)
        {
            json.WriteNumber("width"u8, size.Width);
            json.WriteNumber("height"u8, size.Height);
        }

        if (request.Text("quality"u8) is { } quality)
        {
            json.WriteString("quality"u8, quality is "hd" or "high" or "premium" ? "premium" : "standard");
        }

        WriteNumber("cfgScale"u8);
        WriteNumber("seed"u8);
        json.WriteEndObject();
    }

    /// <summary>A number, also one that came as a field of a form.</summary>
    private void WriteNumber(ReadOnlySpan<byte> name)
    {
        var value = request.Member(name);
        if (value.ValueKind is JsonValueKind.Number)
        {
            json.WriteElement(name, value);
        }
        else if (decimal.TryParse(value.Text(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            json.WriteNumber(name, number);
        }
    }
}
