using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Reads what whole answers and chunks of streams share: parts, sources, probabilities (04-gemini-vertex.md section 3).</summary>
internal static class CandidateReader
{
    /// <summary>Members of a candidate that LiteLLM hands on at the root of its answer, and their names there.</summary>
    private static readonly (byte[] Name, string Root)[] Lists =
    [
        ("groundingMetadata"u8.ToArray(), "vertex_ai_grounding_metadata"),
        ("urlContextMetadata"u8.ToArray(), "vertex_ai_url_context_metadata"),
        ("safetyRatings"u8.ToArray(), "vertex_ai_safety_results"),
        ("citationMetadata"u8.ToArray(), "vertex_ai_citation_metadata"),
    ];

    /// <summary>Reads a part of an answer; null for one of no meaning.</summary>
    /// <param name="part">The part.</param>
    /// <param name="body">Bytes of the answer.</param>
    public static ContentPart? ReadPart(JsonElement part, ReadOnlyMemory<byte> body)
    {
        if (part.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        if (part.Member("functionCall"u8, "function_call"u8) is not { ValueKind: JsonValueKind.Object } call)
        {
            return PartReader.TryRead(part, body) ?? (part.EnumerateObject().MoveNext() ? PartReader.Opaque(part, "parts") : null);
        }

        var arguments = call.Member("args"u8);
        var id = call.Text("id"u8);
        return new ToolCallPart(
            string.IsNullOrEmpty(id) ? "call_" + Guid.NewGuid().ToString("N")[..28] : id,
            call.Text("name"u8) ?? "",
            arguments.IsGiven() ? GeminiJson.Spaced(arguments) : "{}")
        {
            Signature = part.Text("thoughtSignature"u8, "thought_signature"u8),
        };
    }

    /// <summary>Sources of an answer's text.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="text">The text so far: Google counts bytes, everybody else characters.</param>
    public static List<Citation> CitationsOf(JsonElement candidate, string text)
    {
        var found = new List<Citation>();
        var grounding = candidate.Member("groundingMetadata"u8);
        var chunks = grounding.Member("groundingChunks"u8) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray().ToList() : [];
        if (chunks.Count == 0)
        {
            return found;
        }

        foreach (var support in grounding.Member("groundingSupports"u8).Items())
        {
            var segment = support.Member("segment"u8);
            foreach (var index in support.Member("groundingChunkIndices"u8).Items())
            {
                if (index.Count() is { } at && at < chunks.Count)
                {
                    found.Add(Cited(chunks[(int)at], segment, text));
                }
            }
        }

        return found;
    }

    /// <summary>Lists of a candidate for the root of the answer.</summary>
    public static IEnumerable<HubMember> RootLists(JsonElement candidate)
    {
        var found = new List<HubMember>();
        foreach (var (name, root) in Lists)
        {
            if (candidate.Member(name) is { ValueKind: not JsonValueKind.Undefined } value)
            {
                found.Add(new HubMember(root, value.ValueKind is JsonValueKind.Array ? value : GeminiJson.Make(json =>
                {
                    json.WriteStartArray();
                    json.WriteElement(value);
                    json.WriteEndArray();
                })));
            }
        }

        return found;
    }

    /// <summary>Searches made for a candidate; generation 2 pays for one however many there were.</summary>
    public static long SearchesOf(JsonElement candidate, GeminiModel model)
    {
        var queries = candidate.Member("groundingMetadata"u8).Member("webSearchQueries"u8) is { ValueKind: JsonValueKind.Array } list ? list.GetArrayLength() : 0;
        return model.Generation < 3 ? Math.Min(1, queries) : queries;
    }

    /// <summary>Probabilities in OpenAI's form; null when there are none.</summary>
    public static JsonElement? LogProbsOf(JsonElement candidate)
    {
        var result = candidate.Member("logprobsResult"u8);
        if (result.Member("chosenCandidates"u8) is not { ValueKind: JsonValueKind.Array } chosen)
        {
            return null;
        }

        var top = result.Member("topCandidates"u8) is { ValueKind: JsonValueKind.Array } alternatives ? alternatives.EnumerateArray().ToList() : [];
        return GeminiJson.Make(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("content"u8);
            var at = 0;
            foreach (var token in chosen.EnumerateArray())
            {
                json.WriteStartObject();
                WriteToken(json, token);
                json.WriteStartArray("top_logprobs"u8);
                foreach (var other in at < top.Count ? top[at].Member("candidates"u8).Items() : [])
                {
                    json.WriteStartObject();
                    WriteToken(json, other);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
                at++;
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static Citation Cited(JsonElement chunk, JsonElement segment, string text)
    {
        var source = chunk.Member("web"u8) is { ValueKind: JsonValueKind.Object } web ? web
            : chunk.Member("retrievedContext"u8) is { ValueKind: JsonValueKind.Object } retrieved ? retrieved : chunk.Member("maps"u8);
        return new Citation
        {
            Url = source.Text("uri"u8),
            Title = source.Text("title"u8),
            CitedText = segment.Text("text"u8),
            Start = segment.ValueKind is JsonValueKind.Object ? CharacterAt(text, segment.Member("startIndex"u8).Count() ?? 0) : null,
            End = segment.Member("endIndex"u8).Count() is { } end ? CharacterAt(text, end) : null,
            Raw = chunk,
            RawOrigin = Surface.GenerateContent,
        };
    }

    /// <summary>The character at an offset in bytes; the end for offsets behind it.</summary>
    private static int CharacterAt(string text, long offset)
    {
        var bytes = 0L;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (bytes >= offset)
            {
                break;
            }

            bytes += rune.Utf8SequenceLength;
            at += rune.Utf16SequenceLength;
        }

        return at;
    }

    private static void WriteToken(Utf8JsonWriter json, JsonElement token)
    {
        var text = token.Text("token"u8) ?? "";
        json.WriteString("token"u8, text);
        json.WriteNumber("logprob"u8, token.Member("logProbability"u8).Number() ?? 0);
        json.WriteStartArray("bytes"u8);
        foreach (var one in Encoding.UTF8.GetBytes(text))
        {
            json.WriteNumberValue(one);
        }

        json.WriteEndArray();
    }
}
