using System.Collections.Immutable;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Pipeline;

namespace Tollgate.Engine.Admission;

/// <summary>Finds the limits that a call meets: of its key and whoever owns that, of its tags and its customer, of the gateway.</summary>
internal sealed class ClaimCollector(SubjectCache subjects)
{
    private static readonly LimitScope GatewaySlots = new()
    {
        Owner = LimitOwner.Gateway,
        Kind = ClaimKind.Parallel,
        Counter = "parallel:gateway",
        Id = "gateway",
        Alias = "gateway",
        Limit = 0,
    };

    /// <summary>Adds a claim for each.</summary>
    /// <param name="call">The call.</param>
    /// <param name="claims">Takes them, in the order in which they are checked.</param>
    /// <param name="estimate">What the call may use.</param>
    /// <param name="now">The moment that periods are chosen by.</param>
    /// <param name="fallback">Group that the call has fallen back to, whose limits count instead of those of the group asked for.</param>
    /// <exception cref="ApiException">The customer is blocked.</exception>
    public async ValueTask CollectAsync(CallContext call, CallClaims claims, Estimate estimate, DateTimeOffset now, string? fallback = null)
    {
        var settings = call.Snapshot.Config.Budgets;
        if (call.Caller.Key is { } key && !call.Caller.IsAdmin)
        {
            AddAll(call, claims, key.Scopes, estimate, now, fallback);
        }

        foreach (var tag in call.Tags)
        {
            if (await subjects.TagAsync(tag, call.Aborted) is { } subject)
            {
                AddAll(call, claims, subject.Scopes, estimate, now, fallback);
            }
        }

        if (call.CustomerId is { } customerId && !settings.IgnoreCustomers && await subjects.CustomerAsync(customerId, call.Aborted) is { } customer)
        {
            if (customer.Value.Blocked)
            {
                throw new ApiException(401, $"User blocked from making LLM API Calls. User={customerId}", "auth_error", "None");
            }

            AddAll(call, claims, customer.Scopes, estimate, now, fallback);
        }

        if (await subjects.GatewayAsync(call.Aborted) is { } gateway)
        {
            AddAll(call, claims, gateway.Scopes, estimate, now, fallback);
        }

        if (settings.GlobalParallelRequests is { } slots)
        {
            claims.Add(GatewaySlots, new Claim { Counter = GatewaySlots.Counter, Kind = ClaimKind.Parallel, Limit = slots, Amount = 1 });
        }
    }

    private static void AddAll(
        CallContext call, CallClaims claims, ImmutableArray<LimitScope> scopes, in Estimate estimate, DateTimeOffset now, string? fallback)
    {
        foreach (var scope in scopes)
        {
            if (scope.Model is null
                || (fallback is null ? ModelNames.Fit(scope.Model, call) : ModelNames.Fits(scope.Model, fallback, call.Snapshot)))
            {
                Add(call, claims, scope, estimate, now);
            }
        }
    }

    private static void Add(CallContext call, CallClaims claims, LimitScope scope, in Estimate estimate, DateTimeOffset now)
    {
        var settings = call.Snapshot.Config.Budgets;
        switch (scope.Kind)
        {
            // What costs nothing is never refused for money.
            case ClaimKind.Budget when estimate.IsFree:
                break;
            case ClaimKind.Budget:
                claims.Add(scope, scope.ToClaim(estimate.Cost, 0, now, settings.TimeZone));
                break;
            case ClaimKind.Tokens when call.Load is { } load:
                claims.Add(scope, scope.ToClaim(load.TokensFor(settings), 0, now, settings.TimeZone));
                break;
            case ClaimKind.Tokens:
                var output = settings.TokenKind is "input" ? 0 : estimate.OutputTokens;
                var input = settings.TokenKind is "output" ? 0 : estimate.InputTokens;
                claims.Add(scope, scope.ToClaim(input + output, output, now, settings.TimeZone));
                break;
            case ClaimKind.Requests when call.Load is { } many:
                claims.Add(scope, scope.ToClaim(many.Requests, 0, now, settings.TimeZone));
                break;
            default:
                claims.Add(scope, scope.ToClaim(1, 0, now, settings.TimeZone));
                break;
        }
    }
}
