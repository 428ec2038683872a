using System.Buffers.Binary;
using System.Text.Json;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.Relay;

/// <summary>
/// Listens to an answer that is relayed as it is: is handed copies of its bytes in whatever pieces they come, and finds usage, model and id in
/// them. Never throws for what an upstream sends; what cannot be understood simply reports nothing.
/// </summary>
public sealed class UsageTap
{
    /// <summary>A whole answer, or one event, beyond this is not looked at.</summary>
    private const int MostKept = 16 * 1024 * 1024;

    /// <summary>Length of everything in an event-stream message but headers and payload.</summary>
    private const int FrameOverhead = 16;

    private readonly Form _form;
    private readonly SseSplitter _splitter = new();
    private byte[] _kept = [];
    private int _length;
    private bool _gaveUp;

    private enum Form : byte
    {
        Opaque,
        Json,
        Events,
        Lines,
        Frames,
    }

    private UsageTap(Form form) => _form = form;

    /// <summary>Usage reported so far; null when none was.</summary>
    public TokenUsage? Usage { get; private set; }

    /// <summary>Model that the answer names; null when it names none.</summary>
    public string? Model { get; private set; }

    /// <summary>The answer's own id; null when it has none.</summary>
    public string? AnswerId { get; private set; }

    /// <summary>Events with content so far.</summary>
    public long Events { get; private set; }

    /// <summary>The answer comes in events.</summary>
    public bool IsStream => _form is Form.Events or Form.Lines or Form.Frames;

    /// <summary>A tap for an answer of a media type; unknown ones are not looked into.</summary>
    public static UsageTap For(string? mediaType) => new(mediaType?.ToLowerInvariant() switch
    {
        "text/event-stream" => Form.Events,
        "application/vnd.amazon.eventstream" => Form.Frames,
        "application/x-ndjson" or "application/stream+json" or "application/jsonl" or "application/x-jsonlines" => Form.Lines,
        { } type when type.EndsWith("json", StringComparison.Ordinal) => Form.Json,
        _ => Form.Opaque,
    });

    /// <summary>Takes the next bytes.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        if (_form == Form.Opaque || _gaveUp)
        {
            return;
        }

        Keep(bytes);
        var used = _gaveUp ? 0 : _form switch
        {
            Form.Events => TakeEvents(),
            Form.Lines => TakeLines(),
            Form.Frames => TakeFrames(),
            _ => 0,
        };
        if (used > 0)
        {
            _kept.AsSpan(used, _length - used).CopyTo(_kept);
            _length -= used;
        }
    }

    /// <summary>The answer has ended.</summary>
    public void Finish()
    {
        if (_gaveUp)
        {
            return;
        }

        if (_form == Form.Events && _splitter.TryFinish(_kept.AsMemory(0, _length), out var last))
        {
            TakeEvent(last.Data);
        }
        else if (_form is Form.Json or Form.Lines && _length > 0)
        {
            Parse(_kept.AsMemory(0, _length));
        }

        _length = 0;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_length + (long)bytes.Length > MostKept)
        {
            _gaveUp = true;
            _kept = [];
            return;
        }

        if (_length + bytes.Length > _kept.Length)
        {
            Array.Resize(ref _kept, Math.Max(4096, (_length + bytes.Length) * 2));
        }

        bytes.CopyTo(_kept.AsSpan(_length));
        _length += bytes.Length;
    }

    private int TakeEvents()
    {
        var start = 0;
        while (true)
        {
            var found = _splitter.TryRead(_kept.AsMemory(start, _length - start), out var consumed, out var next);
            if (found && !next.IsComment)
            {
                TakeEvent(next.Data);
            }

            start += consumed;
            if (!found)
            {
                return start;
            }
        }
    }

    private int TakeLines()
    {
        var start = 0;
        while (_kept.AsSpan(start, _length - start).IndexOf((byte)'\n') is >= 0 and var end)
        {
            TakeEvent(_kept.AsMemory(start, end));
            start += end + 1;
        }

        return start;
    }

    private int TakeFrames()
    {
        var start = 0;
        while (_length - start >= FrameOverhead)
        {
            var total = BinaryPrimitives.ReadUInt32BigEndian(_kept.AsSpan(start));
            var headers = BinaryPrimitives.ReadUInt32BigEndian(_kept.AsSpan(start + 4));
            if (total is < FrameOverhead or > MostKept || headers > total - FrameOverhead)
            {
                _gaveUp = true;
                return 0;
            }

            if (_length - start < (int)total)
            {
                break;
            }

            TakeEvent(_kept.AsMemory(start + 12 + (int)headers, (int)(total - headers) - FrameOverhead));
            start += (int)total;
        }

        return start;
    }

    private void TakeEvent(ReadOnlyMemory<byte> data)
    {
        if (data.IsEmpty || data.Span[0] != (byte)'{')
        {
            return;
        }

        Events++;
        if (Events == 1 || _form == Form.Frames || AnswerUsage.MayHave(data.Span))
        {
            Parse(data);
        }
    }

    private void Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in root.EnumerateArray())
                {
                    Note(item);
                }
            }
            else
            {
                Note(root);
            }
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            // An upstream's broken JSON is the client's to see; there is no usage in it.
            _gaveUp |= _form == Form.Json;
        }
    }

    private void Note(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        // A frame may hold an event of another dialect as base64.
        if (_form == Form.Frames && json.TryGetProperty("bytes", out var inner) && inner.ValueKind == JsonValueKind.String
            && inner.TryGetBytesFromBase64(out var bytes))
        {
            using var document = JsonDocument.Parse(bytes);
            Note(document.RootElement);
            return;
        }

        if (AnswerUsage.Read(json) is { } usage)
        {
            Usage = Usage is { } known ? AnswerUsage.Larger(known, usage) : usage;
        }

        Model ??= Text(json, "model") ?? Text(json, "modelVersion") ?? Nested(json, "model");
        AnswerId ??= Text(json, "id") ?? Text(json, "responseId") ?? Nested(json, "id");
    }

    private static string? Nested(JsonElement json, string name)
        => json.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object ? Text(message, name)
            : json.TryGetProperty("response", out var response) && response.ValueKind == JsonValueKind.Object ? Text(response, name)
            : null;

    private static string? Text(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 and <= 256 } text ? text : null;
}
