using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Spend;
using Tollgate.Wire;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>Records what is known to have cost something only after it was asked for: for whoever asked, not for whoever looks.</summary>
internal sealed class LateCosts(KeyRing keys, SpendRecorder spend, TimeProvider time)
{
    /// <summary>Who made something; a key that is gone still counts for its user and team.</summary>
    public async ValueTask<Caller> MakerAsync(CallContext call, ResourceOwner owner)
    {
        if (owner.KeyHash is not { } hash || string.Equals(hash, call.Snapshot.MasterKeyHash, StringComparison.Ordinal))
        {
            return owner.KeyHash is null && owner.UserId is null ? Caller.Anonymous : call.Snapshot.AdminFor("authorization");
        }

        KeyEntry? entry = null;
        try
        {
            entry = KeyHash.FromHex(hash) is { } key ? await keys.FindAsync(key, CancellationToken.None) : null;
        }
        catch (IdentityStoreUnavailableException)
        {
            // What is known of the key must do.
        }

        entry ??= new KeyEntry(new KeyIdentity { Hash = hash, UserId = owner.UserId, TeamId = owner.TeamId }, time.GetUtcNow());
        return entry.CallerFor("authorization");
    }

    /// <summary>Records a cost; nothing is awaited, so that nothing comes between a claim and its record.</summary>
    public void Record(CallContext call, Caller maker, LateCost cost)
    {
        var scratch = CallScratch.Rent();
        try
        {
            var id = LlmPipeline.NewCallId();
            var made = new CallContext(call.Http, call.Snapshot, Surface.Relay, time.GetTimestamp())
            {
                Members = scratch.RequestMembers,
                RouteName = call.Route,
                CallTypeName = cost.CallType,
                Uid = id,
                CallId = id,
                Caller = maker,
                Envelope = RequestEnvelope.Relayed(cost.ModelGroup, stream: false),
                Usage = cost.Usage,
                ServiceTier = cost.Usage.Tier,
            };
            spend.RecordPriced(made, scratch, cost.Deployment, cost.Id, cost.Cost);
        }
        finally
        {
            scratch.Return();
        }
    }
}

/// <summary>What something cost.</summary>
/// <param name="Id">Its id: the id of the row.</param>
/// <param name="CallType">LiteLLM's name of the call.</param>
/// <param name="ModelGroup">Model as it was asked for.</param>
/// <param name="Deployment">Who did it.</param>
/// <param name="Usage">Tokens.</param>
/// <param name="Cost">The sum.</param>
internal sealed record LateCost(string Id, string CallType, string ModelGroup, Deployment Deployment, TokenUsage Usage, CostBreakdown Cost);
