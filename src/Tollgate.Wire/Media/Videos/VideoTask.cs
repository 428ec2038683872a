using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Videos;

/// <summary>Where the making of a film stands.</summary>
public enum VideoStatus : byte
{
    /// <summary>Nobody works on it yet.</summary>
    Queued,

    /// <summary>It is being made.</summary>
    InProgress,

    /// <summary>It is there.</summary>
    Completed,

    /// <summary>There will be none.</summary>
    Failed,
}

/// <summary>A film that is made, or a file that goes with it.</summary>
/// <param name="Address">Where it is; null when the answer holds it.</param>
/// <param name="MediaType">What it is.</param>
public sealed record VideoFile(string? Address, string MediaType = "video/mp4")
{
    /// <summary>The film itself; empty when it is elsewhere.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }
}

/// <summary>The making of a film, as any provider tells it and as OpenAI's clients know it.</summary>
/// <param name="Id">The provider's id.</param>
/// <param name="Status">Where it stands.</param>
public sealed record VideoTask(string Id, VideoStatus Status)
{
    /// <summary>Hundredths that are done; null when the provider does not say.</summary>
    public int? Progress { get; init; }

    /// <summary>Why there is no film; null when there is, or may be.</summary>
    public string? Failure { get; init; }

    /// <summary>The same in one word.</summary>
    public string FailureCode { get; init; } = "video_generation_failed";

    /// <summary>Unix time at which it was asked for; null when the provider does not say.</summary>
    public long? CreatedAt { get; init; }

    /// <summary>Unix time at which it was there; null before, and when the provider does not say.</summary>
    public long? CompletedAt { get; init; }

    /// <summary>What was made.</summary>
    public IReadOnlyList<VideoFile> Files { get; init; } = [];

    /// <summary>Writes OpenAI's object.</summary>
    /// <param name="json">Takes it.</param>
    /// <param name="model">Model; null when unknown.</param>
    /// <param name="seconds">Length of the film; null when unknown.</param>
    /// <param name="size">Size asked for; null for none.</param>
    public void WriteTo(Utf8JsonWriter json, string? model, long? seconds, string? size)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("object"u8, "video"u8);
        json.WriteGiven("model"u8, model);
        json.WriteString("status"u8, Status switch
        {
            VideoStatus.Queued => "queued"u8,
            VideoStatus.InProgress => "in_progress"u8,
            VideoStatus.Completed => "completed"u8,
            _ => "failed"u8,
        });
        json.WriteNumber("progress"u8, Progress ?? (Status is VideoStatus.Completed ? 100 : 0));
        json.WriteGiven("created_at"u8, CreatedAt);
        json.WriteGiven("completed_at"u8, CompletedAt);
        json.WriteGiven("seconds"u8, seconds?.ToString(CultureInfo.InvariantCulture));
        json.WriteGiven("size"u8, size);
        if (Status is VideoStatus.Failed)
        {
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, FailureCode);
            json.WriteString("message"u8, Failure ?? "The film was not made.");
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Unix time of a point in time in ISO 8601; null when it is none.</summary>
    public static long? UnixTime(string? text)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUnixTimeSeconds() : null;
}
