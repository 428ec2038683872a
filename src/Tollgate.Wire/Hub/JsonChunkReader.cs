using System.Text.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Hub;

/// <summary>
/// Reads streams whose payloads are JSON objects. Whatever is none, or is one of unexpected types, is reported and never thrown.
/// </summary>
public abstract class JsonChunkReader : ChatStreamReader
{
    private JsonDocument? _document;

    /// <inheritdoc/>
    public sealed override ChunkAction Read(ReadOnlyMemory<byte> payload, ICollection<ChatEvent> events)
    {
        if (payload.Span.Trim(" \t\r\n"u8).SequenceEqual("[DONE]"u8))
        {
            return ChunkAction.Done;
        }

        try
        {
            // Events may hold values of the document until the next payload comes.
            _document?.Dispose();
            _document = null;
            _document = JsonDocument.Parse(payload);
            var root = _document.RootElement;
            if (!IsPayload(root))
            {
                return ChunkAction.Malformed;
            }

            return IsError(root) ? ChunkAction.Error : ReadChunk(root, events);
        }
        catch (Exception exception) when (exception is JsonException or WireException or InvalidOperationException or FormatException)
        {
            return ChunkAction.Malformed;
        }
    }

    /// <summary>True for what may be a payload: objects unless overridden.</summary>
    protected virtual bool IsPayload(JsonElement root) => root.ValueKind is JsonValueKind.Object;

    /// <summary>True for a payload that is an error: one with an <c>error</c> member unless overridden.</summary>
    protected virtual bool IsError(JsonElement root) => root.Member("error"u8).ValueKind is JsonValueKind.Object or JsonValueKind.String;

    /// <summary>Reads one object.</summary>
    protected abstract ChunkAction ReadChunk(JsonElement root, ICollection<ChatEvent> events);
}
