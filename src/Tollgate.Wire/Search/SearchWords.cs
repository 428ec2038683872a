using System.Collections.Immutable;

namespace Tollgate.Wire.Search;

/// <summary>How a country is named.</summary>
public enum CountryForm : byte
{
    /// <summary>Two capital letters.</summary>
    Upper,

    /// <summary>Two small letters.</summary>
    Lower,

    /// <summary>Its English name in small letters.</summary>
    Name,
}

/// <summary>
/// The words of a provider whose searches are a flat request and a list of results. Names with a dot stand for members of members; in answers
/// the first name that is there counts.
/// </summary>
public sealed record SearchWords
{
    /// <summary>The request is an address (GET); else a JSON object (POST).</summary>
    public bool IsAddress { get; init; }

    /// <summary>The query.</summary>
    public string Query { get; init; } = "query";

    /// <summary>Where several queries go as an array; null where they are made into one.</summary>
    public string? Queries { get; init; }

    /// <summary>Number of results; null where none can be asked for.</summary>
    public string? Count { get; init; }

    /// <summary>Most results that the provider gives.</summary>
    public int MostResults { get; init; } = SearchQuery.MostResults;

    /// <summary>List of domains; null puts them into the query.</summary>
    public string? Domains { get; init; }

    /// <summary>List of domains to leave out; null puts them into the query.</summary>
    public string? Excluded { get; init; }

    /// <summary>Country; null where none can be asked for.</summary>
    public string? Country { get; init; }

    /// <summary>How it is named.</summary>
    public CountryForm CountryForm { get; init; }

    /// <summary>Most tokens of a result; null where nobody can be asked for it.</summary>
    public string? TokensPerPage { get; init; }

    /// <summary>Most characters of a result, four for a token; null where nobody can be asked for it.</summary>
    public string? CharactersPerPage { get; init; }

    /// <summary>Members that are always sent, unless the client sends others, with their JSON.</summary>
    public ImmutableArray<(string Name, string Json)> Fixed { get; init; } = [];

    /// <summary>Parameters of an address that come from the connection, by the name of its option.</summary>
    public ImmutableArray<(string Name, string Option)> Options { get; init; } = [];

    /// <summary>Lists of results in an answer; those that are there count one after the other.</summary>
    public ImmutableArray<string> Results { get; init; } = ["results"];

    /// <summary>Title of a result.</summary>
    public ImmutableArray<string> Title { get; init; } = ["title"];

    /// <summary>Address of a result.</summary>
    public ImmutableArray<string> Url { get; init; } = ["url"];

    /// <summary>Text of a result: a string, or an array of them.</summary>
    public ImmutableArray<string> Snippet { get; init; } = ["snippet"];

    /// <summary>Date of publication.</summary>
    public ImmutableArray<string> Date { get; init; } = [];

    /// <summary>Date of the last change.</summary>
    public ImmutableArray<string> LastUpdated { get; init; } = [];

    /// <summary>Results that are paid as one unit; null where every query is one.</summary>
    public int? ResultsPerUnit { get; init; }

    /// <summary>A member and its value that make another product of the search, with that one's name in price lists; null for none.</summary>
    public (string Name, string Value, string Model)? Variant { get; init; }
}
