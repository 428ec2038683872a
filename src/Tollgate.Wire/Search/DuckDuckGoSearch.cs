using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Search;

/// <summary>DuckDuckGo's instant answers: an abstract, results, and related topics, some of them in groups.</summary>
public sealed class DuckDuckGoSearch : SearchShape
{
    /// <inheritdoc/>
    public override long UnitsOf(SearchQuery query) => 1;

    /// <inheritdoc/>
    protected override MediaRequest Write(SearchQuery query, TargetModel target)
    {
        var text = Uri.EscapeDataString(query.WithSites(query.Joined, included: true, excluded: true));
        return new MediaRequest(MediaBody.None, default, $"?q={text}&format=json&no_html=1&no_redirect=1&skip_disambig=1", "application/json");
    }

    /// <inheritdoc/>
    protected override IEnumerable<SearchResult> ResultsIn(JsonElement answer)
    {
        var found = new List<SearchResult>();
        if (answer.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("The answer is no object.");
        }

        if (answer.Text("AbstractURL"u8) is { Length: > 0 } address)
        {
            found.Add(new SearchResult(answer.Text("Heading"u8) ?? "", address, answer.Text("AbstractText"u8) ?? ""));
        }

        foreach (var topic in Topics(answer.Member("Results"u8)).Concat(Topics(answer.Member("RelatedTopics"u8))))
        {
            if (topic.Text("FirstURL"u8) is { Length: > 0 } url)
            {
                // A topic is its title, a dash and a sentence.
                var text = topic.Text("Text"u8) ?? "";
                var dash = text.IndexOf(" - ", StringComparison.Ordinal);
                found.Add(new SearchResult(dash > 0 ? text[..dash] : text, url, text));
            }
        }

        return found;
    }

    private static IEnumerable<JsonElement> Topics(JsonElement list)
    {
        var found = new List<JsonElement>();
        foreach (var topic in list.ValueKind is JsonValueKind.Array ? list.EnumerateArray().ToArray() : [])
        {
            if (topic.Member("Topics"u8) is { ValueKind: JsonValueKind.Array } group)
            {
                foreach (var inner in group.EnumerateArray())
                {
                    found.Add(inner);
                }
            }
            else
            {
                found.Add(topic);
            }
        }

        return found;
    }
}
