using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Search;

/// <summary>What a client wants searched on the web (llm-api.md 13.11).</summary>
public sealed record SearchQuery
{
    /// <summary>Most results that can be asked for.</summary>
    public const int MostResults = 20;

    /// <summary>Most domains that a search can be kept to.</summary>
    public const int MostDomains = 20;

    /// <summary>Results when the client does not say.</summary>
    public const int UsualResults = 10;

    /// <summary>Longest name of a host (RFC 1035).</summary>
    private const int LongestDomain = 253;

    private static readonly SearchValues<char> NotInDomains = SearchValues.Create(" \"'()");

    private static readonly string[] Known =
    [
        "query", "max_results", "search_domain_filter", "max_tokens_per_page", "country", "search_tool_name", "model", "user", "stream",
    ];

    /// <summary>The queries; at least one, none empty.</summary>
    public required ImmutableArray<string> Texts { get; init; }

    /// <summary>The client sent a list.</summary>
    public bool IsList { get; init; }

    /// <summary>Results wanted, 1 to 20. Default 10 (LiteLLM).</summary>
    public int MaxResults { get; init; } = UsualResults;

    /// <summary>Hosts that results are kept to; empty for all.</summary>
    public ImmutableArray<string> Domains { get; init; } = [];

    /// <summary>Hosts that are left out: those that the client wrote with a leading <c>-</c>.</summary>
    public ImmutableArray<string> Excluded { get; init; } = [];

    /// <summary>Most tokens of text for a result; null leaves it with the provider.</summary>
    public long? TokensPerPage { get; init; }

    /// <summary>ISO 3166 code of two letters, as the client wrote it; null for none.</summary>
    public string? Country { get; init; }

    /// <summary>Members that are the provider's own.</summary>
    public ImmutableArray<JsonProperty> Extras { get; init; } = [];

    /// <summary>All queries as one.</summary>
    public string Joined => string.Join(' ', Texts);

    /// <summary>Reads a body.</summary>
    /// <exception cref="WireException">It cannot be searched; names the field.</exception>
    public static SearchQuery Read(JsonElement body)
    {
        var query = body.Member("query"u8);
        var domains = ReadDomains(body.Member("search_domain_filter"u8));
        return new SearchQuery
        {
            Texts = QueryTexts.Read(query),
            IsList = query.ValueKind is JsonValueKind.Array,
            MaxResults = ReadCount(body.Member("max_results"u8), "max_results", MostResults) is { } most ? (int)most : UsualResults,
            Domains = [.. domains.Where(static domain => !domain.StartsWith('-'))],
            Excluded = [.. domains.Where(static domain => domain.StartsWith('-')).Select(static domain => domain[1..])],
            TokensPerPage = ReadCount(body.Member("max_tokens_per_page"u8), "max_tokens_per_page", int.MaxValue),
            Country = ReadCountry(body.Member("country"u8)),
            Extras = [.. body.EnumerateObject().Where(static member => IsProviders(member))],
        };
    }

    /// <summary>A query kept to the domains by words, for providers that have no field for it.</summary>
    public string WithSites(string text, bool included, bool excluded)
    {
        var words = new List<string>();
        if (included && !Domains.IsEmpty)
        {
            words.Add(string.Join(" OR ", Domains.Select(static domain => "site:" + domain)));
        }

        if (excluded)
        {
            words.AddRange(Excluded.Select(static domain => "-site:" + domain));
        }

        return words.Count == 0 ? text : $"{text} {string.Join(' ', words)}";
    }

    private static ImmutableArray<string> ReadDomains(JsonElement filter)
    {
        const string Name = "search_domain_filter";
        if (!filter.IsGiven())
        {
            return [];
        }

        if (filter.ValueKind is not JsonValueKind.Array)
        {
            throw new WireException($"Invalid type for '{Name}': expected an array of strings.", Name);
        }

        if (filter.GetArrayLength() > MostDomains)
        {
            throw new WireException($"Invalid value for '{Name}': {MostDomains} domains at most.", Name);
        }

        ImmutableArray<string?> domains = [.. filter.EnumerateArray().Select(static item => item.Text()?.Trim())];
        return domains.All(IsDomain) ? [.. domains.Select(static domain => domain!)]
            : throw new WireException($"Invalid value for '{Name}': expected names of hosts, such as 'example.com'.", Name);
    }

    /// <summary>What goes into a query as a word must be one.</summary>
    private static bool IsDomain(string? text)
        => text?.TrimStart('-') is { Length: > 0 and <= LongestDomain } domain
            && !domain.AsSpan().ContainsAny(NotInDomains) && !domain.AsSpan().ContainsAnyInRange('\0', '\u001f');

    private static long? ReadCount(JsonElement value, string name, long most)
    {
        if (!value.IsGiven())
        {
            return null;
        }

        return value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var count) && count >= 1 && count <= most ? count
            : throw new WireException(
                $"Invalid value for '{name}': expected a whole number {(most == int.MaxValue ? "of at least 1" : $"from 1 to {most}")}.", name);
    }

    private static string? ReadCountry(JsonElement value)
    {
        if (!value.IsGiven())
        {
            return null;
        }

        return value.Text() is [var first, var second] text && char.IsAsciiLetter(first) && char.IsAsciiLetter(second) ? text
            : throw new WireException("Invalid value for 'country': expected an ISO 3166 code of two letters, such as 'US'.", "country");
    }

    private static bool IsProviders(JsonProperty member)
    {
        var name = member.NameOf();
        return !Known.Contains(name, StringComparer.Ordinal) && !InternalNames.All.Contains(name, StringComparer.Ordinal)
            && !InternalNames.MatchesPattern(name) && member.Value.ValueKind is not JsonValueKind.Null;
    }
}
