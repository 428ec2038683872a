using Tollgate.Wire.Json;

namespace Tollgate.Wire.Gemini;

/// <summary>Looks at a response object without building anything: what an answer that is relayed as it is must be known of. Reused.</summary>
internal sealed class RelayedChunk
{
    private readonly JsonMembers _members = new();

    /// <summary>The usage object; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Usage { get; private set; }

    /// <summary>The <c>responseId</c>, a string with quotes; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Id { get; private set; }

    /// <summary>There is an error object.</summary>
    public bool IsError { get; private set; }

    /// <summary>There are candidates, or the reason for none.</summary>
    public bool IsAnswer { get; private set; }

    /// <summary>A candidate is complete, or the prompt was refused.</summary>
    public bool Finished { get; private set; }

    /// <summary>There is output, or the end.</summary>
    public bool HasOutput { get; private set; }

    /// <summary>Text and arguments, in bytes.</summary>
    public long OutputBytes { get; private set; }

    /// <summary>Searches that the provider made.</summary>
    public long Searches { get; private set; }

    /// <summary>Looks at an object.</summary>
    /// <returns>False when it is none.</returns>
    public bool Read(ReadOnlyMemory<byte> payload)
    {
        var json = payload.Span;
        Usage = default;
        Id = default;
        IsError = IsAnswer = Finished = HasOutput = false;
        OutputBytes = 0;
        Searches = 0;
        if (!JsonScanner.Scan(json, _members).IsNone || _members.RootKind != JsonKind.Object)
        {
            return false;
        }

        var searches = 0;
        var generation = 2.0;
        for (var i = 0; i < _members.Count; i++)
        {
            ref readonly var member = ref _members[i];
            var name = json.Slice(member.NameStart, member.NameLength);
            var value = payload.Slice(member.ValueStart, member.ValueLength);
            if (name.SequenceEqual("candidates"u8) && member.Kind is JsonKind.Array)
            {
                ReadCandidates(json, member.ValueStart, ref searches);
            }
            else if (name.SequenceEqual("usageMetadata"u8) && member.Kind is JsonKind.Object)
            {
                Usage = value;
            }
            else if (name.SequenceEqual("responseId"u8) && member.Kind is JsonKind.String)
            {
                Id = value;
            }
            else if (name.SequenceEqual("modelVersion"u8) && member.Kind is JsonKind.String)
            {
                generation = GeminiModel.Of(JsonText.AsString(value.Span) ?? "").Generation;
            }
            else if (name.SequenceEqual("error"u8))
            {
                IsError |= member.Kind is JsonKind.Object or JsonKind.String;
            }
            else if (name.SequenceEqual("promptFeedback"u8) && JsonWalker.TryFind(json, member.ValueStart, "blockReason"u8, out var reason))
            {
                Finished |= reason.Kind is JsonKind.String;
            }
        }

        Searches = generation < 3 ? Math.Min(1, searches) : searches;
        IsAnswer |= Finished;
        HasOutput |= Finished;
        return true;
    }

    private void ReadCandidates(ReadOnlySpan<byte> json, int start, ref int searches)
    {
        var candidate = new JsonWalker(json, start);
        while (candidate.MoveNext())
        {
            if (candidate.Current.Kind != JsonKind.Object)
            {
                continue;
            }

            IsAnswer = true;
            var member = new JsonWalker(json, candidate.Current.ValueStart);
            while (member.MoveNext())
            {
                if (member.NameIs("content"u8) && JsonWalker.TryFind(json, member.Current.ValueStart, "parts"u8, out var parts))
                {
                    ReadParts(json, parts.ValueStart);
                }
                else if (member.NameIs("finishReason"u8))
                {
                    Finished |= member.Current.Kind is JsonKind.String && member.Current.ValueLength > 2
                        && !member.Value.SequenceEqual("\"FINISH_REASON_UNSPECIFIED\""u8);
                }
                else if (member.NameIs("groundingMetadata"u8)
                    && JsonWalker.TryFind(json, member.Current.ValueStart, "webSearchQueries"u8, out var queries) && queries.Kind is JsonKind.Array)
                {
                    var query = new JsonWalker(json, queries.ValueStart);
                    while (query.MoveNext())
                    {
                        searches++;
                    }
                }
            }
        }
    }

    private void ReadParts(ReadOnlySpan<byte> json, int start)
    {
        var part = new JsonWalker(json, start);
        while (part.MoveNext())
        {
            if (part.Current.Kind != JsonKind.Object)
            {
                continue;
            }

            var member = new JsonWalker(json, part.Current.ValueStart);
            while (member.MoveNext())
            {
                // An empty text is the last chunk's, not output.
                if (member.Current.Kind is JsonKind.Object || (member.Current.ValueLength > 2 && member.NameIs("text"u8)))
                {
                    HasOutput = true;
                    OutputBytes += member.NameIs("inlineData"u8) ? 0 : member.Current.ValueLength - 2;
                }
            }
        }
    }
}
