using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Shapes;

/// <summary>Pictures at Stability: a form even without files, one picture a call, base64 only.</summary>
/// <param name="isEdit">The model is an operation (<c>inpaint</c>) on the client's picture.</param>
public sealed class StabilityPictures(bool isEdit) : MediaShape
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
        { "model", "size", "n", "quality", "style", "response_format", "user", "background", "moderation", "stream", "output_compression" };

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        if (FormFields.Read(request).FirstOrDefault(static field => field.Key is "n").Value is { } count and not ("1" or ""))
        {
            throw new WireException($"{target.Provider} makes one picture a call: n={count} is not supported.", "n");
        }

        var model = target.Model[(target.Model.LastIndexOf('/') + 1)..];
        var route = isEdit ? RouteOfEdit(model) : model.StartsWith("sd3", StringComparison.Ordinal) ? "sd3"
            : model.Contains("ultra", StringComparison.Ordinal) ? "ultra" : "core";
        var fields = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(fields, HubJson.Writing))
        {
            json.WriteStartObject();
            if (route is "sd3" && model is not "sd3")
            {
                json.WriteString("model"u8, model);
            }

            if (!isEdit && !request.Member("aspect_ratio"u8).IsGiven() && AspectOf(request.Text("size"u8)) is { } aspect)
            {
                json.WriteString("aspect_ratio"u8, aspect);
            }

            foreach (var member in request.EnumerateObject())
            {
                if (!Known.Contains(member.Name))
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Form, fields.WrittenMemory, "/" + string.Join('/', route.Split('/').Select(Uri.EscapeDataString)), "application/json");
    }

    /// <summary>Operations on a picture stand in three places.</summary>
    private static string RouteOfEdit(string model) => model switch
    {
        "fast" or "conservative" or "creative" => "upscale/" + model,
        "sketch" or "structure" or "style" or "style-transfer" => "control/" + model,
        _ => "edit/" + model,
    };

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var image = answer.Text("image"u8);
        if (image is null || answer.Text("finish_reason"u8) is "CONTENT_FILTERED")
        {
            throw image is null ? new WireException("The answer holds no picture.")
                : new MediaRefusedException("The picture was filtered: CONTENT_FILTERED.", isPolicy: true);
        }

        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        json.WriteStartObject();
        json.WriteString("b64_json"u8, image);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string? AspectOf(string? size) => size switch
    {
        null or "" or "auto" => null,
        "1792x1024" => "16:9",
        "1024x1792" => "9:16",
        "1024x1024" or "512x512" or "256x256" => "1:1",
        "1536x1024" => "3:2",
        "1024x1536" => "2:3",
        _ => throw new WireException($"Invalid value for 'size': '{size}'.", "size"),
    };
}

/// <summary>Pictures at fal: the model stands in the path.</summary>
public sealed class FalPictures : MediaShape
{
    /// <summary>The one there is.</summary>
    public static FalPictures Instance { get; } = new();

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            foreach (var member in request.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "model" or "response_format" or "user" or "quality" or "style" or "background" or "moderation" or "stream":
                        break;
                    case "n":
                        json.WriteElement("num_images"u8, member.Value);
                        break;
                    case "size":
                        WriteSize(json, member.Value.Text(), target.Model);
                        break;
                    default:
                        json.WritePropertyName(member.Name);
                        json.WriteElement(member.Value);
                        break;
                }
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory, "/" + string.Join('/', target.Model.Split('/').Select(Uri.EscapeDataString)));
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var images = answer.Member("images"u8);
        if (images.ValueKind != JsonValueKind.Array)
        {
            throw new WireException("The answer holds no pictures.");
        }

        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var image in images.EnumerateArray())
        {
            json.WriteStartObject();
            json.WriteGiven("url"u8, image.Text() ?? image.Text("url"u8));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSize(Utf8JsonWriter json, string? size, string model)
    {
        if (size?.Split('x') is not [var width, var height]
            || !int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var w)
            || !int.TryParse(height, NumberStyles.None, CultureInfo.InvariantCulture, out var h) || w == 0 || h == 0)
        {
            return;
        }

        if (model.Contains("imagen", StringComparison.Ordinal) || model.Contains("ultra", StringComparison.Ordinal))
        {
            var ratio = (double)w / h;
            json.WriteString("aspect_ratio"u8, ratio > 1.5 ? "16:9" : ratio > 1.1 ? "4:3" : ratio < 0.67 ? "9:16" : ratio < 0.9 ? "3:4" : "1:1");
            return;
        }

        json.WriteStartObject("image_size"u8);
        json.WriteNumber("width"u8, w);
        json.WriteNumber("height"u8, h);
        json.WriteEndObject();
    }
}

/// <summary>Edits at Recraft: OpenAI's form with one field more.</summary>
public sealed class RecraftEdits : MediaShape
{
    /// <summary>How far the picture may move away from the original, when the client does not say.</summary>
    private const string UsualStrength = "0.2";

    /// <summary>The one there is.</summary>
    public static RecraftEdits Instance { get; } = new();

    /// <inheritdoc/>
    public override bool ReadsAnswers => false;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var fields = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(fields, HubJson.Writing))
        {
            json.WriteStartObject();
            foreach (var member in request.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }

            if (!request.Member("strength"u8).IsGiven())
            {
                json.WriteString("strength"u8, UsualStrength);
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Form, fields.WrittenMemory);
    }
}
