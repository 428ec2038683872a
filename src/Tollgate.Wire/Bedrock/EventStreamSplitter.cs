using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.Bedrock;

/// <summary>
/// Cuts <c>application/vnd.amazon.eventstream</c> into payloads. An event is handed on as <c>{"&lt;event-type&gt;":&lt;payload&gt;}</c>; the
/// pieces of InvokeModel and of SageMaker's endpoints, which wrap a stream of somebody else's, as what they hold. Exceptions become
/// <c>{"type":"error","error":{"message","type","code"}}</c> with the status they stand for.
/// </summary>
/// <remarks>Made for any upstream whose answer has that media type, whatever dialect its payloads are in.</remarks>
/// <param name="unwraps">Hand on the pieces of somebody else's stream as what they hold; false leaves them wrapped.</param>
public sealed class EventStreamSplitter(bool unwraps = true) : IFrameSplitter
{
    /// <summary>Media type of such streams.</summary>
    public const string MediaType = "application/vnd.amazon.eventstream";

    private readonly ArrayBufferWriter<byte> _wrapped = new(512);
    private readonly ArrayBufferWriter<byte> _lines = new(512);
    private SseSplitter? _inner;
    private int _taken;

    /// <inheritdoc/>
    public bool TryRead(ReadOnlyMemory<byte> buffer, out int consumed, out SseEvent next)
    {
        consumed = 0;
        while (true)
        {
            if (TryReadLine(out next))
            {
                return true;
            }

            var rest = buffer[consumed..];
            if (rest.Length < EventStreamFrame.PreludeLength)
            {
                return false;
            }

            var length = EventStreamFrame.LengthOf(rest.Span[..EventStreamFrame.PreludeLength]);
            if (rest.Length < length)
            {
                return false;
            }

            consumed += length;
            if (TryTake(EventStreamFrame.Read(rest[..length]), out next))
            {
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public bool TryFinish(ReadOnlyMemory<byte> rest, out SseEvent last)
    {
        if (!rest.IsEmpty)
        {
            throw new InvalidDataException("The event stream ends within a frame.");
        }

        if (TryReadLine(out last))
        {
            return true;
        }

        return _inner is not null && _inner.TryFinish(_lines.WrittenMemory[_taken..], out last);
    }

    /// <summary>True for a payload; false for a piece that has yet to be completed.</summary>
    private bool TryTake(in EventStreamFrame frame, out SseEvent next)
    {
        next = default;
        if (frame.MessageType is "exception" or "error")
        {
            WriteError(frame);
            next = new SseEvent(_wrapped.WrittenMemory, IsComment: false);
            return true;
        }

        if (frame.EventType is "PayloadPart")
        {
            TakePart(frame.Payload);
            return false;
        }

        if (unwraps && frame.EventType is "chunk" && TryUnwrap(frame.Payload))
        {
            next = new SseEvent(_wrapped.WrittenMemory, IsComment: false);
            return true;
        }

        Wrap(frame);
        next = new SseEvent(_wrapped.WrittenMemory, IsComment: false);
        return true;
    }

    private void Wrap(in EventStreamFrame frame)
    {
        _wrapped.ResetWrittenCount();
        _wrapped.Write("{\""u8);
        _wrapped.Write(JsonEncodedText.Encode(frame.EventType ?? "unknown").EncodedUtf8Bytes);
        _wrapped.Write("\":"u8);
        _wrapped.Write(frame.Payload.IsEmpty ? "{}"u8 : frame.Payload.Span);
        _wrapped.Write("}"u8);
    }

    /// <summary>InvokeModel's <c>{"bytes":"&lt;base64 of the model's own event&gt;"}</c>; agents put plain text there, which stays wrapped.</summary>
    private bool TryUnwrap(ReadOnlyMemory<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload.Span);
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType is not JsonTokenType.PropertyName || !reader.ValueTextEquals("bytes"u8))
                {
                    continue;
                }

                if (!reader.Read() || reader.TokenType is not JsonTokenType.String || !reader.TryGetBytesFromBase64(out var bytes)
                    || !bytes.AsSpan().TrimStart(" \r\n\t"u8).StartsWith("{"u8))
                {
                    return false;
                }

                _wrapped.ResetWrittenCount();
                _wrapped.Write(bytes);
                return true;
            }
        }
        catch (JsonException)
        {
            // Handed on as it came: the dialect's reader says that it is broken.
        }

        return false;
    }

    /// <summary>SageMaker cuts the model's own stream anywhere: lines are put together again.</summary>
    private void TakePart(ReadOnlyMemory<byte> part)
    {
        _inner ??= new SseSplitter();
        if (_taken > 0)
        {
            var rest = _lines.WrittenSpan[_taken..].ToArray();
            _lines.ResetWrittenCount();
            _lines.Write(rest);
            _taken = 0;
        }

        _lines.Write(part.Span);
    }

    private bool TryReadLine(out SseEvent next)
    {
        next = default;
        if (_inner is null || _lines.WrittenCount == 0)
        {
            return false;
        }

        var found = _inner.TryRead(_lines.WrittenMemory[_taken..], out var consumed, out next);
        _taken += consumed;
        return found;
    }

    private void WriteError(in EventStreamFrame frame)
    {
        var type = frame.ExceptionType ?? frame.ErrorCode ?? "error";
        var (message, original) = Describe(frame.Payload);
        _wrapped.ResetWrittenCount();
        using var json = new Utf8JsonWriter(_wrapped, HubJson.Writing);
        json.WriteStartObject();

        // Anthropic's dialect tells its events by the type at the root.
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, message ?? frame.ErrorMessage ?? type);
        json.WriteString("type"u8, type);
        json.WriteString("code"u8, StatusOf(type, original));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The message of an exception, and the status that the model itself answered with.</summary>
    private static (string? Message, long? Status) Describe(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            var root = document.RootElement;
            return (root.Text("message"u8) ?? root.Text("Message"u8), (root.Member("originalStatusCode"u8) is { } status
                && status.IsGiven() ? status : root.Member("OriginalStatusCode"u8)).Count());
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }

    /// <summary>The status that an exception of a stream stands for (05-bedrock-sagemaker.md section 4).</summary>
    private static string StatusOf(string type, long? original) => type.ToLowerInvariant() switch
    {
        "throttlingexception" or "servicequotaexceededexception" or "modelnotreadyexception" => "429",
        "validationexception" => "400",
        "accessdeniedexception" => "403",
        "resourcenotfoundexception" => "404",
        "modeltimeoutexception" => "408",
        "serviceunavailableexception" => "503",
        _ => original is >= 400 and <= 599 and var status ? status.ToString(System.Globalization.CultureInfo.InvariantCulture) : "500",
    };
}
