using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>Parts of an answer that are an item each and never come in pieces.</summary>
internal static class WholeParts
{
    /// <summary>Writes one; null for what the dialect has no item for.</summary>
    public static ReadOnlyMemory<byte>? Write(ContentPart part, string id)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(bytes, HubJson.Writing);
        switch (part)
        {
            case ImagePart { Source: { Base64.IsEmpty: false } source }:
                json.WriteStartObject();
                json.WriteString("type"u8, "image_generation_call"u8);
                json.WriteString("id"u8, id);
                json.WriteString("status"u8, "completed"u8);
                json.WriteString("output_format"u8, MediaTypes.FormatOf(source.MediaType ?? "image/png"));
                json.WriteString("result"u8, source.Base64.Span);
                json.WriteEndObject();
                break;
            case OpaquePart { Origin: Surface.Responses } opaque:
                json.WriteElement(opaque.Raw);
                break;
            default:
                return null;
        }

        json.Flush();
        return bytes.WrittenMemory;
    }
}
