using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Shapes;

/// <summary>Pictures at Black Forest Labs, from text or from pictures; answers are those of tasks that are over (07-native-others.md section 18).</summary>
public sealed class FluxPictures : MediaShape
{
    private readonly bool _isHosted;

    private FluxPictures(bool isHosted) => _isHosted = isHosted;

    /// <summary>At Black Forest Labs itself.</summary>
    public static FluxPictures Instance { get; } = new(isHosted: false);

    /// <summary>At a cloud, which takes the same bodies with the model in them and answers at once, in OpenAI's form.</summary>
    public static FluxPictures Hosted { get; } = new(isHosted: true);

    /// <inheritdoc/>
    public override bool ReadsAnswers => !_isHosted;

    /// <inheritdoc/>
    public override bool TakesFiles => true;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target) => Write(request, [], target);

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target)
    {
        if (Pictures.CountOf(request) > 1)
        {
            throw new WireException($"{target.Provider} makes one picture a call.", "n");
        }

        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteGiven("model"u8, _isHosted ? target.Model : null);
            json.WriteString("prompt"u8, request.Text("prompt"u8) ?? "");
            var images = Pictures.Of(request, files, "image");
            WriteSize(request, target.Model, images.Count > 0, json);
            for (var i = 0; i < images.Count; i++)
            {
                // One picture under three names, by model; more of them are numbered from two.
                var name = IsFill(target.Model) ? "image" : i == 0 ? "input_image" : $"input_image_{i + 1}";
                json.WriteString(name, images[i].Base64);
            }

            if (Pictures.Of(request, files, "mask") is [var (_, mask), ..])
            {
                json.WriteString("mask"u8, mask);
            }

            json.WriteGiven("output_format"u8, request.Text("output_format"u8));
            foreach (var member in request.EnumerateObject())
            {
                if (!Pictures.IsOnlyOpenAis(member.Name) && member.Name is not ("width" or "height" or "aspect_ratio"))
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory, _isHosted ? "" : "/" + Uri.EscapeDataString(target.Model));
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var status = answer.Text("status"u8);
        if (status is not "Ready")
        {
            throw status is null ? new WireException("The answer is no task.") : new MediaRefusedException(
                $"The picture was not made: {status}.",
                status.EndsWith("Moderated", StringComparison.Ordinal) ? 400 : 500,
                isPolicy: status.EndsWith("Moderated", StringComparison.Ordinal));
        }

        json.WriteStartObject();
        Pictures.WriteUrls(json, [answer.Member("result"u8).Text("sample"u8) ?? throw new WireException("The answer holds no picture.")]);
        json.WriteEndObject();
    }

    private static bool IsFill(string model) => model.Contains("fill", StringComparison.Ordinal) || model.Contains("expand", StringComparison.Ordinal);

    private static void WriteSize(JsonElement request, string model, bool isEdit, Utf8JsonWriter json)
    {
        var isByRatio = model.Contains("kontext", StringComparison.OrdinalIgnoreCase) || model.Contains("ultra", StringComparison.OrdinalIgnoreCase);
        if (isByRatio)
        {
            json.WriteGiven("aspect_ratio"u8, Pictures.RatioOf(request, "1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21"));
        }
        else if (!isEdit && Pictures.SizeOf(request) is { } size)
        {
            json.WriteNumber("width"u8, size.Width);
            json.WriteNumber("height"u8, size.Height);
        }
        else
        {
            json.WriteGiven("width"u8, request.Member("width"u8).Count());
            json.WriteGiven("height"u8, request.Member("height"u8).Count());
        }
    }
}

/// <summary>Pictures and speech at Runway; answers are those of tasks that are over (07-native-others.md sections 17 and 18).</summary>
public sealed class RunwayShape : MediaShape
{
    private static readonly VoiceTable Voices = new(
        ("alloy", "Maya"), ("echo", "James"), ("fable", "Bernard"), ("onyx", "Vincent"), ("nova", "Serene"), ("shimmer", "Ella"));

    private readonly bool _isSpeech;

    private RunwayShape(bool isSpeech) => _isSpeech = isSpeech;

    /// <summary>Pictures from text.</summary>
    public static RunwayShape Pictures { get; } = new(isSpeech: false);

    /// <summary>Speech; its sound is at the address that the task ends with.</summary>
    public static RunwayShape Speech { get; } = new(isSpeech: true);

    /// <inheritdoc/>
    public override bool ReadsAnswers => !_isSpeech;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, target.Model);
            if (_isSpeech)
            {
                WriteSpeech(request, json);
            }
            else
            {
                WritePicture(request, target, json);
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        Media.Pictures.WriteUrls(json, OutputOf(answer));
        json.WriteEndObject();
    }

    /// <summary>Where the results of a task are.</summary>
    /// <exception cref="MediaRefusedException">It failed.</exception>
    /// <exception cref="WireException">It is no task.</exception>
    public static IReadOnlyList<string> OutputOf(JsonElement answer)
    {
        var status = answer.Text("status"u8) ?? throw new WireException("The answer is no task.");
        if (status is not "SUCCEEDED")
        {
            var code = answer.Text("failureCode"u8) ?? "";
            var isPolicy = code.StartsWith("SAFETY", StringComparison.Ordinal);
            throw new MediaRefusedException($"{answer.Text("failure"u8) ?? $"The task ended as {status}."} {code}".TrimEnd(), isPolicy ? 400 : 500, isPolicy);
        }

        return answer.Member("output"u8) is { ValueKind: JsonValueKind.Array } output
            ? [.. output.EnumerateArray().Select(static item => item.Text()).OfType<string>()] : throw new WireException("The answer holds no output.");
    }

    private static void WriteSpeech(JsonElement request, Utf8JsonWriter json)
    {
        json.WriteString("promptText"u8, SpokenText(request));
        if (request.Member("voice"u8) is { ValueKind: JsonValueKind.Object } own)
        {
            json.WriteElement("voice"u8, own);
            return;
        }

        json.WriteStartObject("voice"u8);
        json.WriteString("type"u8, "runway-preset"u8);
        json.WriteString("presetId"u8, Voices.Of(request));
        json.WriteEndObject();
    }

    private static void WritePicture(JsonElement request, TargetModel target, Utf8JsonWriter json)
    {
        if (Media.Pictures.CountOf(request) > 1)
        {
            throw new WireException($"{target.Provider} makes one picture a call.", "n");
        }

        json.WriteString("promptText"u8, request.Text("prompt"u8) ?? throw new WireException("Missing required parameter: 'prompt'.", "prompt"));
        var ratio = request.Text("ratio"u8) ?? (Media.Pictures.SizeOf(request) is { } size ? FormattableString.Invariant($"{size.Width}:{size.Height}") : "1024:1024");
        json.WriteString("ratio"u8, ratio);
        foreach (var member in request.EnumerateObject())
        {
            if (!Media.Pictures.IsOnlyOpenAis(member.Name) && member.Name is not "ratio")
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }
    }
}

/// <summary>Enlarged pictures at Topaz: OpenAI's form in other words, the picture itself as the answer (07-native-others.md section 18).</summary>
public sealed class TopazPictures : MediaShape
{
    /// <summary>The one there is.</summary>
    public static TopazPictures Instance { get; } = new();

    /// <inheritdoc/>
    public override bool ReadsAnswers => false;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var fields = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(fields, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, target.Model);
            if (Pictures.SizeOf(request) is { } size)
            {
                json.WriteString("output_width"u8, size.Width.ToString(System.Globalization.CultureInfo.InvariantCulture));
                json.WriteString("output_height"u8, size.Height.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            json.WriteGiven("output_format"u8, request.Text("output_format"u8));
            foreach (var member in request.EnumerateObject())
            {
                if (!Pictures.IsOnlyOpenAis(member.Name))
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Form, fields.WrittenMemory, "", "image/*");
    }
}
