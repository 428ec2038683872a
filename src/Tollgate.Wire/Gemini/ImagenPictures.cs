using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Gemini;

/// <summary>Pictures by Imagen: a prediction with parameters, for edits with the client's pictures as references (04-gemini-vertex.md section 5).</summary>
public sealed class ImagenPictures : MediaShape
{
    /// <summary>The one there is.</summary>
    public static ImagenPictures Instance { get; } = new();

    /// <summary>True for models that are asked by prediction.</summary>
    public static bool Serves(string model)
        => model.Contains("imagen", StringComparison.OrdinalIgnoreCase) || model.StartsWith("imagegeneration", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool TakesFiles => true;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target) => Write(request, [], target);

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target)
    {
        var images = Pictures.Of(request, files, "image");
        var masks = Pictures.Of(request, files, "mask");
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteStartArray("instances"u8);
            json.WriteStartObject();
            json.WriteString("prompt"u8, request.Text("prompt"u8) ?? throw new WireException("Missing required parameter: 'prompt'.", "prompt"));
            if (images.Count > 0)
            {
                WriteReferences(images, masks, json);
            }

            json.WriteEndObject();
            json.WriteEndArray();
            WriteParameters(request, images.Count > 0, masks.Count > 0, json);
            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var pictures = new List<string>();
        string? reason = null;
        if (answer.Member("predictions"u8) is { ValueKind: JsonValueKind.Array } predictions)
        {
            foreach (var prediction in predictions.EnumerateArray())
            {
                reason ??= prediction.Text("raiFilteredReason"u8);
                if (prediction.Text("bytesBase64Encoded"u8) is { Length: > 0 } picture)
                {
                    pictures.Add(picture);
                }
            }
        }
        else if (answer.ValueKind is not JsonValueKind.Object || answer.EnumerateObject().Any(static member => member.Name is not ("metadata" or "deployedModelId")))
        {
            throw new WireException("The answer holds no predictions.");
        }

        if (pictures.Count == 0)
        {
            // An answer without any prediction is how the filter of prompts says no.
            throw new MediaRefusedException($"The response was blocked: {reason ?? "all pictures were filtered"}.", isPolicy: true);
        }

        json.WriteStartObject();
        Pictures.WriteBase64(json, pictures);
        json.WriteEndObject();
    }

    private static void WriteReferences(
        IReadOnlyList<(string MediaType, string Base64)> images, IReadOnlyList<(string MediaType, string Base64)> masks, Utf8JsonWriter json)
    {
        json.WriteStartArray("referenceImages"u8);
        var id = 0;
        foreach (var (_, base64) in images)
        {
            WriteReference("REFERENCE_TYPE_RAW", ++id, base64, json);
            json.WriteEndObject();
        }

        foreach (var (_, base64) in masks)
        {
            WriteReference("REFERENCE_TYPE_MASK", ++id, base64, json);
            json.WriteStartObject("maskImageConfig"u8);
            json.WriteString("maskMode"u8, "MASK_MODE_USER_PROVIDED"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteReference(string type, int id, string base64, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("referenceType"u8, type);
        json.WriteNumber("referenceId"u8, id);
        json.WriteStartObject("referenceImage"u8);
        json.WriteString("bytesBase64Encoded"u8, base64);
        json.WriteEndObject();
    }

    private static void WriteParameters(JsonElement request, bool isEdit, bool hasMask, Utf8JsonWriter json)
    {
        json.WriteStartObject("parameters"u8);
        json.WriteNumber("sampleCount"u8, Pictures.CountOf(request));
        json.WriteGiven("aspectRatio"u8, isEdit ? null : Pictures.RatioOf(request, "1:1", "16:9", "9:16", "4:3", "3:4"));
        if (isEdit && !request.Member("editMode"u8).IsGiven())
        {
            json.WriteString("editMode"u8, hasMask ? "EDIT_MODE_INPAINT_INSERTION" : "EDIT_MODE_DEFAULT");
        }

        if (request.Text("output_format"u8) is "png" or "jpeg" && !request.Member("outputOptions"u8).IsGiven())
        {
            json.WriteStartObject("outputOptions"u8);
            json.WriteString("mimeType"u8, "image/" + request.Text("output_format"u8));
            json.WriteEndObject();
        }

        foreach (var member in request.EnumerateObject())
        {
            if (!Pictures.IsOnlyOpenAis(member.Name) && member.Name is not ("aspect_ratio" or "aspectRatio"))
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }

        json.WriteEndObject();
    }
}
