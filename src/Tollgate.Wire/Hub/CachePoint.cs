using System.Collections.Immutable;
using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>
/// A place where the operator wants the provider's prompt cache to end, whatever the client says: an entry of
/// <c>cache_control_injection_points</c> (03-anthropic.md section 2.4).
/// </summary>
/// <param name="IsTools">Behind the tools; else a message.</param>
/// <param name="Role">Messages of this role; null for any.</param>
/// <param name="Index">The message by its number, counted from the end when negative; null for all of the role. Wins over the role.</param>
/// <param name="Hint">How long the provider may keep it.</param>
public sealed record CachePoint(bool IsTools, string? Role, int? Index, CacheHint Hint)
{
    /// <summary>Most places that providers take in one request; those that the client marked itself count.</summary>
    public const int MostInRequest = 4;

    /// <summary>Reads a list of them. Entries of unknown places are left out.</summary>
    /// <param name="json">UTF-8 of a JSON list.</param>
    public static ImmutableArray<CachePoint> ReadAll(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind is not JsonValueKind.Array)
        {
            return [];
        }

        var points = ImmutableArray.CreateBuilder<CachePoint>();
        foreach (var point in document.RootElement.EnumerateArray())
        {
            var location = point.Text("location"u8);
            var index = point.Member("index"u8);
            int? number = index.ValueKind is JsonValueKind.Number && index.TryGetInt32(out var whole) ? whole
                : int.TryParse(index.Text(), System.Globalization.CultureInfo.InvariantCulture, out var written) ? written : null;
            if (location is "tool_config" || (location is "message" && (number is not null || point.Text("role"u8) is not null)))
            {
                points.Add(new CachePoint(
                    location is "tool_config", point.Text("role"u8), number, new CacheHint(point.Member("control"u8).Text("ttl"u8))));
            }
        }

        return points.ToImmutable();
    }

    /// <summary>The messages that are meant, last ones first.</summary>
    /// <param name="roles">Role of each message, in OpenAI's words.</param>
    internal IEnumerable<int> Of(IReadOnlyList<string> roles)
    {
        if (IsTools)
        {
            return [];
        }

        if (Index is { } index)
        {
            var at = index < 0 ? roles.Count + index : index;
            return at >= 0 && at < roles.Count ? [at] : [];
        }

        return Enumerable.Range(0, roles.Count).Reverse().Where(at => string.Equals(roles[at], Role, StringComparison.Ordinal));
    }
}
