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
    /// <param name="json">Takes the member.</param>
    /// <param name="parts">The message.</param>
    /// <param name="extras">Members of the answer's root, of which some stand here.</param>
    public static void Write(Utf8JsonWriter json, IList<ContentPart> parts, IList<HubMember> extras)
    {
        var own = parts.OfType<OpaquePart>().Where(static part => part.Origin is Surface.Messages && part.Kind is not "server_tool_use").ToList();
        var cited = parts.OfType<TextPart>().Any(static text => text.Citations.Any(IsOwn));
        var seals = parts.OfType<TextPart>().Where(static text => text.Signature is not null).ToList();
        var runs = parts.OfType<OpaquePart>().Where(IsRun).ToList();
        var ofMessage = extras.Where(static extra => RootExtras.IsOfMessage(extra.Name)).DistinctBy(static extra => extra.Name, StringComparer.Ordinal).ToList();
        if (own.Count == 0 && !cited && seals.Count == 0 && runs.Count == 0 && ofMessage.Count == 0)
        {
            return;
        }

        json.WriteStartObject("provider_specific_fields"u8);
        WriteList(json, "web_search_results"u8, own.Where(static part => part.Kind is "web_search_tool_result"));
        WriteList(json, "tool_results"u8, own.Where(
            static part => part.Kind is not "web_search_tool_result" && part.Kind.EndsWith("_tool_result", StringComparison.Ordinal)));
        WriteList(json, "compaction_blocks"u8, own.Where(static part => part.Kind is "compaction"));
        if (cited)
        {
            WriteCitations(json, parts);
        }

        WriteSeals(json, seals);
        WriteRuns(json, runs);
        foreach (var extra in ofMessage)
        {
            json.WritePropertyName(extra.Name);
            json.WriteElement(extra.Value);
        }

        json.WriteEndObject();
    }

    /// <summary>Code that Google ran, or what came of it.</summary>
    public static bool IsRun(OpaquePart part) => part is { Origin: Surface.GenerateContent, Kind: "executableCode" or "codeExecutionResult" };

    /// <summary>Seals of Google's on texts, which clients send back (04-gemini-vertex.md 2.6).</summary>
    private static void WriteSeals(Utf8JsonWriter json, List<TextPart> seals)
    {
        if (seals.Count == 0)
        {
            return;
        }

        json.WriteStartArray("thought_signatures"u8);
        foreach (var text in seals)
        {
            json.WriteStringValue(text.Signature);
        }

        json.WriteEndArray();
    }

    /// <summary>Code and its outcome, each pair in one object (04-gemini-vertex.md section 3).</summary>
    private static void WriteRuns(Utf8JsonWriter json, List<OpaquePart> runs)
    {
        if (runs.Count == 0)
        {
            return;
        }

        json.WriteStartArray("code_execution"u8);
        for (var i = 0; i < runs.Count; i++)
        {
            json.WriteStartObject();
            WriteMembers(json, runs[i]);
            if (runs[i].Kind is "executableCode" && i + 1 < runs.Count && runs[i + 1].Kind is "codeExecutionResult")
            {
                WriteMembers(json, runs[++i]);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteMembers(Utf8JsonWriter json, OpaquePart run)
    {
        var inside = run.Kind is "executableCode" ? run.Raw.Member("executableCode"u8) : run.Raw.Member("codeExecutionResult"u8);
        foreach (var name in (ReadOnlySpan<string>)(run.Kind is "executableCode" ? ["language", "code"] : ["outcome", "output"]))
        {
            if (inside.ValueKind is JsonValueKind.Object && inside.TryGetProperty(name, out var value))
            {
                json.WritePropertyName(name);
                json.WriteElement(value);
            }
        }
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
