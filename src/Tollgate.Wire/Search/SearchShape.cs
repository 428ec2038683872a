using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Search;

/// <summary>A page that was found.</summary>
/// <param name="Title">Its title; empty when unknown.</param>
/// <param name="Url">Its address.</param>
/// <param name="Snippet">Text from it, or about it.</param>
/// <param name="Date">When it was published, in the provider's form; null when unknown.</param>
/// <param name="LastUpdated">When it last changed; null when unknown.</param>
public sealed record SearchResult(string Title, string Url, string Snippet, string? Date = null, string? LastUpdated = null);

/// <summary>How a provider has searches of the web.</summary>
public abstract class SearchShape : MediaShape
{
    /// <summary>Units that a search is paid in: one a query, unless the provider counts otherwise.</summary>
    public virtual long UnitsOf(SearchQuery query) => query.Texts.Length;

    /// <summary>Name in price lists of the product that a search is, where that is not the usual one (<c>search</c>); null for that.</summary>
    public virtual string? VariantOf(SearchQuery query) => null;

    /// <inheritdoc/>
    public sealed override MediaRequest Write(JsonElement request, TargetModel target) => Write(SearchQuery.Read(request), target);

    /// <inheritdoc/>
    public sealed override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var most = SearchQuery.Read(request).MaxResults;
        json.WriteStartObject();
        json.WriteString("object"u8, "search"u8);
        json.WriteStartArray("results"u8);
        foreach (var result in ResultsIn(answer).Take(most))
        {
            json.WriteStartObject();
            json.WriteString("title"u8, result.Title);
            json.WriteString("url"u8, result.Url);
            json.WriteString("snippet"u8, result.Snippet);
            json.WriteString("date"u8, result.Date);
            json.WriteString("last_updated"u8, result.LastUpdated);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Says a search in the provider's words.</summary>
    protected abstract MediaRequest Write(SearchQuery query, TargetModel target);

    /// <summary>The pages in an answer.</summary>
    /// <exception cref="WireException">It is no answer of the provider.</exception>
    /// <exception cref="MediaRefusedException">It says why there is none.</exception>
    protected abstract IEnumerable<SearchResult> ResultsIn(JsonElement answer);
}
