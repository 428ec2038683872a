using Microsoft.Extensions.Logging;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Routing;
using Tollgate.Wire;

namespace Tollgate.Engine.Spend;

/// <summary>
/// Accounts a call exactly once: cost, counters, journal. Called before the last byte of an answer goes out, so that what a client has seen is
/// on record; and again at the call's end, for those that never got so far.
/// </summary>
internal sealed partial class SpendRecorder(
    AdmissionControl admission, RouterBudgets budgets, LocalCounters counters, ISpendJournal? journal, TimeProvider time, ILogger<SpendRecorder> logger)
{
    private readonly RecentIds _recent = new();
    private readonly UserAgents _agents = new();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> _unpriced = new(StringComparer.Ordinal);

    /// <summary>Accounts a call whose answer is complete, or as complete as it will get.</summary>
    /// <param name="call">The call.</param>
    /// <param name="scratch">Its working memory.</param>
    /// <param name="deployment">Who answered.</param>
    /// <param name="answerId">The answer's own id; null when it has none.</param>
    /// <param name="succeeded">False for a call that failed after output had been produced.</param>
    public void Record(CallContext call, CallScratch scratch, Deployment deployment, string? answerId, bool succeeded)
    {
        if (call.IsRecorded)
        {
            return;
        }

        call.IsRecorded = true;
        if (call.Usage is { } usage)
        {
            call.Cost = CostOf(call, deployment, usage, succeeded);
            if (call.Cost.IsUnknown)
            {
                WarnUnpriced(deployment);
            }
        }

        if (succeeded && call.FixedCost > 0 && call.Cost.Total == 0)
        {
            call.Cost = new CostBreakdown { Original = call.FixedCost, Total = call.FixedCost };
        }

        Append(call, scratch, deployment, answerId, succeeded);
    }

    /// <summary>Accounts a call whose cost is the sum of many, such as a batch.</summary>
    /// <param name="call">The call; nothing is held for it.</param>
    /// <param name="scratch">Its working memory.</param>
    /// <param name="deployment">Who answered.</param>
    /// <param name="answerId">The answer's own id.</param>
    /// <param name="cost">What it costs.</param>
    /// <param name="once">Name under which it counts once only, by whatever process.</param>
    /// <returns>True when it is in the journal; false when spend is not recorded here.</returns>
    public bool RecordPriced(CallContext call, CallScratch scratch, Deployment deployment, string answerId, in CostBreakdown cost, string once)
    {
        call.IsRecorded = true;
        call.Cost = cost;
        if (cost.IsUnknown)
        {
            WarnUnpriced(deployment);
        }

        return Append(call, scratch, deployment, answerId, succeeded: true, once);
    }

    /// <summary>Accounts a call that ended without an answer: gives back what was held, and records the failure of an identified caller.</summary>
    public void RecordFailure(CallContext call, CallScratch scratch, int status, string message)
    {
        if (call.IsRecorded)
        {
            return;
        }

        call.IsRecorded = true;
        admission.Settle(call, scratch.Claims, 0, 0);
        budgets.Settle(call, scratch.RouteClaims, 0);
        var settings = call.Snapshot.Config.Spend;
        if (settings.DisableUpdates || settings.DisableErrorLogs || journal is null || call.Envelope is null || call.Caller.KeyHeader is null)
        {
            // Who could not be identified must not control what is written.
            return;
        }

        Fill(call, scratch, call.Outcome?.Deployment, answerId: null, succeeded: false);
        var spent = scratch.Spend;
        spent.ErrorClass = call.Outcome is { } outcome ? ErrorClasses.NameOf(outcome.Kind) : ErrorNames.Of(status);
        spent.Metadata = SpendMetadata.Write(call, scratch, new FailureNote(status, spent.ErrorClass, message, spent.Provider));
        journal.Append(spent);
    }

    /// <summary>Gives back what was held for a call that costs nothing and is not worth a record.</summary>
    public void Release(CallContext call, CallScratch scratch)
    {
        if (!call.IsRecorded)
        {
            call.IsRecorded = true;
            admission.Settle(call, scratch.Claims, 0, 0);
            budgets.Settle(call, scratch.RouteClaims, 0);
        }
    }

    private bool Append(CallContext call, CallScratch scratch, Deployment deployment, string? answerId, bool succeeded, string? once = null)
    {
        Count(call, scratch, Money.ToNano(call.Cost.Total));
        if (call.Snapshot.Config.Spend.DisableUpdates || journal is null)
        {
            return false;
        }

        Fill(call, scratch, deployment, answerId, succeeded);
        if (once is not null)
        {
            // The same row whoever writes it.
            scratch.Spend.Once = once;
            scratch.Spend.RequestId = answerId!;
        }

        journal.Append(scratch.Spend);
        return true;
    }

    private void Count(CallContext call, CallScratch scratch, long nano)
    {
        budgets.Settle(call, scratch.RouteClaims, nano);
        var claims = scratch.Claims;
        var tokens = TokensOf(call);
        var keyCounted = false;
        if (call.Caller.Key is { } key)
        {
            foreach (ref readonly var claim in claims.Span)
            {
                keyCounted |= string.Equals(claim.Counter, key.SpendCounter, StringComparison.Ordinal);
            }

            admission.Settle(call, claims, nano, tokens);
            var budget = key.Identity.Budget;
            var recorded = Money.ToNano(budget.Spend);
            if (!keyCounted)
            {
                counters.AddSpend(key.SpendCounter, recorded, budget.ResetAt?.UtcTicks ?? 0, nano);
            }

            call.KeySpend = counters.SpentOf(key.SpendCounter, recorded);
            return;
        }

        admission.Settle(call, claims, nano, tokens);
    }

    private static CostBreakdown CostOf(CallContext call, Deployment deployment, in TokenUsage usage, bool succeeded)
    {
        if (call.Media is not { } media)
        {
            var sizes = usage.WebSearchRequests > 0 && call.Plan is not null ? SearchSizes.Of(call) : null;
            return CostCalculator.Calculate(call.PricesOf(deployment), usage, call.ServiceTier, sizes);
        }

        var complete = media.Complete(usage, out var isEstimated);
        call.Usage = complete;
        call.UsageEstimated |= isEstimated;

        if (media.Vector is { } vector)
        {
            // Two are paid: who has made a vector of the query, and who has searched with it.
            call.Usage = vector.Usage;
            return !succeeded ? vector.Cost : CostCalculator.Calculate(deployment.Prices, default, call.ServiceTier, media.Units()).Plus(vector.Cost);
        }

        // Judging texts is free everywhere.
        return call.Surface is Surface.Moderations
            ? default
            : CostCalculator.Calculate(media.PricesOf(deployment, complete), complete, call.ServiceTier, media.Units());
    }

    /// <summary>Tokens of the kind that is limited.</summary>
    private static long TokensOf(CallContext call) => call.Usage is not { } usage
        ? call.Load?.TokensFor(call.Snapshot.Config.Budgets) ?? 0
        : call.Snapshot.Config.Budgets.TokenKind switch
        {
            "input" => usage.PromptTokens,
            "output" => usage.CompletionTokens,
            _ => usage.TotalTokens,
        };

    private void Fill(CallContext call, CallScratch scratch, Deployment? deployment, string? answerId, bool succeeded)
    {
        var spent = scratch.Spend;
        spent.Clear();
        var now = time.GetUtcNow();
        spent.CallId = call.Uid;
        spent.RequestId = RequestIdOf(call, answerId);
        spent.CallType = call.CallType;
        spent.Endpoint = call.Route;
        spent.Cost = call.Cost.Total;
        if (call.Usage is { } usage)
        {
            spent.PromptTokens = usage.PromptTokens;
            spent.CompletionTokens = usage.CompletionTokens;
            spent.TotalTokens = usage.TotalTokens;
            spent.CacheReadTokens = usage.CachedTokens;
            spent.CacheCreationTokens = usage.CacheCreationTokens;
        }

        spent.End = now;
        spent.Start = now - time.GetElapsedTime(call.StartedAt);
        spent.FirstOutput = call.FirstOutputAt is { } first ? now - time.GetElapsedTime(first) : now;
        spent.ModelGroup = call.Plan?.Group.Name ?? call.Group?.Name ?? call.Envelope.Model;
        if (deployment is not null)
        {
            spent.Model = deployment.ModelName;
            spent.ModelId = deployment.Id;
            spent.Provider = deployment.Connection.Provider;
            spent.ApiBase = deployment.Connection.DisplayBase ?? "";
        }
        else
        {
            spent.Model = call.Envelope.Model;
        }

        FillWho(call, spent);
        foreach (var tag in call.Tags)
        {
            spent.Tags.Add(tag);
        }

        AddUserAgent(call, spent);
        spent.SessionId = call.SessionId;
        spent.Succeeded = succeeded;
        spent.WriteLog = !call.Snapshot.Config.Spend.DisableLogs;
        call.Bodies?.Fill(call, spent);
        spent.CountGlobally = call.Snapshot.Config.Budgets.GlobalMax > 0;
        spent.Metadata = SpendMetadata.Write(call, scratch, succeeded ? null : FailureNote.Of(call, spent.Provider));
        if (!succeeded)
        {
            spent.ErrorClass = call.Outcome is { } outcome ? ErrorClasses.NameOf(outcome.Kind) : "ClientDisconnected";
        }
    }

    private void AddUserAgent(CallContext call, SpendEvent spent)
    {
        call.UserAgent = _agents.Of(call.Http.Request.Headers.UserAgent.ToString());
        if (call.UserAgent is { } agent && call.Snapshot.Config.Spend.TagUserAgents)
        {
            spent.Tags.Add(agent.ProductTag);
            if (agent.VersionTag is { } version)
            {
                spent.Tags.Add(version);
            }
        }
    }

    private static void FillWho(CallContext call, SpendEvent spent)
    {
        spent.CustomerId = call.Snapshot.Config.Budgets.IgnoreCustomers ? null : call.CustomerId;
        spent.ClientAddress = call.Http.Connection.RemoteIpAddress is { } address ? call.Snapshot.TextOf(address) : null;
        if (call.Caller.Key is { Identity: var key })
        {
            spent.KeyHash = key.Hash;
            spent.KeyAlias = key.Alias;
            spent.UserId = key.UserId;
            spent.TeamId = key.TeamId;
            spent.OrganizationId = key.Organization?.Id;
            spent.ProjectId = key.Project?.Id;
            spent.AgentId = key.AgentId;
        }
        else if (call.Caller.IsStandIn)
        {
            spent.KeyAlias = "failed-to-connect-to-db";
        }
        else if (call.Caller.IsAdmin)
        {
            spent.KeyHash = call.Snapshot.MasterKeyHash;
            spent.UserId = GatewaySnapshot.MasterUserId;
        }
    }

    private string RequestIdOf(CallContext call, string? answerId)
    {
        var id = string.IsNullOrEmpty(answerId) ? call.CallId : answerId;

        // 80 random bits. Fewer meet again within a million calls to an upstream that gives all its answers one id, and a batch with an id
        // that is taken goes to the database the slow way.
        return _recent.SeenBefore(id) ? string.Concat(id, "_", call.Uid.AsSpan(0, 8), call.Uid.AsSpan(24)) : id;
    }

    private void WarnUnpriced(Deployment deployment)
    {
        if (_unpriced.TryAdd(deployment.Id, true))
        {
            Log.Unpriced(logger, deployment.UpstreamModel, deployment.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            EventIds.Admission + 2,
            LogLevel.Warning,
            "Model {Model} (deployment {DeploymentId}) has no price: its calls are counted as costing nothing. Set input_cost_per_token and output_cost_per_token, or base_model")]
        public static partial void Unpriced(ILogger logger, string model, string deploymentId);
    }
}
