using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Vectors;

/// <summary>Gemini's file search: a model is asked with the store as its tool, and what it was given to read is the answer.</summary>
public sealed class GeminiFileSearch : VectorShape
{
    /// <inheritdoc/>
    protected override void Write(VectorQuery query, JsonElement request, TargetModel target, Utf8JsonWriter json)
    {
        if (query.Filter is not null)
        {
            RefuseFilter(query);
        }

        json.WriteStartObject();
        json.WriteStartArray("contents"u8);
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteStartArray("parts"u8);
        json.WriteStartObject();
        json.WriteString("text"u8, query.Joined);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("tools"u8);
        json.WriteStartObject();
        json.WriteStartObject("file_search"u8);
        json.WriteStartArray("file_search_store_names"u8);
        json.WriteStringValue(FullName(StoreOf(target)));
        json.WriteEndArray();
        json.WriteGiven("metadata_filter"u8, query.FilterText);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The name of a store with what stands before it.</summary>
    public static string FullName(string store) => store.StartsWith("fileSearchStores/", StringComparison.Ordinal) ? store : "fileSearchStores/" + store;

    /// <inheritdoc/>
    protected override IEnumerable<VectorHit> HitsIn(JsonElement answer)
    {
        var found = new List<VectorHit>();
        foreach (var candidate in ListIn(answer, "candidates"u8))
        {
            var grounding = candidate.Member("groundingMetadata"u8);
            if (grounding.ValueKind is not JsonValueKind.Object)
            {
                continue;
            }

            var scores = ScoresOf(grounding);
            foreach (var (index, chunk) in ListIn(grounding, "groundingChunks"u8).Index())
            {
                var context = chunk.Member("retrievedContext"u8);
                var title = context.Text("title"u8) ?? "";
                found.Add(new VectorHit(
                    context.Text("uri"u8) is { Length: > 0 } uri ? uri : title, title, scores.TryGetValue(index, out var score) ? score : 1,
                    context.Text("text"u8) ?? ""));
            }
        }

        return found;
    }

    /// <inheritdoc/>
    protected override void WriteUsage(JsonElement answer, Utf8JsonWriter json)
    {
        var counted = answer.Member("usageMetadata"u8);
        if (counted.ValueKind is not JsonValueKind.Object)
        {
            return;
        }

        // What the tool puts into the prompt and what the model thinks is paid, too.
        var prompt = (counted.Member("promptTokenCount"u8).Count() ?? 0) + (counted.Member("toolUsePromptTokenCount"u8).Count() ?? 0);
        var output = (counted.Member("candidatesTokenCount"u8).Count() ?? 0) + (counted.Member("thoughtsTokenCount"u8).Count() ?? 0);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, prompt);
        json.WriteNumber("completion_tokens"u8, output);
        json.WriteNumber("total_tokens"u8, prompt + output);
        json.WriteEndObject();
    }

    /// <summary>The best confidence with which a passage supports something that the model said.</summary>
    private static Dictionary<int, double> ScoresOf(JsonElement grounding)
    {
        var scores = new Dictionary<int, double>();
        foreach (var support in ListIn(grounding, "groundingSupports"u8))
        {
            var confidences = ListIn(support, "confidenceScores"u8);
            foreach (var (place, index) in ListIn(support, "groundingChunkIndices"u8).Index())
            {
                if (place < confidences.Length && index.Count() is { } chunk && confidences[place].Number() is { } confidence)
                {
                    scores[(int)chunk] = Math.Max(confidence, scores.GetValueOrDefault((int)chunk));
                }
            }
        }

        return scores;
    }
}
