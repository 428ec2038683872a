using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Videos;

/// <summary>Films by Google's Veo, of AI Studio and of Vertex AI: a prediction that runs long (04-gemini-vertex.md section 5).</summary>
public sealed class VeoVideos : VideoShape
{
    /// <summary>Parameters of the model's own that a client may name, and how else they are written.</summary>
    private static readonly (string Name, string Other)[] Parameters =
    [
        ("negativePrompt", "negative_prompt"), ("personGeneration", "person_generation"), ("seed", "seed"), ("generateAudio", "generate_audio"),
        ("enhancePrompt", "enhance_prompt"), ("compressionQuality", "compression_quality"),
    ];

    /// <summary>The one there is.</summary>
    public static VeoVideos Instance { get; } = new();

    /// <summary>True for models that make films.</summary>
    public static bool Serves(string model) => model.Contains("veo", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    protected override long UsualSeconds => 8;

    /// <inheritdoc/>
    public override (string Name, string Url)? UrlToFetch(JsonElement request) => PictureToFetch(request);

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target)
    {
        RequireOne(request, target);
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteStartArray("instances"u8);
            json.WriteStartObject();
            json.WriteString("prompt"u8, PromptOf(request));
            if (PictureOf(request, files) is { } picture)
            {
                json.WriteStartObject("image"u8);
                json.WriteString("bytesBase64Encoded"u8, picture.Base64.Span);
                json.WriteString("mimeType"u8, picture.MediaType ?? MediaTypes.Sniff(picture.Base64.Span) ?? "image/png");
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndArray();
            WriteParameters(request, json);
            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override VideoTask ReadTask(JsonElement answer, string? id)
    {
        var name = answer.Text("name"u8) ?? id ?? throw new WireException("The answer names no operation.");
        if (answer.Member("error"u8) is { ValueKind: JsonValueKind.Object } error)
        {
            return new VideoTask(name, VideoStatus.Failed) { Failure = error.Text("message"u8), FailureCode = error.Text("status"u8) ?? "video_generation_failed" };
        }

        if (answer.Member("done"u8).Flag() is not true)
        {
            return new VideoTask(name, id is null ? VideoStatus.Queued : VideoStatus.InProgress);
        }

        var response = answer.Member("response"u8);
        var inner = response.Member("generateVideoResponse"u8) is { ValueKind: JsonValueKind.Object } studio ? studio : response;
        var files = FilesOf(inner);
        return files.Count > 0 ? new VideoTask(name, VideoStatus.Completed) { Files = files }
            : new VideoTask(name, VideoStatus.Failed)
            {
                Failure = inner.Member("raiMediaFilteredReasons"u8).Items().FirstOrDefault().Text() ?? "The film was filtered.",
                FailureCode = "content_policy_violation",
            };
    }

    private static List<VideoFile> FilesOf(JsonElement response)
    {
        var files = new List<VideoFile>();
        foreach (var sample in response.Member("generatedSamples"u8).Items())
        {
            Add(sample.Member("video"u8), "uri"u8);
        }

        foreach (var video in response.Member("videos"u8).Items())
        {
            Add(video, "gcsUri"u8);
        }

        return files;

        void Add(JsonElement video, ReadOnlySpan<byte> place)
        {
            var type = video.Text("mimeType"u8) ?? "video/mp4";
            var inside = video.Member("bytesBase64Encoded"u8);
            if (inside.ValueKind is JsonValueKind.String && inside.TryGetBytesFromBase64(out var bytes) && bytes.Length > 0)
            {
                files.Add(new VideoFile(null, type) { Bytes = bytes });
            }
            else if (video.Text(place) is { Length: > 0 } address)
            {
                files.Add(new VideoFile(address, type));
            }
        }
    }

    private static void WriteParameters(JsonElement request, Utf8JsonWriter json)
    {
        json.WriteStartObject("parameters"u8);
        json.WriteGiven("aspectRatio"u8, Pictures.RatioOf(request, "16:9", "9:16"));
        json.WriteGiven("durationSeconds"u8, SecondsOf(request));
        json.WriteGiven("resolution"u8, request.Text("resolution"u8) is { Length: > 0 } own ? own : Is1080(request) ? "1080p" : null);
        foreach (var (name, other) in Parameters)
        {
            if ((request.TryGetProperty(name, out var value) || request.TryGetProperty(other, out value)) && value.IsGiven())
            {
                json.WritePropertyName(name);
                json.WriteElement(value);
            }
        }

        json.WriteEndObject();
    }

    private static bool Is1080(JsonElement request)
        => request.Text("size"u8) is { } size && !size.Contains(':', StringComparison.Ordinal) && Pictures.SizeOf(request) is { } asked
            && Math.Min(asked.Width, asked.Height) >= 1080;
}
