using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Responses;

/// <summary>What the gateway changes of a response object that it relays: whose answer it is, under which id, to which model.</summary>
internal static class ResponseEdits
{
    /// <summary>Edits the object whose brace stands at <paramref name="start"/>.</summary>
    /// <returns>The upstream's id, and the one that the client is told.</returns>
    public static (string? Id, string? PublicId) Make(ReadOnlySpan<byte> json, int start, AnswerView view, JsonEdits edits)
    {
        string? id = null;
        string? publicId = null;
        var walker = new JsonWalker(json, start);
        while (walker.MoveNext())
        {
            if (walker.Current.Kind is not JsonKind.String)
            {
                continue;
            }

            if (walker.NameIs("id"u8))
            {
                id = JsonText.AsString(walker.Value);
                publicId = view.PublicId?.Invoke(id) ?? id;
                Put(walker, JsonText.Quote(publicId!), edits);
            }
            else if (walker.NameIs("model"u8))
            {
                Put(walker, view.ModelJson, edits);
            }
            else if (walker.NameIs("previous_response_id"u8) && view.PreviousResponseId is { } previous)
            {
                Put(walker, JsonText.Quote(previous), edits);
            }
        }

        return (id, publicId);
    }

    /// <summary>Usage of the object whose brace stands at <paramref name="start"/>; null when it reports none.</summary>
    public static TokenUsage? UsageOf(ReadOnlySpan<byte> json, int start)
    {
        if (!JsonWalker.TryFind(json, start, "usage"u8, out var usage) || usage.Kind is not JsonKind.Object)
        {
            return null;
        }

        var read = ToolUses.AddTo(TokenUsage.Read(json, usage.ValueStart), json, start);
        return read.Tier is ServiceTier.Unstated && JsonWalker.TryFind(json, start, "service_tier"u8, out var tier)
            ? read with { Tier = ServiceTiers.Read(json.Slice(tier.ValueStart, tier.ValueLength)) }
            : read;
    }

    private static void Put(in JsonWalker at, ReadOnlyMemory<byte> text, JsonEdits edits)
    {
        if (!at.Value.SequenceEqual(text.Span))
        {
            edits.Replace(at.Current.ValueStart, at.Current.End, text);
        }
    }
}
