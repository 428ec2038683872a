using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Admission;

namespace Tollgate.Engine.Pipeline;

/// <summary>Headers about money and limits (routing.md 14.5, 20.1).</summary>
internal static class LimitHeaders
{
    /// <summary>A window is a minute, unless configured otherwise.</summary>
    private static readonly string[] ResetTexts = [.. Enumerable.Range(0, 61).Select(static seconds => seconds.ToString(CultureInfo.InvariantCulture) + "s")];

    /// <summary>Sets what is known: of a stream the cost is not, its headers leave before its end.</summary>
    /// <returns>The limits of the key that OpenAI's header names now tell of.</returns>
    public static KeyLimits Write(CallContext call, IHeaderDictionary headers)
    {
        if (call.IsRecorded && call.Usage is not null)
        {
            WriteCost(call, headers);
        }

        if (call.Caller.Key is not { Identity: var key })
        {
            return default;
        }

        headers["x-litellm-key-spend"] = call.KeySpend is { } spent ? PythonFloat.FormatNano(spent) : PythonFloat.Format(key.Budget.Spend);
        if (key.Budget.Max is { } max)
        {
            var isRaised = call.AdmittedAt != default && key.Metadata.TemporaryBudgetExpiry > call.AdmittedAt;
            headers["x-litellm-key-max-budget"] = PythonFloat.Format(max + (isRaised ? key.Metadata.TemporaryBudgetIncrease : 0));
        }

        if (key.Limits.TokensPerMinute is { } tokens)
        {
            headers["x-litellm-key-tpm-limit"] = tokens.ToString(CultureInfo.InvariantCulture);
        }

        if (key.Limits.RequestsPerMinute is { } requests)
        {
            headers["x-litellm-key-rpm-limit"] = requests.ToString(CultureInfo.InvariantCulture);
        }

        return call.Claims is { } claims ? WriteLimits(call, claims, headers) : default;
    }

    /// <summary>Time until the window that the call counts in is over, as OpenAI writes it.</summary>
    private static string ResetOf(in Claim claim, DateTimeOffset now, RateWindow window)
    {
        // Shared counters do not tell when a fixed window began: it is over after its length at the latest.
        var start = !window.IsFixed ? now.UtcTicks - (now.UtcTicks % window.Ticks) : claim.Bucket > 0 ? claim.Bucket : now.UtcTicks;
        var left = Math.Clamp(start + window.Ticks - now.UtcTicks, 0, window.Ticks);
        var seconds = (int)((left + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);
        return seconds < ResetTexts.Length ? ResetTexts[seconds] : seconds.ToString(CultureInfo.InvariantCulture) + "s";
    }

    private static void WriteCost(CallContext call, IHeaderDictionary headers)
    {
        var cost = call.Cost;
        headers["x-litellm-response-cost"] = PythonFloat.Format(cost.Total);
        if (cost.IsUnknown)
        {
            headers["x-tollgate-cost-unknown"] = "true";
        }

        if (cost.Original != cost.Total)
        {
            headers["x-litellm-response-cost-original"] = PythonFloat.Format(cost.Original);
            headers["x-litellm-response-cost-discount-amount"] = PythonFloat.Format(cost.DiscountAmount);
            headers["x-litellm-response-cost-margin-amount"] = PythonFloat.Format(cost.MarginTotal);
            headers["x-litellm-response-cost-margin-percent"] = PythonFloat.Format(cost.MarginPercent);
        }
    }

    private static KeyLimits WriteLimits(CallContext call, CallClaims claims, IHeaderDictionary headers)
    {
        var limits = default(KeyLimits);
        var span = claims.Span;
        for (var i = 0; i < span.Length; i++)
        {
            ref readonly var claim = ref span[i];
            if (claim.Kind == ClaimKind.Budget)
            {
                continue;
            }

            var scope = claims.ScopeOf(i);
            var names = LimitHeaderNames.For(scope);
            var limit = scope.Owner == LimitOwner.Gateway ? claim.Limit.ToString(CultureInfo.InvariantCulture) : scope.LimitText;
            var remaining = claim.Remaining.ToString(CultureInfo.InvariantCulture);
            headers[names.Limit] = limit;
            headers[names.Remaining] = remaining;
            if (scope.Owner == LimitOwner.Key && claim.Kind is ClaimKind.Requests or ClaimKind.Tokens)
            {
                var reset = ResetOf(claim, call.AdmittedAt, call.Snapshot.Config.Budgets.RateWindow);
                if (claim.Kind == ClaimKind.Requests)
                {
                    limits.Requests = true;
                    headers["x-ratelimit-limit-requests"] = limit;
                    headers["x-ratelimit-remaining-requests"] = remaining;
                    headers["x-ratelimit-reset-requests"] = reset;
                }
                else
                {
                    limits.Tokens = true;
                    headers["x-ratelimit-limit-tokens"] = limit;
                    headers["x-ratelimit-remaining-tokens"] = remaining;
                    headers["x-ratelimit-reset-tokens"] = reset;
                }
            }
            else if (scope.Owner == LimitOwner.KeyModel && claim.Kind is ClaimKind.Requests or ClaimKind.Tokens)
            {
                var type = claim.Kind == ClaimKind.Requests ? "requests" : "tokens";
                headers[$"x-litellm-key-remaining-{type}-{HeaderText.Clean(call.Envelope.Model)}"] = remaining;
            }
        }

        return limits;
    }
}
