using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Spend;
using Tollgate.Wire;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>Records what is known to have cost something only after it was asked for: for whoever asked, not for whoever looks.</summary>
internal sealed class LateCosts(IResourceStore? store, KeyRing keys, SpendRecorder spend, TimeProvider time)
{
    /// <summary>Results of the largest batches are read within it; a process that dies over them delays their cost by no more.</summary>
    private static readonly TimeSpan ClaimLength = TimeSpan.FromMinutes(2);

    /// <summary>Who made something; a key that is gone still counts for its user and team.</summary>
    private async ValueTask<Caller> MakerAsync(CallContext call, ResourceOwner owner)
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

    /// <summary>
    /// Records a cost once, whatever process looks and whichever of them dies over it: who is at it holds a claim for a while, and of several
    /// records with the claim's name the database takes one.
    /// </summary>
    /// <param name="call">The call that found it.</param>
    /// <param name="claim">Name of what is recorded.</param>
    /// <param name="owner">Who pays.</param>
    /// <param name="find">Finds the cost; null when there is none.</param>
    /// <returns>True when it is on record or on its way there; false when somebody else is at it.</returns>
    /// <exception cref="ApiException">It could not be found; the next one who looks tries again.</exception>
    public async Task<bool> RecordOnceAsync(CallContext call, string claim, ResourceOwner owner, Func<Task<LateCost?>> find)
    {
        if (await store!.IsRecordedAsync(claim, call.Aborted))
        {
            return true;
        }

        if (!await store.TryClaimAsync(claim, ClaimLength, call.Aborted))
        {
            return false;
        }

        var isDone = false;
        try
        {
            if (await find() is not { } cost || !Record(call, await MakerAsync(call, owner), cost, claim))
            {
                await store.ConfirmAsync(claim, CancellationToken.None);
            }

            return isDone = true;
        }
        finally
        {
            if (!isDone)
            {
                await store.ReleaseAsync(claim, CancellationToken.None);
            }
        }
    }

    private bool Record(CallContext call, Caller maker, LateCost cost, string claim)
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
            return spend.RecordPriced(made, scratch, cost.Deployment, cost.Id, cost.Cost, claim);
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
