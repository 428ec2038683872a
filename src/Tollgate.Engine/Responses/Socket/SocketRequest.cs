using System.Buffers;
using Tollgate.Engine.Errors;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Responses.Socket;

/// <summary>A frame of a client: what it wants, and the body of the call that it stands for.</summary>
internal sealed class SocketRequest
{
    /// <summary>Members that belong to the transport, and have no place in the call.</summary>
    private static readonly string[] OfTransport = ["type", "generate", "stream", "background", "stream_id", "event_id", "stream_options"];

    private SocketRequest(ReadOnlyMemory<byte> json, JsonMembers members)
    {
        Json = json;
        Members = members;
        Model = Text("model"u8);
        PreviousResponseId = Text("previous_response_id"u8);
        EventId = Text("event_id"u8);
        IsWarmUp = Raw("generate"u8) is { } generate && generate.Span.SequenceEqual("false"u8);
        IsStored = Raw("store"u8) is not { } store || !store.Span.SequenceEqual("false"u8);
    }

    /// <summary>Model; null when the frame names none.</summary>
    public string? Model { get; }

    /// <summary>Answer that the call goes on from; null for none.</summary>
    public string? PreviousResponseId { get; }

    /// <summary>The client's name of the frame, for errors; null for none.</summary>
    public string? EventId { get; }

    /// <summary>Nothing is to be produced (<c>generate: false</c>).</summary>
    public bool IsWarmUp { get; }

    /// <summary>The answer may be kept beyond the socket.</summary>
    public bool IsStored { get; }

    /// <summary>The new input as an array of items; null when there is none, or none that could be one.</summary>
    public ReadOnlyMemory<byte>? Input
    {
        get
        {
            var index = Members.Find(Json.Span, "input"u8);
            if (index < 0 || Members[index].Kind is not (JsonKind.Array or JsonKind.String))
            {
                return null;
            }

            var value = Json.Slice(Members[index].ValueStart, Members[index].ValueLength);
            return Members[index].Kind == JsonKind.Array ? value
                : (byte[])[.. "[{\"type\":\"message\",\"role\":\"user\",\"content\":"u8, .. value.Span, .. "}]"u8];
        }
    }

    private ReadOnlyMemory<byte> Json { get; }

    private JsonMembers Members { get; }

    /// <summary>Reads a frame.</summary>
    /// <exception cref="ApiException">400: it is none.</exception>
    public static SocketRequest Read(ReadOnlyMemory<byte> frame)
    {
        var members = new JsonMembers();
        var fault = JsonScanner.Scan(frame.Span, members);
        if (!fault.IsNone || members.RootKind != JsonKind.Object)
        {
            throw ApiException.BadRequest(fault.IsNone ? "Invalid JSON payload: a frame must be a JSON object." : $"Invalid JSON payload: {fault.Describe()}");
        }

        var request = new SocketRequest(frame, members);
        return request.Text("type"u8) switch
        {
            "response.create" => request,
            null => throw ApiException.BadRequest("Missing required parameter: 'type'. Frames are of the type 'response.create'.", "type"),
            var other => throw ApiException.BadRequest($"Invalid value: '{other}'. Frames of clients are of the type 'response.create'.", "type"),
        };
    }

    /// <summary>The body of the call.</summary>
    /// <param name="usualModel">Model where the frame names none; null for none.</param>
    /// <param name="conversation">Input and earlier answer in place of the frame's; null for the frame's own.</param>
    public ReadOnlyMemory<byte> ToBody(string? usualModel, SocketHistory.Conversation? conversation)
    {
        var json = Json.Span;
        var body = new ArrayBufferWriter<byte>(Json.Length + (conversation?.Items.Length ?? 0) + 64);
        body.Write("{\"stream\":true"u8);
        for (var i = 0; i < Members.Count; i++)
        {
            ref readonly var member = ref Members[i];
            var name = JsonText.Unescape(json.Slice(member.NameStart, member.NameLength));
            if (Members.IsSuperseded(i) || OfTransport.Contains(name, StringComparer.Ordinal)
                || (conversation is not null && name is "input" or "previous_response_id"))
            {
                continue;
            }

            body.Write(","u8);
            body.Write(json[member.Start..member.End]);
        }

        if (Model is null && usualModel is not null)
        {
            body.Write(",\"model\":"u8);
            body.Write(JsonText.Quote(usualModel));
        }

        if (conversation is { } whole)
        {
            body.Write(",\"input\":"u8);
            body.Write(whole.Items.Span);
            if (whole.PreviousId is { } previous)
            {
                body.Write(",\"previous_response_id\":"u8);
                body.Write(JsonText.Quote(previous));
            }
        }

        body.Write("}"u8);
        return body.WrittenMemory;
    }

    private string? Text(ReadOnlySpan<byte> name) => Raw(name) is { } value ? JsonText.AsString(value.Span) : null;

    private ReadOnlyMemory<byte>? Raw(ReadOnlySpan<byte> name)
    {
        var index = Members.Find(Json.Span, name);
        return index < 0 ? null : Json.Slice(Members[index].ValueStart, Members[index].ValueLength);
    }
}
