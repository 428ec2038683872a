using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>
/// Blocks that only Anthropic's dialect has, in words that every dialect has: the passages that a client found for the model are not to be lost
/// on the way to another one.
/// </summary>
public static class ForeignBlocks
{
    /// <summary>Says the blocks of a request in other words, unless its upstream knows them.</summary>
    /// <param name="request">The request.</param>
    /// <param name="upstream">The dialect it is going to be written in.</param>
    /// <param name="body">What the request was read from.</param>
    /// <exception cref="WireException">A block is broken.</exception>
    public static void Spell(ChatRequest request, Surface upstream, ReadOnlyMemory<byte> body)
    {
        if (upstream is Surface.Messages)
        {
            return;
        }

        for (var i = 0; i < request.Messages.Count; i++)
        {
            var parts = request.Messages[i].Parts;
            for (var j = 0; j < parts.Count; j++)
            {
                parts[j] = Spelled(parts[j], body, $"messages[{i}].content[{j}]");
            }
        }
    }

    private static ContentPart Spelled(ContentPart part, ReadOnlyMemory<byte> body, string path) => part switch
    {
        OpaquePart { Origin: Surface.Messages, Kind: "search_result" } found => new TextPart(Passage(found.Raw)) { Cache = found.Cache },
        OpaquePart { Origin: Surface.Messages, Kind: "document" } document when document.Raw.Member("source"u8).Text("type"u8) is "content"
            => Document(document),

        // A client of the chat dialect may send Anthropic's own pictures and documents.
        OpaquePart { Origin: Surface.Messages, Kind: "image" or "document" } block => new BlockReader(body).Read(block.Raw, path),
        ToolResultPart result when result.Content.Any(static inner => inner is OpaquePart)
            => result with { Content = [.. result.Content.Select(inner => Spelled(inner, body, path))] },
        _ => part,
    };

    private static DocumentPart Document(OpaquePart block) => new(MediaSource.FromText(Texts(block.Raw.Member("source"u8).Member("content"u8))))
    {
        Title = block.Raw.Text("title"u8),
        Context = block.Raw.Text("context"u8),
        Cache = block.Cache,
    };

    private static string Passage(JsonElement block)
    {
        var text = new StringBuilder();
        foreach (var line in (ReadOnlySpan<string?>)[block.Text("title"u8), block.Text("source"u8)])
        {
            if (line is { Length: > 0 })
            {
                text.Append(line).Append('\n');
            }
        }

        return text.Append(Texts(block.Member("content"u8))).ToString();
    }

    private static string Texts(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.Text()!,
        JsonValueKind.Array => string.Join('\n', content.EnumerateArray().Select(static inner => inner.Text("text"u8)).OfType<string>()),
        _ => "",
    };
}
