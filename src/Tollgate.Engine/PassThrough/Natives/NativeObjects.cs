using System.Text.Json;
using Tollgate.Engine.PassThrough.Stored;

namespace Tollgate.Engine.PassThrough.Natives;

/// <summary>Writes files and batches in OpenAI's shape.</summary>
internal static class NativeObjects
{
    private static readonly string[] Over = ["completed", "failed", "expired", "cancelled"];

    /// <summary>A file.</summary>
    public static ReadOnlyMemory<byte> File(string id, NativeFile file) => StoredObject.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "file"u8);
        json.WriteNumber("bytes"u8, file.Bytes);
        json.WriteNumber("created_at"u8, file.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("filename"u8, file.Name);
        json.WriteString("purpose"u8, file.Purpose);
        json.WriteString("status"u8, "processed"u8);
        Time(json, "expires_at", file.ExpiresAt);
        json.WriteEndObject();
    });

    /// <summary>A batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="id">Its id as clients know it.</param>
    /// <param name="input">Its file.</param>
    /// <param name="output">Its results; null before they are there.</param>
    /// <param name="metadata">The client's notes, when they are known.</param>
    public static ReadOnlyMemory<byte> Batch(
        NativeBatch batch, string id, string? input, string? output, IReadOnlyDictionary<string, string>? metadata) => StoredObject.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "batch"u8);
        json.WriteString("endpoint"u8, "/v1/chat/completions"u8);
        json.WriteString("status"u8, batch.Status);
        json.WriteString("input_file_id"u8, input ?? "");
        json.WriteString("completion_window"u8, "24h"u8);
        json.WriteString("output_file_id"u8, output);
        json.WriteNull("error_file_id"u8);
        json.WriteNumber("created_at"u8, (batch.CreatedAt ?? default).ToUnixTimeSeconds() is > 0 and var made ? made : 0);
        Time(json, "in_progress_at", batch.Status is "validating" ? null : batch.CreatedAt);
        Time(json, "expires_at", batch.ExpiresAt);
        json.WriteNull("finalizing_at"u8);
        Time(json, "cancelling_at", batch.CancellingAt);
        foreach (var state in Over)
        {
            Time(json, state + "_at", string.Equals(state, batch.Status, StringComparison.Ordinal) ? batch.EndedAt : null);
        }

        WriteCounts(json, batch);
        WriteNotes(json, metadata);
        json.WriteEndObject();
    });

    /// <summary>A line of results.</summary>
    /// <param name="result">The line.</param>
    /// <param name="body">The answer in OpenAI's dialect; empty for a failure.</param>
    public static ReadOnlyMemory<byte> Line(NativeResult result, ReadOnlyMemory<byte> body) => StoredObject.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("id"u8, "batch_req_" + result.CustomId);
        json.WriteString("custom_id"u8, result.CustomId);
        json.WritePropertyName("response"u8);
        if (body.IsEmpty)
        {
            json.WriteNullValue();
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, result.ErrorCode ?? "server_error");
            json.WriteString("message"u8, result.ErrorMessage ?? "");
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartObject();
            json.WriteNumber("status_code"u8, result.Status);
            json.WriteString("request_id"u8, result.CustomId);
            json.WritePropertyName("body"u8);
            json.WriteRawValue(body.Span);
            json.WriteEndObject();
            json.WriteNull("error"u8);
        }

        json.WriteEndObject();
    });

    private static void WriteCounts(Utf8JsonWriter json, NativeBatch batch)
    {
        if (batch.Counts is { } counts)
        {
            json.WriteStartObject("request_counts"u8);
            json.WriteNumber("total"u8, counts.Total);
            json.WriteNumber("completed"u8, counts.Completed);
            json.WriteNumber("failed"u8, counts.Failed);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("request_counts"u8);
        }

        json.WritePropertyName("errors"u8);
        if (batch.Error is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        json.WriteStartObject();
        json.WriteString("code"u8, "batch_failed"u8);
        json.WriteString("message"u8, batch.Error);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNotes(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is not { Count: > 0 })
        {
            json.WriteNull("metadata"u8);
            return;
        }

        json.WriteStartObject("metadata"u8);
        foreach (var (name, value) in metadata)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }

    /// <summary>A moment in seconds, or null.</summary>
    public static void Time(Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } time)
        {
            json.WriteNumber(name, time.ToUnixTimeSeconds());
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
