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

    /// <summary>Sets what is known of a call that got an answer or failed.</summary>
    public static void Write(CallContext call, AttemptOutcome? outcome, TimeSpan upstream, TimeSpan total)
    {
        var headers = call.Http.Response.Headers;
        WriteAlways(headers, call.CallId);
        var limits = LimitHeaders.Write(call, headers);
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
            var limit = outcome.Overrun ?? CallTimeouts.For(call, outcome.Deployment).Whole;
            headers["x-litellm-timeout"] = limit.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        }

        if (outcome.RetryAfterHeader is { } retryAfter)
        {
            headers.RetryAfter = retryAfter;
        }

        if (outcome.Headers is { } provider)
        {
            WriteProvider(headers, provider, limits);
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

    private static void WriteProvider(IHeaderDictionary headers, HttpResponseHeaders provider, KeyLimits limits)
    {
        var bytes = 0;
        foreach (var (name, values) in provider.NonValidated)
        {
            var header = ProviderHeader.Of(name);
            if (header.Prefixed is null)
            {
                continue;
            }

            var value = Clean(values.ToString());
            bytes += name.Length + value.Length;
            if (bytes > MostProviderBytes)
            {
                return;
            }

            headers[header.Prefixed] = value;
            if (header.Plain is not null && !limits.Has(header.Limit))
            {
                headers[header.Plain] = value;
            }
        }
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
