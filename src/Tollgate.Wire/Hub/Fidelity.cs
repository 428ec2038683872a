namespace Tollgate.Wire.Hub;

/// <summary>What a translation leaves out, and whether it may.</summary>
public static class Fidelity
{
    /// <summary>Compares what a request asks for with what the dialect can say.</summary>
    /// <param name="request">The request.</param>
    /// <param name="client">The dialect it was read from; its names of the features are those reported.</param>
    /// <param name="upstream">The dialect it is written in.</param>
    /// <param name="dropParams">Whether things may be left out; null when neither client nor operator has said.</param>
    /// <param name="target">Facts about the model; null when only the dialect counts.</param>
    public static FidelityReport Check(
        ChatRequest request, DialectCodec client, DialectCodec upstream, bool? dropParams, TargetModel? target = null)
    {
        List<string>? dropped = null;
        List<string>? refused = null;
        foreach (var feature in FeatureScan.Of(request).Items())
        {
            var handling = HandlingOf(feature, request, upstream, target);
            if (handling is Handling.Carried or Handling.Changed
                || (IsOfSearch(feature) && HandlingOf(Feature.WebSearch, request, upstream, target) is Handling.Dropped or Handling.Refused)
                || (feature is Feature.OpaqueParts && !HasForeignParts(request, upstream.Surface)))
            {
                continue;
            }

            var name = client.Reads.TryGetValue(feature, out var known) ? known : feature.ToString();
            var mayDrop = handling is Handling.Dropped ? dropParams is not false : dropParams is true;
            ref var list = ref mayDrop ? ref dropped : ref refused;
            (list ??= []).Add(name);
        }

        return new FidelityReport(dropped ?? (IReadOnlyList<string>)[], refused ?? (IReadOnlyList<string>)[]);
    }

    private static Handling HandlingOf(Feature feature, ChatRequest request, DialectCodec upstream, TargetModel? target)
        => (target is null ? upstream.Writes[feature] : upstream.TreatmentOf(feature, request, target)).Handling;

    /// <summary>Details of a search need no word where the search itself is left out.</summary>
    private static bool IsOfSearch(Feature feature)
        => feature is Feature.WebSearchDomains or Feature.WebSearchBlockedDomains or Feature.WebSearchLocation or Feature.WebSearchLimit;

    private static bool HasForeignParts(ChatRequest request, Surface surface)
    {
        foreach (var message in request.Messages)
        {
            foreach (var part in message.Parts)
            {
                if (part is OpaquePart opaque && opaque.Origin != surface)
                {
                    return true;
                }
            }
        }

        return false;
    }
}

/// <summary>What a translation leaves out.</summary>
/// <param name="Dropped">Left out; named in a header of the answer.</param>
/// <param name="Refused">Not to be left out: the call is refused. Empty when all is well.</param>
public readonly record struct FidelityReport(IReadOnlyList<string> Dropped, IReadOnlyList<string> Refused);
