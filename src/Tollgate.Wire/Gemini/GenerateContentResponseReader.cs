using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Reads an upstream's whole answer.</summary>
internal static class GenerateContentResponseReader
{
    /// <summary>Reads one; a list of chunks, which some gateways answer with, counts as one answer.</summary>
    public static ChatResponse Read(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        var response = new ChatResponse();
        var searches = 0L;
        foreach (var chunk in root.Items())
        {
            if (chunk.ValueKind is not JsonValueKind.Object)
            {
                throw new WireException("The answer is not a JSON object.");
            }

            response.Id ??= chunk.Text("responseId"u8);
            response.Model ??= chunk.Text("modelVersion"u8);
            foreach (var candidate in chunk.Member("candidates"u8).Items())
            {
                ReadCandidate(response, candidate, body);
                searches += CandidateReader.SearchesOf(candidate, GeminiModel.Of(target.Model));
            }

            if (chunk.Member("usageMetadata"u8) is { ValueKind: JsonValueKind.Object } usage)
            {
                response.Usage = UsageMetadata.Read(usage.Bytes());
            }

            ReadBlocked(response, chunk.Member("promptFeedback"u8));
        }

        if (response.Choices.Count == 0)
        {
            throw new WireException("The answer holds no candidates.");
        }

        if (response.Usage is { } counted)
        {
            response.Usage = counted with { WebSearchRequests = searches };
            response.ServiceTier = counted.Tier is ServiceTier.Priority ? "priority" : counted.Tier is ServiceTier.Flex ? "flex" : null;
        }

        return response;
    }

    /// <summary>A prompt that was refused has no candidates; it is an answer all the same.</summary>
    private static void ReadBlocked(ChatResponse response, JsonElement feedback)
    {
        if (response.Choices.Count == 0 && feedback.Text("blockReason"u8) is { } reason)
        {
            response.Choices.Add(new ChatChoice(0) { Stop = StopReason.ContentFilter, NativeStop = reason });
        }
    }

    private static void ReadCandidate(ChatResponse response, JsonElement candidate, ReadOnlyMemory<byte> body)
    {
        if (candidate.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("A candidate of the answer is not a JSON object.");
        }

        var index = (int)Math.Min(candidate.Member("index"u8).Count() ?? 0, int.MaxValue);
        var choice = response.Choices.FirstOrDefault(known => known.Index == index);
        if (choice is null)
        {
            choice = new ChatChoice(index);
            response.Choices.Add(choice);
        }

        foreach (var part in candidate.Member("content"u8).Member("parts"u8).Items())
        {
            Add(choice, CandidateReader.ReadPart(part, body));
        }

        var word = candidate.Text("finishReason"u8);
        if (word is not null || choice.Stop is StopReason.Unknown)
        {
            word ??= "FINISH_REASON_UNSPECIFIED";
            choice.Stop = GeminiWords.StopOf(word, choice.Parts.Any(static part => part is ToolCallPart));
            choice.NativeStop = GeminiWords.NativeOf(word);
        }

        choice.LogProbs = CandidateReader.LogProbsOf(candidate) ?? choice.LogProbs;
        Cite(choice, candidate);
        foreach (var list in CandidateReader.RootLists(candidate))
        {
            response.Extras.Add(list);
        }
    }

    /// <summary>Adds a part; pieces of one text become one.</summary>
    private static void Add(ChatChoice choice, ContentPart? part)
    {
        if (part is TextPart text && choice.Parts.Count > 0 && choice.Parts[^1] is TextPart before)
        {
            choice.Parts[^1] = before with { Text = before.Text + text.Text, Signature = text.Signature ?? before.Signature };
        }
        else if (part is not null)
        {
            choice.Parts.Add(part);
        }
    }

    private static void Cite(ChatChoice choice, JsonElement candidate)
    {
        var texts = choice.Parts.OfType<TextPart>().ToList();
        if (texts.Count == 0)
        {
            return;
        }

        var citations = CandidateReader.CitationsOf(candidate, string.Concat(texts.Select(static text => text.Text)));
        if (citations.Count > 0)
        {
            choice.Parts[choice.Parts.IndexOf(texts[0])] = texts[0] with { Citations = citations };
        }
    }
}
