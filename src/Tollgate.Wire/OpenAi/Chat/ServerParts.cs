using System.Text.Json;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>
/// What Anthropic's own tools did, for chat clients: LiteLLM's <c>provider_specific_fields</c> of a message, which clients send back so that a
/// conversation can go on (03-anthropic.md section 3).
/// </summary>
internal static class ServerParts
{
    /// <summary>A call that the provider ran itself, as a call of the list; null for any other part.</summary>
    // COMPAT: LiteLLM lists them among the client's calls; they are told by ids that begin with srvtoolu_.
    public static ToolCallPart? CallOf(ContentPart part)
        => part is OpaquePart { Origin: Surface.Messages, Kind: "server_tool_use", Raw: var raw }
            ? new ToolCallPart(raw.Text("id"u8) ?? "", raw.Text("name"u8) ?? "", ArgumentText.Of(raw.Member("input"u8)))
            : part as ToolCallPart;

    /// <summary>Writes the member; nothing when there is nothing in it.</summary>
    public static void Write(Utf8JsonWriter json, IList<ContentPart> parts)
    {
        var own = parts.OfType<OpaquePart>().Where(static part => part.Origin is Surface.Messages && part.Kind is not "server_tool_use").ToList();
        var cited = parts.OfType<TextPart>().Any(static text => text.Citations.Any(IsOwn));
        if (own.Count == 0 && !cited)
        {
            return;
        }

        json.WriteStartObject("provider_specific_fields"u8);
        WriteList(json, "web_search_results"u8, own.Where(static part => part.Kind is "web_search_tool_result"));
        WriteList(json, "tool_results"u8, own.Where(static part => part.Kind is not "web_search_tool_result" && part.Kind.EndsWith("_tool_result", StringComparison.Ordinal)));
        WriteList(json, "compaction_blocks"u8, own.Where(static part => part.Kind is "compaction"));
        if (cited)
        {
            WriteCitations(json, parts);
        }

        json.WriteEndObject();
    }

    private static bool IsOwn(Citation citation) => citation is { RawOrigin: Surface.Messages, Raw: not null };

    private static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<OpaquePart> parts)
    {
        var any = false;
        foreach (var part in parts)
        {
            if (!any)
            {
                json.WriteStartArray(name);
                any = true;
            }

            json.WriteElement(part.Raw);
        }

        if (any)
        {
            json.WriteEndArray();
        }
    }

    /// <summary>One list for each text that has any.</summary>
    private static void WriteCitations(Utf8JsonWriter json, IList<ContentPart> parts)
    {
        json.WriteStartArray("citations"u8);
        foreach (var text in parts.OfType<TextPart>().Where(static text => text.Citations.Any(IsOwn)))
        {
            json.WriteStartArray();
            foreach (var citation in text.Citations.Where(IsOwn))
            {
                json.WriteElement(citation.Raw!.Value);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
