using Microsoft.Extensions.Logging;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Engine.Pipeline;

namespace Tollgate.Engine.Media.Videos;

/// <summary>Whose films are. Without a store, or for films that were made elsewhere, they are everybody's who may use the model.</summary>
internal sealed partial class VideoOwners(IResourceStore? store, ILogger<VideoOwners> logger)
{
    /// <summary>Keeps that a film is the caller's.</summary>
    public async ValueTask KeepAsync(CallContext call, string provider, string id)
    {
        if (store is null)
        {
            return;
        }

        try
        {
            await store.KeepOwnerAsync(StoredResources.NameOf(provider, id), ResourceOwner.Of(call.Caller, call.Snapshot), call.Aborted);
        }
        catch (ApiException away)
        {
            // The film is being made and has to be paid for: that nobody else may have it is not worth losing it.
            Log.OwnerNotKept(logger, call.CallId, away.Message);
        }
    }

    /// <summary>Lets a call pass whose film is the caller's own, everybody's, or nobody's that is known.</summary>
    /// <exception cref="ApiException">403 for what is somebody else's.</exception>
    public async ValueTask CheckAsync(CallContext call, string provider, string id)
    {
        if (store is null || call.Caller.IsAdmin)
        {
            return;
        }

        var name = StoredResources.NameOf(provider, id);
        if ((await store.FindOwnersAsync([name], call.Aborted)).TryGetValue(name, out var owner) && !owner.Admits(call.Caller) && !IsEverybodys(call, owner))
        {
            throw ApiException.Forbidden($"User {call.Caller.Key?.Identity.UserId ?? "None"} does not have access to the object: {id}");
        }
    }

    /// <summary>Which of these are to be shown to the caller: all of them to an administrator, else those known to be the caller's.</summary>
    public async ValueTask<IReadOnlySet<string>> VisibleAsync(CallContext call, string provider, IReadOnlyCollection<string> ids)
    {
        if (store is null || call.Caller.IsAdmin)
        {
            return ids.ToHashSet(StringComparer.Ordinal);
        }

        var owners = await store.FindOwnersAsync([.. ids.Select(id => StoredResources.NameOf(provider, id))], call.Aborted);
        return ids.Where(id => owners.TryGetValue(StoredResources.NameOf(provider, id), out var owner)
            && (owner.Admits(call.Caller) || IsEverybodys(call, owner))).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>What the operator has made with the master key, and handed out the id of, is everybody's.</summary>
    private static bool IsEverybodys(CallContext call, ResourceOwner owner) => string.Equals(owner.KeyHash, call.Snapshot.MasterKeyHash, StringComparison.Ordinal);

    private static partial class Log
    {
        [LoggerMessage(EventIds.PassThrough + 60, LogLevel.Warning, "Call {CallId}: whose the film is could not be kept: {Reason}")]
        public static partial void OwnerNotKept(ILogger logger, string callId, string reason);
    }
}
