using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>Searches of the web in JSON. The dialects agree on the words and differ in where these stand.</summary>
internal static class WebSearches
{
    /// <summary>Reads a search tool of any dialect, or <c>web_search_options</c>.</summary>
    /// <exception cref="WireException">Domains that are no texts.</exception>
    public static WebSearchRequest Read(JsonElement search)
    {
        // Chat completions nest the location one level deeper, responses the domains.
        var place = search.Member("user_location"u8);
        place = place.Member("approximate"u8) is { ValueKind: JsonValueKind.Object } approximate ? approximate : place;
        var domains = search.Member("filters"u8) is { ValueKind: JsonValueKind.Object } filters ? filters : search;
        return new WebSearchRequest
        {
            ContextSize = search.Text("search_context_size"u8),
            MaxUses = search.Member("max_uses"u8).Count() is { } uses and <= int.MaxValue ? (int)uses : null,
            City = place.Text("city"u8),
            Region = place.Text("region"u8),
            Country = place.Text("country"u8),
            TimeZone = place.Text("timezone"u8),
            AllowedDomains = Domains(domains.Member("allowed_domains"u8), "allowed_domains"),
            BlockedDomains = Domains(domains.Member("blocked_domains"u8), "blocked_domains"),
        };
    }

    /// <summary>Reads a list of domains; empty when there is none.</summary>
    /// <exception cref="WireException">It is no list of texts.</exception>
    public static IReadOnlyList<string> Domains(JsonElement list, string name)
    {
        if (!list.IsGiven())
        {
            return [];
        }

        if (list.ValueKind is not JsonValueKind.Array)
        {
            throw Wrong(name);
        }

        if (list.GetArrayLength() == 0)
        {
            return [];
        }

        var domains = new List<string>(list.GetArrayLength());
        foreach (var domain in list.EnumerateArray())
        {
            domains.Add(domain.Text() ?? throw Wrong(name));
        }

        return domains;
    }

    /// <summary>Writes lists of domains, each only when there is something in it.</summary>
    public static void WriteDomains(WebSearchRequest search, Utf8JsonWriter json)
    {
        WriteDomains("allowed_domains"u8, search.AllowedDomains, json);
        WriteDomains("blocked_domains"u8, search.BlockedDomains, json);
    }

    /// <summary>Writes one list of domains; nothing when it is empty.</summary>
    public static void WriteDomains(ReadOnlySpan<byte> name, IReadOnlyList<string> domains, Utf8JsonWriter json)
    {
        if (domains.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var domain in domains)
        {
            json.WriteStringValue(domain);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes <c>user_location</c>; nothing when none is known.</summary>
    /// <param name="search">The search.</param>
    /// <param name="isNested">The place stands in a member <c>approximate</c>, as chat completions have it.</param>
    /// <param name="json">Takes the member.</param>
    public static void WriteLocation(WebSearchRequest search, bool isNested, Utf8JsonWriter json)
    {
        if (!search.HasLocation)
        {
            return;
        }

        json.WriteStartObject("user_location"u8);
        json.WriteString("type"u8, "approximate"u8);
        if (isNested)
        {
            json.WriteStartObject("approximate"u8);
        }

        json.WriteGiven("city"u8, search.City);
        json.WriteGiven("region"u8, search.Region);
        json.WriteGiven("country"u8, search.Country);
        json.WriteGiven("timezone"u8, search.TimeZone);
        if (isNested)
        {
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static WireException Wrong(string name) => new($"Invalid value for '{name}': expected a list of domains.", "tools");
}
