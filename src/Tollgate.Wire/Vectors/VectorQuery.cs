using System.Collections.Immutable;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Search;

namespace Tollgate.Wire.Vectors;

/// <summary>What a client wants found in a vector store, in OpenAI's form (llm-api.md 13.6).</summary>
public sealed record VectorQuery
{
    /// <summary>Most results that can be asked for (OpenAI's limit).</summary>
    public const int MostResults = 50;

    /// <summary>Results when the client does not say.</summary>
    public const int UsualResults = 10;

    /// <summary>The queries; at least one, none empty.</summary>
    public required ImmutableArray<string> Texts { get; init; }

    /// <summary>Results wanted, 1 to 50. Default 10 (OpenAI).</summary>
    public int MaxResults { get; init; } = UsualResults;

    /// <summary>Conditions on attributes; null for none.</summary>
    public VectorFilter? Filter { get; init; }

    /// <summary>Conditions in the provider's own words; null for none.</summary>
    public string? FilterText { get; init; }

    /// <summary>Least score of a result (<c>ranking_options.score_threshold</c>); null for any.</summary>
    public double? LeastScore { get; init; }

    /// <summary>The queries as the client sent them.</summary>
    public JsonElement Original { get; init; }

    /// <summary>All queries as one.</summary>
    public string Joined => string.Join(' ', Texts);

    /// <summary>Reads a body.</summary>
    /// <exception cref="WireException">Nothing can be found with it; names the field.</exception>
    public static VectorQuery Read(JsonElement body)
    {
        var query = body.Member("query"u8);
        var filters = body.Member("filters"u8);
        return new VectorQuery
        {
            Original = query,
            Texts = QueryTexts.Read(query),
            MaxResults = ReadCount(body.Member("max_num_results"u8)),
            Filter = filters.IsGiven() && filters.ValueKind is not JsonValueKind.String ? VectorFilter.Read(filters) : null,
            FilterText = filters.Text(),
            LeastScore = body.Member("ranking_options"u8).Member("score_threshold"u8).Number(),
        };
    }

    private static int ReadCount(JsonElement value)
    {
        if (!value.IsGiven())
        {
            return UsualResults;
        }

        return value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var count) && count is >= 1 and <= MostResults ? count
            : throw new WireException(
                $"Invalid value for 'max_num_results': expected a whole number from 1 to {MostResults}.", "max_num_results");
    }
}
