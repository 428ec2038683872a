using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Videos;

/// <summary>Films by Amazon Nova Reel: an invocation that writes into a bucket of the operator's (05-bedrock-sagemaker.md).</summary>
public sealed class NovaReelVideos : VideoShape
{
    /// <summary>Where the film is written: an option of the deployment, never the client's to choose.</summary>
    public const string BucketOption = "output_s3_uri";

    private const int Shot = 6;
    private const int MostSeconds = 120;

    /// <summary>The one there is.</summary>
    public static NovaReelVideos Instance { get; } = new();

    /// <summary>True for models that make films.</summary>
    public static bool Serves(string model) => model.Contains("nova-reel", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    protected override long UsualSeconds => Shot;

    /// <inheritdoc/>
    public override (string Name, string Url)? UrlToFetch(JsonElement request) => PictureToFetch(request);

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target)
    {
        RequireOne(request, target);
        var bucket = target.Options.GetValueOrDefault(BucketOption)
            ?? throw new WireException("The deployment has to name the bucket for films: set litellm_params.output_s3_uri (s3://bucket/prefix).");
        var seconds = SecondsOf(request) ?? Shot;
        if (seconds % Shot != 0 || seconds > MostSeconds)
        {
            throw new WireException("Invalid value for 'seconds': the model makes 6 seconds, or a multiple of 6 up to 120.", "seconds");
        }

        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("modelId"u8, target.Model);
            json.WriteStartObject("modelInput"u8);
            WriteInput(request, PictureOf(request, files), seconds, json);
            json.WriteEndObject();
            json.WriteStartObject("outputDataConfig"u8);
            json.WriteStartObject("s3OutputDataConfig"u8);
            json.WriteString("s3Uri"u8, bucket);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override VideoTask ReadTask(JsonElement answer, string? id)
    {
        var name = answer.Text("invocationArn"u8) ?? id ?? throw new WireException("The answer names no invocation.");
        var status = answer.Text("status"u8) switch
        {
            null => VideoStatus.Queued,
            "InProgress" => VideoStatus.InProgress,
            "Completed" => VideoStatus.Completed,
            _ => VideoStatus.Failed,
        };
        var place = answer.Member("outputDataConfig"u8).Member("s3OutputDataConfig"u8).Text("s3Uri"u8);
        return new VideoTask(name, status)
        {
            CreatedAt = VideoTask.UnixTime(answer.Text("submitTime"u8)),
            CompletedAt = status is VideoStatus.Completed ? VideoTask.UnixTime(answer.Text("endTime"u8)) : null,
            Failure = status is VideoStatus.Failed ? answer.Text("failureMessage"u8) : null,
            Files = status is VideoStatus.Completed && place is not null ? [new VideoFile(place.TrimEnd('/') + "/output.mp4")] : [],
        };
    }

    private static void WriteInput(JsonElement request, MediaSource? picture, long seconds, Utf8JsonWriter json)
    {
        var isOneShot = seconds == Shot;
        if (!isOneShot && picture is not null)
        {
            throw new WireException("Invalid value for 'input_reference': only films of 6 seconds go out from a picture.", "input_reference");
        }

        json.WriteString("taskType"u8, isOneShot ? "TEXT_VIDEO"u8 : "MULTI_SHOT_AUTOMATED"u8);
        json.WriteStartObject(isOneShot ? "textToVideoParams"u8 : "multiShotAutomatedParams"u8);
        json.WriteString("text"u8, PromptOf(request));
        if (picture is not null)
        {
            json.WriteStartArray("images"u8);
            json.WriteStartObject();
            json.WriteString("format"u8, (picture.MediaType ?? MediaTypes.Sniff(picture.Base64.Span)) is "image/jpeg" ? "jpeg"u8 : "png"u8);
            json.WriteStartObject("source"u8);
            json.WriteString("bytes"u8, picture.Base64.Span);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteStartObject("videoGenerationConfig"u8);
        json.WriteNumber("durationSeconds"u8, seconds);
        json.WriteNumber("fps"u8, 24);
        json.WriteString("dimension"u8, "1280x720"u8);
        json.WriteGiven("seed"u8, request.Member("seed"u8).Count());
        json.WriteEndObject();
    }
}
