using System.Collections.Immutable;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Search;

/// <summary>What is searched for, on the web or in a vector store: one text or several.</summary>
internal static class QueryTexts
{
    /// <summary>Reads the field <c>query</c>.</summary>
    /// <exception cref="WireException">It is missing, of another type, or holds an empty text.</exception>
    public static ImmutableArray<string> Read(JsonElement query)
    {
        if (!query.IsGiven())
        {
            throw new WireException("Missing required parameter: 'query'.", "query");
        }

        if (query.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
        {
            throw new WireException("Invalid type for 'query': expected a string or an array of strings.", "query");
        }

        ImmutableArray<string?> texts = query.ValueKind is JsonValueKind.String ? [query.Text()] : [.. query.EnumerateArray().Select(HubJson.Text)];
        return !texts.IsEmpty && texts.All(static text => !string.IsNullOrWhiteSpace(text)) ? [.. texts.Select(static text => text!)]
            : throw new WireException("Invalid value for 'query': expected a text that is not empty, or an array of such.", "query");
    }
}
