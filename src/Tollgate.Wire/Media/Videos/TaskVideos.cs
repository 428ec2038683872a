using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media.Shapes;

namespace Tollgate.Wire.Media.Videos;

/// <summary>Films at Runway, from text, a picture or another film (07-native-others.md section 18).</summary>
public sealed class RunwayVideos : VideoShape
{
    /// <summary>The one there is.</summary>
    public static RunwayVideos Instance { get; } = new();

    /// <inheritdoc/>
    protected override long UsualSeconds => 5;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target)
    {
        RequireOne(request, target);
        var picture = PictureOf(request, files)?.AsUrl();
        var isFromFilm = request.TryGetProperty("videoUri", out var film) && film.IsGiven();
        var isFromPicture = picture is not null || (request.TryGetProperty("promptImage", out var own) && own.IsGiven());
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, target.Model);
            json.WriteString("promptText"u8, PromptOf(request));
            json.WriteGiven("promptImage"u8, picture);
            json.WriteString("ratio"u8, request.Text("ratio"u8)
                ?? (Pictures.SizeOf(request) is { } size ? FormattableString.Invariant($"{size.Width}:{size.Height}") : "1280:720"));
            if (!isFromFilm)
            {
                json.WriteNumber("duration"u8, SecondsOf(request) ?? UsualSeconds);
            }

            WriteOwn(request, json, "ratio", "promptText", picture is null ? "" : "promptImage");
            json.WriteEndObject();
        }

        var operation = isFromFilm ? "/video_to_video" : isFromPicture ? "/image_to_video" : "/text_to_video";
        return new MediaRequest(MediaBody.Json, body.WrittenMemory, operation);
    }

    /// <inheritdoc/>
    public override VideoTask ReadTask(JsonElement answer, string? id)
    {
        var name = answer.Text("id"u8) ?? id ?? throw new WireException("The answer is no task.");
        var status = answer.Text("status"u8) switch
        {
            null or "PENDING" or "THROTTLED" => VideoStatus.Queued,
            "RUNNING" => VideoStatus.InProgress,
            "SUCCEEDED" => VideoStatus.Completed,
            _ => VideoStatus.Failed,
        };
        return new VideoTask(name, status)
        {
            Progress = answer.Member("progress"u8).Number() is { } share and >= 0 and <= 1 ? (int)(share * 100) : null,
            CreatedAt = VideoTask.UnixTime(answer.Text("createdAt"u8)),
            Failure = status is VideoStatus.Failed ? answer.Text("failure"u8) ?? $"The task ended as {answer.Text("status"u8)}." : null,
            FailureCode = answer.Text("failureCode"u8) ?? "video_generation_failed",
            Files = status is VideoStatus.Completed ? [.. RunwayShape.OutputOf(answer).Select(static address => new VideoFile(address))] : [],
        };
    }
}

/// <summary>Films of models at fal, through its queue (07-native-others.md section 18).</summary>
public sealed class FalVideos : VideoShape
{
    /// <summary>The one there is.</summary>
    public static FalVideos Instance { get; } = new();

    /// <inheritdoc/>
    protected override long UsualSeconds => 8;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target)
    {
        RequireOne(request, target);
        var picture = PictureOf(request, files)?.AsUrl();
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("prompt"u8, PromptOf(request));
            json.WriteGiven("image_url"u8, picture);
            json.WriteGiven("aspect_ratio"u8, Pictures.RatioOf(request, "16:9", "9:16", "1:1"));
            if (SecondsOf(request) is { } seconds)
            {
                WriteDuration(seconds, target.Model, json);
            }

            WriteOwn(request, json, "aspect_ratio", "aspectRatio", picture is null ? "" : "image_url");
            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory, "/" + string.Join('/', target.Model.Split('/').Select(Uri.EscapeDataString)));
    }

    /// <summary>The id is the place of the request: the model's first two names belong to it.</summary>
    public override VideoTask ReadTask(JsonElement answer, string? id)
    {
        var name = id ?? PlaceOf(answer) ?? throw new WireException("The answer is no request of a queue.");
        var error = answer.Text("error"u8) ?? answer.Member("error"u8).Text("message"u8) ?? DetailOf(answer);
        var files = FilesOf(answer);
        var status = error is not null ? VideoStatus.Failed
            : answer.Text("status"u8) switch
            {
                "IN_QUEUE" => VideoStatus.Queued,
                "IN_PROGRESS" => VideoStatus.InProgress,
                "COMPLETED" => VideoStatus.Completed,
                null => files.Count > 0 ? VideoStatus.Completed : VideoStatus.Queued,
                _ => VideoStatus.Failed,
            };
        return new VideoTask(name, status) { Failure = error, Files = files };
    }

    private static string? PlaceOf(JsonElement answer)
    {
        const string last = "/status";
        if (!Uri.TryCreate(answer.Text("status_url"u8) ?? answer.Text("response_url"u8), UriKind.Absolute, out var address))
        {
            return null;
        }

        var path = address.AbsolutePath;
        path = path.EndsWith(last, StringComparison.Ordinal) ? path[..^last.Length] : path;
        return path.Contains("/requests/", StringComparison.Ordinal) ? path.TrimStart('/') : null;
    }

    private static List<VideoFile> FilesOf(JsonElement answer)
    {
        var files = new List<VideoFile>();
        Add(answer.Member("video"u8));
        foreach (var video in answer.Member("videos"u8).Items())
        {
            Add(video);
        }

        return files;

        void Add(JsonElement video)
        {
            if ((video.Text("url"u8) ?? video.Text()) is { Length: > 0 } address)
            {
                files.Add(new VideoFile(address, video.Text("content_type"u8) ?? "video/mp4"));
            }
        }
    }

    private static string? DetailOf(JsonElement answer)
    {
        var detail = answer.Member("detail"u8);
        return detail.Text() ?? detail.Items().FirstOrDefault().Text("msg"u8);
    }

    /// <summary>Models of different makers write a length differently.</summary>
    private static void WriteDuration(long seconds, string model, Utf8JsonWriter json)
    {
        if (model.Contains("veo", StringComparison.OrdinalIgnoreCase))
        {
            json.WriteString("duration"u8, string.Create(CultureInfo.InvariantCulture, $"{seconds}s"));
        }
        else if (model.Contains("sora", StringComparison.OrdinalIgnoreCase) || model.Contains("ltx", StringComparison.OrdinalIgnoreCase))
        {
            json.WriteNumber("duration"u8, seconds);
        }
        else
        {
            json.WriteString("duration"u8, seconds.ToString(CultureInfo.InvariantCulture));
        }
    }
}
