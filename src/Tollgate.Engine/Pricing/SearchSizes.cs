using Tollgate.Engine.Pipeline;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Pricing;

/// <summary>How much context the client wanted web searches to bring: price lists tell three sizes apart (routing.md 19.2).</summary>
internal static class SearchSizes
{
    private static readonly CallUnits Low = new() { SearchContext = SearchContextSize.Low };
    private static readonly CallUnits High = new() { SearchContext = SearchContextSize.High };

    /// <summary>The size as units; null for the middle one, which counts when none is asked for.</summary>
    public static CallUnits? Of(CallContext call)
    {
        var json = call.Body.Span;
        return Read(json, call.Members.Find(json, "web_search_options"u8), call.Members)
            ?? Read(json, call.Members.Find(json, "tools"u8), call.Members);
    }

    private static CallUnits? Read(ReadOnlySpan<byte> json, int member, JsonMembers members)
    {
        if (member < 0)
        {
            return null;
        }

        if (members[member].Kind is JsonKind.Object)
        {
            return In(json, members[member].ValueStart);
        }

        var tools = new JsonWalker(json, members[member].ValueStart);
        while (tools.MoveNext())
        {
            if (tools.Current.Kind is JsonKind.Object && In(json, tools.Current.ValueStart) is { } size)
            {
                return size;
            }
        }

        return null;
    }

    private static CallUnits? In(ReadOnlySpan<byte> json, int start)
    {
        if (!JsonWalker.TryFind(json, start, "search_context_size"u8, out var size))
        {
            return null;
        }

        var text = json.Slice(size.ValueStart, size.ValueLength);
        return text.SequenceEqual("\"low\""u8) ? Low : text.SequenceEqual("\"high\""u8) ? High : null;
    }
}
