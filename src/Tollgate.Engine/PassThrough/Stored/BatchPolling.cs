using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>Asks for batches that nobody asks for: what they cost is recorded when their end is first seen (llm-api.md 13.3).</summary>
public sealed partial class BatchPolling
{
    private readonly IResourceStore? _store;
    private readonly StoredResources _resources;
    private readonly ResourceCaller _caller;
    private readonly NativeFiles _natives;
    private readonly SnapshotHolder _snapshots;
    private readonly TimeProvider _time;
    private readonly ILogger<BatchPolling> _logger;

    internal BatchPolling(
        IResourceStore? store, StoredResources resources, ResourceCaller caller, NativeFiles natives, SnapshotHolder snapshots, TimeProvider time,
        ILogger<BatchPolling> logger)
    {
        _store = store;
        _resources = resources;
        _caller = caller;
        _natives = natives;
        _snapshots = snapshots;
        _time = time;
        _logger = logger;
    }

    /// <summary>Asks for some of the open batches, those first that were asked for longest ago.</summary>
    /// <param name="mayGoOn">Asked before each; false ends the round.</param>
    /// <param name="cancellationToken">The process stops.</param>
    /// <returns>How many were asked for.</returns>
    public async Task<int> RunAsync(Func<Task<bool>> mayGoOn, CancellationToken cancellationToken)
    {
        var settings = _snapshots.Current.Config.Management;
        if (_store is null || !settings.PollsBatches || !await mayGoOn())
        {
            return 0;
        }

        var asked = 0;
        foreach (var batch in await _store.TakeOpenAsync(settings.BatchesPerPoll, _time.GetUtcNow() - settings.BatchStaleness, cancellationToken))
        {
            if (!await mayGoOn())
            {
                break;
            }

            asked++;
            await LookAsync(batch, cancellationToken);
        }

        return asked;
    }

    private async Task LookAsync(OpenBatch batch, CancellationToken cancellationToken)
    {
        var scratch = CallScratch.Rent();
        try
        {
            var call = NewCall(scratch, cancellationToken);
            var config = call.Snapshot.Config;
            var holder = batch.DeploymentId is { } id
                ? config.Deployments.FirstOrDefault(deployment => string.Equals(deployment.Id, id, StringComparison.Ordinal))
                : ResourceCaller.SettingsOf(config, "/batches", batch.Provider);
            if (holder is null && batch.DeploymentId is not null)
            {
                Log.NoDeployment(_logger, batch.Id, batch.DeploymentId);
                return;
            }

            var relay = new RelayCall(call, scratch) { Target = _caller.Open(call, batch.Provider, holder, "/batches/" + Uri.EscapeDataString(batch.Id)) };
            relay.Deployment = relay.Describe(holder?.ModelGroup);
            var json = relay.Target.Native is null ? await _caller.ReadAsync(call, relay.Deployment, relay.Target)
                : await _natives.BatchAsync(new NativeCall(call, relay.Deployment, relay.Target, holder, batch.DeploymentId is null ? null : holder?.ModelGroup), batch.Id);
            var managed = batch.ManagedId is { } own && holder is not null && await _store!.FindBatchAsync(own, cancellationToken) is { } row
                ? new ResolvedId(row, batch.Id, holder, IsBatch: true) : null;
            await _resources.TakeAsync(relay, new ResourceAnswer("/batches", IsCreation: false, Model: null, holder, managed), json);
        }
        catch (ApiException gone) when (gone.Status == StatusCodes.Status404NotFound)
        {
            await _store!.CloseAsync(batch.Name, cancellationToken);
            Log.Gone(_logger, batch.Id);
        }
        catch (ApiException failed)
        {
            Log.NotAsked(_logger, batch.Id, failed.Message);
        }
        finally
        {
            scratch.Return();
        }
    }

    /// <summary>A call of nobody: the gateway's own.</summary>
    private CallContext NewCall(CallScratch scratch, CancellationToken cancellationToken)
    {
        var snapshot = _snapshots.Current;
        var id = LlmPipeline.NewCallId();
        return new CallContext(new DefaultHttpContext { RequestAborted = cancellationToken }, snapshot, Surface.Relay, _time.GetTimestamp())
        {
            Members = scratch.RequestMembers,
            RouteName = "/batches",
            CallTypeName = "aretrieve_batch",
            Uid = id,
            CallId = id,
            Caller = snapshot.AdminFor("authorization"),
            Envelope = RequestEnvelope.Relayed("unknown", stream: false),
        };
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.PassThrough + 41, LogLevel.Warning, "Batch {BatchId} could not be asked for; the next round tries again: {Reason}")]
        public static partial void NotAsked(ILogger logger, string batchId, string reason);

        [LoggerMessage(EventIds.PassThrough + 42, LogLevel.Warning, "Batch {BatchId} is not known to its provider any more; what it cost cannot be recorded")]
        public static partial void Gone(ILogger logger, string batchId);

        [LoggerMessage(EventIds.PassThrough + 43, LogLevel.Warning, "Batch {BatchId} cannot be asked for: the deployment {DeploymentId} that runs it is gone")]
        public static partial void NoDeployment(ILogger logger, string batchId, string deploymentId);
    }
}
