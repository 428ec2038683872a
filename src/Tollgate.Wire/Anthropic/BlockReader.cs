using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>Reads content blocks, of requests and of answers.</summary>
/// <param name="body">What the blocks' document was parsed from.</param>
internal readonly struct BlockReader(ReadOnlyMemory<byte> body)
{
    /// <summary>Reads one block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="path">Where it stands, for errors.</param>
    /// <exception cref="WireException">It is no block.</exception>
    public ContentPart Read(JsonElement block, string path)
    {
        if (block.ValueKind is not JsonValueKind.Object || block.Text("type"u8) is not { } type)
        {
            throw new WireException($"{path}: a content block must be an object with a type.", path);
        }

        ContentPart part = type switch
        {
            "text" => new TextPart(block.Text("text"u8) ?? throw Missing(path, "text")) { Citations = ReadCitations(block.Member("citations"u8)) },
            "thinking" => new ThinkingPart(block.Text("thinking"u8) ?? "", block.Text("signature"u8) is { Length: > 0 } seal ? seal : null),
            "redacted_thinking" => new RedactedThinkingPart(block.Text("data"u8) ?? throw Missing(path, "data")),
            "image" => ReadImage(block, path),
            "document" => ReadDocument(block, path),
            "tool_use" => ReadCall(block, path),
            "tool_result" => ReadResult(block, path),
            _ => new OpaquePart(Surface.Messages, type, block),
        };
        return ReadCache(block) is { } cache ? part with { Cache = cache } : part;
    }

    /// <summary>A <c>cache_control</c> member; null for none.</summary>
    public static CacheHint? ReadCache(JsonElement holder)
    {
        var control = holder.Member("cache_control"u8);
        return control.ValueKind is JsonValueKind.Object ? new CacheHint(control.Text("ttl"u8)) : null;
    }

    /// <summary>One citation, of any of its kinds.</summary>
    public static Citation ReadCitation(JsonElement citation) => new()
    {
        Url = citation.Text("url"u8) ?? citation.Text("source"u8),
        Title = citation.Text("title"u8) ?? citation.Text("document_title"u8),
        CitedText = citation.Text("cited_text"u8),
        Raw = citation,
        RawOrigin = Surface.Messages,
    };

    private static Citation[] ReadCitations(JsonElement citations) => citations.ValueKind is JsonValueKind.Array
        ? [.. citations.EnumerateArray().Where(static citation => citation.ValueKind is JsonValueKind.Object).Select(ReadCitation)]
        : [];

    private static ToolCallPart ReadCall(JsonElement block, string path)
    {
        var (id, signature) = ThoughtIds.Split(block.Text("id"u8) ?? throw Missing(path, "id"));
        var input = block.Member("input"u8);
        return new ToolCallPart(id, block.Text("name"u8) ?? throw Missing(path, "name"), input.IsGiven() ? Encoding.UTF8.GetString(input.Bytes()) : "{}")
        {
            Signature = signature,
        };
    }

    private ToolResultPart ReadResult(JsonElement block, string path)
    {
        var id = ThoughtIds.Split(block.Text("tool_use_id"u8) ?? throw Missing(path, "tool_use_id")).Id;
        return new ToolResultPart(id) { Content = ReadContent(block.Member("content"u8), path + ".content"), IsError = block.Member("is_error"u8).Flag() is true };
    }

    private List<ContentPart> ReadContent(JsonElement content, string path)
    {
        var parts = new List<ContentPart>();
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                parts.Add(new TextPart(content.Text()!));
                break;
            case JsonValueKind.Array:
                foreach (var inner in content.EnumerateArray())
                {
                    parts.Add(Read(inner, $"{path}[{parts.Count}]"));
                }

                break;
            case JsonValueKind.Undefined:
                break;
            default:
                throw new WireException($"{path} must be a string or an array of content blocks.", path);
        }

        return parts;
    }

    private ContentPart ReadImage(JsonElement block, string path)
        => ReadSource(block.Member("source"u8), path + ".source") is { } source ? new ImagePart(source) : new OpaquePart(Surface.Messages, "image", block);

    private ContentPart ReadDocument(JsonElement block, string path)
    {
        if (ReadSource(block.Member("source"u8), path + ".source") is not { } source)
        {
            return new OpaquePart(Surface.Messages, "document", block);
        }

        return new DocumentPart(source)
        {
            Title = block.Text("title"u8),
            Context = block.Text("context"u8),
            WantsCitations = block.Member("citations"u8).Member("enabled"u8).Flag() is true,
        };
    }

    /// <summary>A source of bytes; null for those that only this dialect has.</summary>
    private MediaSource? ReadSource(JsonElement source, string path)
    {
        switch (source.Text("type"u8))
        {
            case "base64":
                var data = source.Member("data"u8);
                return data.ValueKind is JsonValueKind.String
                    ? MediaSource.FromBase64(source.Text("media_type"u8), HubJson.SliceOf(body, data))
                    : throw Missing(path, "data");
            case "url":
                return MediaSource.FromUrl(source.Text("url"u8) ?? throw Missing(path, "url"));
            case "file":
                return MediaSource.FromFile(source.Text("file_id"u8) ?? throw Missing(path, "file_id"));
            case "text":
                return MediaSource.FromText(source.Text("data"u8) ?? throw Missing(path, "data"));
            case null:
                throw Missing(path, "type");
            default:
                return null;
        }
    }

    private static WireException Missing(string path, string name) => new($"{path}.{name}: Field required", $"{path}.{name}");
}
