using System.Collections.Concurrent;
using System.Text.Json;

namespace Tollgate.Engine.Spend;

/// <summary>A client's program, as logs and tags name it.</summary>
/// <param name="Header">The header, cut to what a log needs, ready to be written.</param>
/// <param name="ProductTag"><c>User-Agent: claude-cli</c>.</param>
/// <param name="VersionTag"><c>User-Agent: claude-cli/1.0.30</c>; null when no version is named.</param>
internal sealed record UserAgent(JsonEncodedText Header, string ProductTag, string? VersionTag);

/// <summary>Reads the header <c>User-Agent</c>, each distinct value once: few programs make most calls.</summary>
internal sealed class UserAgents
{
    private const int MostKept = 1024;
    private const int LongestHeader = 256;
    private const int LongestProduct = 100;

    private readonly ConcurrentDictionary<string, UserAgent> _known = new(StringComparer.Ordinal);

    /// <summary>The program behind a header; null for none.</summary>
    public UserAgent? Of(string? header)
    {
        if (string.IsNullOrWhiteSpace(header))
        {
            return null;
        }

        if (_known.TryGetValue(header, out var known))
        {
            return known;
        }

        // A client may send a new value with each call: such ones only cost themselves.
        var agent = Read(header.Trim());
        if (_known.Count < MostKept)
        {
            _known.TryAdd(header, agent);
        }

        return agent;
    }

    private static UserAgent Read(string header)
    {
        var first = header.AsSpan();
        first = first.IndexOf(' ') is > 0 and var space ? first[..space] : first;
        var product = first.IndexOf('/') is > 0 and var slash ? first[..slash] : first;
        return new UserAgent(
            JsonEncodedText.Encode(header.Length > LongestHeader ? header[..LongestHeader] : header, SpendMetadata.Options.Encoder),
            Tag(product),
            first.Length > product.Length + 1 ? Tag(first) : null);
    }

    private static string Tag(ReadOnlySpan<char> text) => string.Concat("User-Agent: ", text.Length > LongestProduct ? text[..LongestProduct] : text);
}
