using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;

namespace Tollgate.Engine.PassThrough;

/// <summary>Headers of relayed calls: what of the client's goes on, and what of the upstream's comes back (llm-api.md 17.3).</summary>
internal static class RelayHeaders
{
    /// <summary>
    /// Of one hop, of the client's own connection, or set here. Compression is not asked for: usage is read from a copy of the answer.
    /// </summary>
    private static readonly FrozenSet<string> NeverSent = new[]
    {
        "host", "content-length", "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade", "expect", "accept-encoding", "cookie", "user-agent", "forwarded", "via", "x-real-ip", "origin", "referer",
        "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "http2-settings", "litellm_user_api_key",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Credentials = KeyHeaders.All.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> NeverRelayed = new[]
    {
        "transfer-encoding", "content-encoding", "content-length", "server", "date", "connection", "keep-alive", "proxy-authenticate",
        "proxy-authorization", "te", "trailer", "upgrade", "set-cookie", "alt-svc", "strict-transport-security",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] NotForUpstreams = ["x-litellm-", "x-forwarded-", "x-stainless-", "amz-sdk-", "sec-", "x-pass-",
        "access-control-"];

    /// <summary>The headers of a client that go on.</summary>
    /// <param name="client">What the client sent.</param>
    /// <param name="key">Its key, which never goes on in any form.</param>
    /// <param name="policy">What may go on.</param>
    public static List<KeyValuePair<string, string>> ToSend(IHeaderDictionary client, GatewayKey key, HeaderPolicy policy)
    {
        var sent = new List<KeyValuePair<string, string>>();
        foreach (var (name, values) in client)
        {
            // Asked for by name: goes on whatever the rules for the rest are, but never in place of a credential.
            var isAsked = name.StartsWith("x-pass-", StringComparison.OrdinalIgnoreCase) && name.Length > 7;
            var target = isAsked ? name[7..] : name;
            if (isAsked ? IsRefused(target) && !(policy.TakesCredentials && Credentials.Contains(target)) : !MaySend(name, key, policy))
            {
                continue;
            }

            foreach (var value in values)
            {
                if (value is not null && !key.IsIn(value))
                {
                    sent.Add(new KeyValuePair<string, string>(target, value));
                }
            }
        }

        return sent;
    }

    /// <summary>Puts headers on a request: those of the body on the body.</summary>
    public static void Add(HttpRequestMessage message, IEnumerable<KeyValuePair<string, string>> headers)
    {
        foreach (var (name, value) in headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    /// <summary>What client and connection both say counts once, as the client said it; credentials count as the connection says.</summary>
    public static void Settle(HttpRequestMessage message, IEnumerable<KeyValuePair<string, string>> sent)
    {
        foreach (var group in sent.GroupBy(static header => header.Key, StringComparer.OrdinalIgnoreCase))
        {
            if (message.Headers.NonValidated.TryGetValues(group.Key, out var values) && values.Count > group.Count())
            {
                message.Headers.Remove(group.Key);
                message.Headers.TryAddWithoutValidation(group.Key, Credentials.Contains(group.Key) ? [values.Last()]
                    : group.Select(static header => header.Value));
            }
        }
    }

    /// <summary>Copies the headers of an answer.</summary>
    public static void Relay(HttpResponseMessage answer, IHeaderDictionary headers)
    {
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            if (!NeverRelayed.Contains(name) && !name.StartsWith("access-control-", StringComparison.OrdinalIgnoreCase))
            {
                headers[name] = values.Count == 1 ? CallHeaders.Clean(values.ToString()) : values.Select(CallHeaders.Clean).ToArray();
            }
        }
    }

    private static bool MaySend(string name, GatewayKey key, HeaderPolicy policy)
    {
        if (IsRefused(name) || string.Equals(name, key.Place, StringComparison.OrdinalIgnoreCase)
            || string.Equals(name, policy.KeyHeaderName, StringComparison.OrdinalIgnoreCase))
        {
            return policy.TakesCredentials && Credentials.Contains(name) && !name.StartsWith("x-litellm-", StringComparison.OrdinalIgnoreCase)
                && !string.Equals(name, key.Place, StringComparison.OrdinalIgnoreCase);
        }

        return policy.Only.IsEmpty ? policy.ForwardsAll || IsOfBody(name) : policy.Only.Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsRefused(string name)
        => NeverSent.Contains(name) || Credentials.Contains(name)
            || Array.Exists(NotForUpstreams, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static bool IsOfBody(string name)
        => name.Equals("content-type", StringComparison.OrdinalIgnoreCase) || name.Equals("content-encoding", StringComparison.OrdinalIgnoreCase)
            || name.Equals("accept", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Which of a client's headers go on.</summary>
/// <param name="ForwardsAll">All but those that carry credentials; else only what describes the body.</param>
/// <param name="Only">When not empty, only these.</param>
/// <param name="TakesCredentials">The client's own credentials too, when they are not the gateway's key.</param>
/// <param name="KeyHeaderName">Header that the operator has chosen for keys; null for none.</param>
internal readonly record struct HeaderPolicy(
    bool ForwardsAll, System.Collections.Immutable.ImmutableArray<string> Only, bool TakesCredentials, string? KeyHeaderName);
