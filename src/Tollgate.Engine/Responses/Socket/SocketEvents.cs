using System.Buffers;
using System.Text.Json;
using Tollgate.Engine.Errors;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Responses.Socket;

/// <summary>Frames that the gateway itself sends.</summary>
internal static class SocketEvents
{
    /// <summary>A refusal: the body that a call over HTTP would have got, with its status.</summary>
    public static ReadOnlyMemory<byte> Error(int status, ReadOnlyMemory<byte> body, string? eventId)
    {
        var error = JsonWalker.TryFind(body.Span, 0, "error"u8, out var found) && found.Kind == JsonKind.Object
            ? body.Slice(found.ValueStart, found.ValueLength) : "{\"type\":\"server_error\",\"message\":\"The call failed.\"}"u8.ToArray();
        return Written(json =>
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "error"u8);
            json.WriteNumber("status"u8, status);
            if (eventId is not null)
            {
                json.WriteString("event_id"u8, eventId);
            }

            json.WritePropertyName("error"u8);
            json.WriteRawValue(error.Span, skipInputValidation: true);
            json.WriteEndObject();
        });
    }

    /// <summary>A refusal of the frame itself.</summary>
    public static ReadOnlyMemory<byte> Error(ApiException error, string? eventId)
    {
        var body = new ArrayBufferWriter<byte>(256);
        error.Body.WriteTo(body, default);
        return Error(error.Status, body.WrittenMemory, eventId);
    }

    /// <summary>An answer without output: for a frame that only prepares (<c>generate: false</c>).</summary>
    public static ReadOnlyMemory<byte> WarmUp(string type, int number, string id, long createdAt, string? model, string? previous) => Written(json =>
    {
        var isDone = type is "response.completed";
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteNumber("sequence_number"u8, number);
        json.WriteStartObject("response"u8);
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, createdAt);
        json.WriteString("status"u8, isDone ? "completed"u8 : "in_progress"u8);
        json.WriteNull("error"u8);
        json.WriteNull("incomplete_details"u8);
        json.WriteString("model"u8, model);
        json.WriteStartArray("output"u8);
        json.WriteEndArray();
        json.WriteString("previous_response_id"u8, previous);
        json.WritePropertyName("usage"u8);
        if (isDone)
        {
            json.WriteRawValue(
                """{"input_tokens":0,"input_tokens_details":{"cached_tokens":0},"output_tokens":0,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":0}"""u8,
                skipInputValidation: true);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static ReadOnlyMemory<byte> Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return buffer.WrittenMemory;
    }
}
