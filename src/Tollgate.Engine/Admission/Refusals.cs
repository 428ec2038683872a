using System.Globalization;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;

namespace Tollgate.Engine.Admission;

/// <summary>What a caller is told when a limit stands in the way, in LiteLLM's words: clients match on them (llm-api.md 4.2).</summary>
internal static class Refusals
{
    /// <summary>The refusal by a claim that did not fit.</summary>
    public static ApiException For(LimitScope scope, in Claim claim, TimeSpan retryAfter, BudgetSettings settings, string model, DateTimeOffset now)
        => scope.Kind == ClaimKind.Budget ? Budget(scope, claim, settings, model, now) : Rate(scope, claim, retryAfter, now);

    private static ApiException Budget(LimitScope scope, in Claim claim, BudgetSettings settings, string model, DateTimeOffset now)
    {
        var spent = Usd(claim.Used);
        var limit = Usd(claim.Limit);
        if (scope.Owner == LimitOwner.ConfiguredTag)
        {
            return new ApiException(
                429,
                $"No deployments available - crossed budget: Exceeded budget for tag='{scope.Id}', tag_spend={spent}, tag_budget_limit={limit}",
                "rate_limit_error")
            {
                RetryAfterSeconds = SecondsUntil(new DateTimeOffset(claim.Epoch, TimeSpan.Zero), now),
            };
        }

        var text = scope.Owner switch
        {
            LimitOwner.KeyModel => $"LiteLLM Virtual Key: {scope.Id}, key_alias: {scope.Alias ?? "None"}, exceeded budget for model={model}",
            LimitOwner.UserModel => $"LiteLLM User: {scope.Id}, exceeded budget for model={model}",
            LimitOwner.CustomerModel => $"LiteLLM End User: {scope.Id}, exceeded budget for model={model}",
            LimitOwner.KeyWindow => $"ExceededBudget: Key over {scope.Duration} budget. Spend=${Dollars(claim.Used)}, Limit=${Dollars(claim.Limit)}",
            LimitOwner.TeamWindow => $"ExceededBudget: Team={scope.Id} over {scope.Duration} budget. Spend=${Dollars(claim.Used)}, Limit=${Dollars(claim.Limit)}",
            LimitOwner.Team => $"Budget has been exceeded! Team={scope.Id} Current cost: {spent}, Max budget: {limit}",
            LimitOwner.Organization => $"Budget has been exceeded! Organization={scope.Id} Current cost: {spent}, Max budget: {limit}",
            LimitOwner.Project => $"Budget has been exceeded! Project={scope.Id} Current cost: {spent}, Max budget: {limit}",
            LimitOwner.Tag => $"Budget has been exceeded! Tag={scope.Id} Current cost: {spent}, Max budget: {limit}",
            LimitOwner.User => $"ExceededBudget: User={scope.Id} over budget. Spend={spent}, Budget={limit}",
            LimitOwner.Member => $"Budget has been exceeded! User={scope.Id} Current cost: {spent}, Max budget: {limit}",
            LimitOwner.Customer => $"ExceededBudget: End User={scope.Id} over budget. Spend={spent}, Budget={limit}",
            _ => $"Budget has been exceeded! Current cost: {spent}, Max budget: {limit}",
        };
        var reset = scope.Period is not null ? new DateTimeOffset(claim.Epoch, TimeSpan.Zero) : scope.ResetAt;
        var which = $" (budget: {NameOf(scope)}{(reset is { } at ? $", resets {at:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "")})";
        return new ApiException(settings.ErrorStatus, text + which, "budget_exceeded")
        {
            MayRetry = false,
            ResetAt = reset,
            RetryAfterSeconds = settings.ErrorStatus == 429 && reset > now ? SecondsUntil(reset.Value, now) : null,
        };
    }

    private static int SecondsUntil(DateTimeOffset reset, DateTimeOffset now) => (int)Math.Clamp((reset - now).TotalSeconds + 1, 1, int.MaxValue);

    private static ApiException Rate(LimitScope scope, in Claim claim, TimeSpan retryAfter, DateTimeOffset now)
    {
        var type = scope.Kind switch
        {
            ClaimKind.Requests => "requests",
            ClaimKind.Tokens => "tokens",
            _ => "max_parallel_requests",
        };
        var seconds = scope.Kind == ClaimKind.Parallel ? 1 : (int)Math.Ceiling(Math.Max(1, retryAfter.TotalSeconds));
        var resets = now.AddSeconds(seconds).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        if (scope.Owner == LimitOwner.Gateway)
        {
            return new ApiException(429, $"Max parallel request limit reached. Global limit: {claim.Limit}", "rate_limit_error")
            {
                RetryAfterSeconds = seconds,
                RateLimitType = type,
                RateLimitReset = resets,
            };
        }

        return new ApiException(
            429,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Rate limit exceeded for {scope.Alias}: {scope.Id}. Limit type: {type}. Current limit: {claim.Limit}, Remaining: {Math.Max(0, claim.Limit - claim.Used)}. Limit resets at: {resets} UTC"),
            "rate_limit_error")
        {
            RetryAfterSeconds = seconds,
            RateLimitType = type,
            RateLimitReset = resets,
        };
    }

    private static string NameOf(LimitScope scope)
    {
        var owner = scope.Owner switch
        {
            LimitOwner.Key or LimitOwner.KeyWindow or LimitOwner.KeyModel => "key",
            LimitOwner.Team or LimitOwner.TeamWindow or LimitOwner.TeamModel => "team",
            LimitOwner.Organization => "organization",
            LimitOwner.Project => "project",
            LimitOwner.User or LimitOwner.UserModel => "user",
            LimitOwner.Member => "team member",
            LimitOwner.Customer or LimitOwner.CustomerModel => "customer",
            LimitOwner.Tag => "tag",
            _ => "gateway",
        };
        return scope.Owner == LimitOwner.Gateway ? owner : $"{owner} '{scope.Alias ?? scope.Id}'";
    }

    private static string Usd(long nano) => PythonFloat.Format(Money.ToUsd(nano));

    private static string Dollars(long nano) => Money.ToUsd(nano).ToString("F4", CultureInfo.InvariantCulture);
}
