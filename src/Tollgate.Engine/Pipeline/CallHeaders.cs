using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Pipeline;

/// <summary>Headers of answers: the gateway's own (<c>x-litellm-*</c>) and the provider's (<c>llm_provider-*</c>), llm-api.md section 8.</summary>
internal static class CallHeaders
{
    /// <summary>Version of LiteLLM that the gateway is compatible with.</summary>
    public const string CompatibleVersion = "1.81.0";

    private const int MostProviderBytes = 8 * 1024;
    private const int MostKnownNames = 1024;

    /// <summary>Headers of one hop, and those that would be untrue of our answer.</summary>
    private static readonly FrozenSet<string> NotRelayed = new[]
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "set-cookie",
        "content-length", "content-encoding",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Rate-limit headers that OpenAI's clients read under their own names.</summary>
    private static readonly FrozenSet<string> RelayedUnprefixed = new[]
    {
        "x-ratelimit-limit-requests", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-requests", "x-ratelimit-remaining-tokens",
        "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens", "request-id",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Rate-limit headers of Anthropic's dialect under the names that OpenAI's clients read (09-cross-cutting.md section 8).</summary>
    private static readonly FrozenDictionary<string, string> Mirrored = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["anthropic-ratelimit-requests-limit"] = "x-ratelimit-limit-requests",
        ["anthropic-ratelimit-requests-remaining"] = "x-ratelimit-remaining-requests",
        ["anthropic-ratelimit-tokens-limit"] = "x-ratelimit-limit-tokens",
        ["anthropic-ratelimit-tokens-remaining"] = "x-ratelimit-remaining-tokens",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    // Upstreams send the same few names again and again; prefixing them once saves a string per header and call.
    private static readonly ConcurrentDictionary<string, string> Prefixed = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Sets what is known of a call that got an answer or failed.</summary>
    public static void Write(CallContext call, AttemptOutcome? outcome, TimeSpan upstream, TimeSpan total)
    {
        var headers = call.Http.Response.Headers;
        WriteAlways(headers, call.CallId);
        LimitHeaders.Write(call, headers);
        if (call.Plan is not { } plan)
        {
            return;
        }

        headers["x-litellm-model-group"] = Clean(plan.Group.Name);
        headers["x-litellm-attempted-retries"] = Number(plan.Retries);
        headers["x-litellm-max-retries"] = Number(plan.MaxRetries);
        headers["x-litellm-attempted-fallbacks"] = Number(plan.Fallbacks);
        headers["x-litellm-max-fallbacks"] = Number(call.Snapshot.Config.Router.MaxFallbacks);
        headers["x-litellm-response-duration-ms"] = Milliseconds(total);
        headers["x-litellm-overhead-duration-ms"] = Milliseconds(total > upstream ? total - upstream : TimeSpan.Zero);
        if (outcome is null)
        {
            return;
        }

        WriteDeployment(headers, outcome.Deployment);
        if (call.DroppedParams.Count > 0)
        {
            headers["x-tollgate-dropped-params"] = Clean(string.Join(", ", call.DroppedParams));
        }

        if (outcome.Kind == UpstreamErrorKind.Timeout)
        {
            headers["x-litellm-timeout"] = CallTimeouts.For(call, outcome.Deployment).Whole.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        }

        if (outcome.RetryAfterHeader is { } retryAfter)
        {
            headers.RetryAfter = retryAfter;
        }

        if (outcome.Headers is { } provider)
        {
            WriteProvider(headers, provider);
        }
    }

    /// <summary>Sets what every answer carries.</summary>
    public static void WriteAlways(IHeaderDictionary headers, string callId)
    {
        headers["x-litellm-call-id"] = callId;
        headers["x-litellm-version"] = CompatibleVersion;
    }

    private static void WriteDeployment(IHeaderDictionary headers, Deployment deployment)
    {
        headers["x-litellm-model-id"] = Clean(deployment.Id);
        if (deployment.Connection.DisplayBase is { } apiBase)
        {
            headers["x-litellm-model-api-base"] = apiBase;
        }
    }

    private static void WriteProvider(IHeaderDictionary headers, HttpResponseHeaders provider)
    {
        var bytes = 0;
        foreach (var (name, values) in provider.NonValidated)
        {
            if (NotRelayed.Contains(name))
            {
                continue;
            }

            var value = Clean(values.ToString());
            bytes += name.Length + value.Length;
            if (bytes > MostProviderBytes)
            {
                return;
            }

            headers[PrefixedName(name)] = value;
            if (RelayedUnprefixed.Contains(name))
            {
                headers[name] = value;
            }
            else if (Mirrored.TryGetValue(name, out var mirror))
            {
                headers[mirror] = value;
            }
        }
    }

    private static string PrefixedName(string name)
    {
        if (Prefixed.TryGetValue(name, out var known))
        {
            return known;
        }

        var prefixed = "llm_provider-" + name.ToLowerInvariant();
        if (Prefixed.Count < MostKnownNames)
        {
            Prefixed.TryAdd(name, prefixed);
        }

        return prefixed;
    }

    /// <summary>A header value must be printable ASCII on one line; anything else becomes a question mark.</summary>
    internal static string Clean(string value)
    {
        if (!value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return value;
        }

        return string.Create(value.Length, value, static (chars, text) =>
        {
            for (var i = 0; i < chars.Length; i++)
            {
                chars[i] = text[i] is >= ' ' and <= '~' ? text[i] : '?';
            }
        });
    }

    private static string Number(int number) => number switch
    {
        0 => "0",
        1 => "1",
        2 => "2",
        5 => "5",
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Milliseconds with three decimals. PERF: a custom format of a double costs ten times as much as two whole numbers.</summary>
    private static string Milliseconds(TimeSpan span)
    {
        var microseconds = span.Ticks / TimeSpan.TicksPerMicrosecond;
        return string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1000}.{microseconds % 1000:D3}");
    }
}
