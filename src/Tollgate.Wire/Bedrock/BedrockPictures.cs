using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Bedrock;

/// <summary>Pictures from text by Titan, Nova Canvas and Stability's models on Bedrock (05-bedrock-sagemaker.md section 7).</summary>
public sealed class BedrockPictures : MediaShape
{
    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var prompt = request.Text("prompt"u8) ?? throw new WireException("Missing required parameter: 'prompt'.", "prompt");
        var name = EmbeddingMembers.ModelOf(target);
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            if (name.StartsWith("amazon.", StringComparison.OrdinalIgnoreCase))
            {
                WriteAmazon(request, prompt, json);
            }
            else if (name.Contains("stable-diffusion-xl", StringComparison.OrdinalIgnoreCase))
            {
                WriteDiffusion(request, prompt, json);
            }
            else
            {
                json.WriteString("prompt"u8, prompt);
                json.WriteString("mode"u8, "text-to-image"u8);
                WriteOwn(request, json);
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var images = answer.Member("images"u8) is { ValueKind: JsonValueKind.Array } plain ? plain : answer.Member("artifacts"u8);
        if (images.ValueKind is not JsonValueKind.Array || images.GetArrayLength() == 0)
        {
            throw new WireException(answer.Text("error"u8) ?? "The answer holds no pictures.");
        }

        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var image in images.EnumerateArray())
        {
            json.WriteStartObject();
            json.WriteGiven("b64_json"u8, image.Text() ?? image.Text("base64"u8));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAmazon(JsonElement request, string prompt, Utf8JsonWriter json)
    {
        json.WriteString("taskType"u8, request.Text("taskType"u8) ?? "TEXT_IMAGE");
        json.WriteStartObject("textToImageParams"u8);
        json.WriteString("text"u8, prompt);
        json.WriteGiven("negativeText"u8, request.Text("negativeText"u8));
        json.WriteEndObject();
        json.WriteStartObject("imageGenerationConfig"u8);
        json.WriteNumber("numberOfImages"u8, request.Member("n"u8).Count() ?? 1);
        if (SizeOf(request) is { } size)
        {
            json.WriteNumber("width"u8, size.Width);
            json.WriteNumber("height"u8, size.Height);
        }

        if (request.Text("quality"u8) is { } quality)
        {
            json.WriteString("quality"u8, quality is "hd" or "high" or "premium" ? "premium" : "standard");
        }

        WriteNumber(request, "cfgScale"u8, json);
        WriteNumber(request, "seed"u8, json);
        json.WriteEndObject();
    }

    private static void WriteDiffusion(JsonElement request, string prompt, Utf8JsonWriter json)
    {
        json.WriteStartArray("text_prompts"u8);
        json.WriteStartObject();
        json.WriteString("text"u8, prompt);
        json.WriteNumber("weight"u8, 1);
        json.WriteEndObject();
        json.WriteEndArray();
        if (SizeOf(request) is { } size)
        {
            json.WriteNumber("width"u8, size.Width);
            json.WriteNumber("height"u8, size.Height);
        }

        WriteOwn(request, json);
    }

    /// <summary>Parameters of the model that the client named, without those of OpenAI's that it does not know.</summary>
    private static void WriteOwn(JsonElement request, Utf8JsonWriter json)
    {
        foreach (var member in request.EnumerateObject())
        {
            if (member.Name is not ("model" or "prompt" or "n" or "size" or "quality" or "response_format" or "style" or "user" or "background"
                or "moderation" or "stream" or "mode" or "text_prompts"))
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }
    }

    private static void WriteNumber(JsonElement request, ReadOnlySpan<byte> name, Utf8JsonWriter json)
    {
        if (request.Member(name) is { ValueKind: JsonValueKind.Number } number)
        {
            json.WriteElement(name, number);
        }
    }

    private static (int Width, int Height)? SizeOf(JsonElement request)
    {
        var size = request.Text("size"u8);
        if (size is null or "auto")
        {
            return null;
        }

        var cross = size.IndexOf('x', StringComparison.Ordinal);
        return cross > 0 && int.TryParse(size.AsSpan(0, cross), NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(size.AsSpan(cross + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var height)
                ? (width, height)
                : throw new WireException("Invalid value for 'size': expected <width>x<height> or auto.", "size");
    }
}
