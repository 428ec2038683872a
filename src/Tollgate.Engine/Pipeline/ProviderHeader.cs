using System.Collections.Concurrent;
using System.Collections.Frozen;
using Tollgate.Engine.Admission;

namespace Tollgate.Engine.Pipeline;

/// <summary>What becomes of a header of a provider's answer.</summary>
/// <param name="Prefixed">Its name in ours, <c>llm_provider-...</c>; null for one that is not relayed.</param>
/// <param name="Plain">A name that OpenAI's clients read, under which it is sent as well; null for most.</param>
/// <param name="Limit">What that name tells of: the key's own limit of this kind goes before the provider's.</param>
internal sealed record ProviderHeader(string? Prefixed, string? Plain, ClaimKind? Limit)
{
    private const int MostKnown = 1024;

    private static readonly ProviderHeader NotRelayed = new(null, null, null);

    /// <summary>Headers of one hop, and those that would be untrue of our answer or say nothing of the call.</summary>
    private static readonly FrozenSet<string> Withheld = new[]
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "set-cookie",
        "server", "date",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>OpenAI's rate-limit headers, and Anthropic's under the names that OpenAI's clients read (09-cross-cutting.md section 8).</summary>
    private static readonly FrozenDictionary<string, (string Plain, ClaimKind? Limit)> Plains = new Dictionary<string, (string, ClaimKind?)>(StringComparer.OrdinalIgnoreCase)
    {
        ["x-ratelimit-limit-requests"] = ("x-ratelimit-limit-requests", ClaimKind.Requests),
        ["x-ratelimit-limit-tokens"] = ("x-ratelimit-limit-tokens", ClaimKind.Tokens),
        ["x-ratelimit-remaining-requests"] = ("x-ratelimit-remaining-requests", ClaimKind.Requests),
        ["x-ratelimit-remaining-tokens"] = ("x-ratelimit-remaining-tokens", ClaimKind.Tokens),
        ["x-ratelimit-reset-requests"] = ("x-ratelimit-reset-requests", ClaimKind.Requests),
        ["x-ratelimit-reset-tokens"] = ("x-ratelimit-reset-tokens", ClaimKind.Tokens),
        ["anthropic-ratelimit-requests-limit"] = ("x-ratelimit-limit-requests", ClaimKind.Requests),
        ["anthropic-ratelimit-requests-remaining"] = ("x-ratelimit-remaining-requests", ClaimKind.Requests),
        ["anthropic-ratelimit-tokens-limit"] = ("x-ratelimit-limit-tokens", ClaimKind.Tokens),
        ["anthropic-ratelimit-tokens-remaining"] = ("x-ratelimit-remaining-tokens", ClaimKind.Tokens),
        ["request-id"] = ("request-id", null),
        ["x-ms-region"] = ("x-litellm-model-region", null),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    // Upstreams send the same few names again and again: what becomes of one is decided once.
    private static readonly ConcurrentDictionary<string, ProviderHeader> Known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What becomes of the header with this name.</summary>
    public static ProviderHeader Of(string name)
    {
        if (Known.TryGetValue(name, out var known))
        {
            return known;
        }

        var header = NotRelayed;
        if (!Withheld.Contains(name) && !name.StartsWith("content-", StringComparison.OrdinalIgnoreCase))
        {
            var (plain, limit) = Plains.GetValueOrDefault(name);
            header = new ProviderHeader("llm_provider-" + name.ToLowerInvariant(), plain, limit);
        }

        if (Known.Count < MostKnown)
        {
            Known.TryAdd(name, header);
        }

        return header;
    }
}
