using Tollgate.Engine.Keys;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>
/// What the gateway itself knows of files and batches that providers keep: whose they are, and where those are that have ids of the gateway's
/// own. Implemented over the database; all members throw <see cref="Errors.ApiException"/> with status 503 while it is away.
/// </summary>
public interface IResourceStore
{
    /// <summary>Owners by name; names that nobody has kept are absent.</summary>
    Task<IReadOnlyDictionary<string, ResourceOwner>> FindOwnersAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken);

    /// <summary>Keeps an owner under a name; the one kept before is replaced.</summary>
    Task KeepOwnerAsync(string name, ResourceOwner owner, CancellationToken cancellationToken);

    /// <summary>
    /// Takes the work of recording something that is recorded once only, for a while: a process that dies over it leaves it to others. It is on
    /// record when the journal's record of that name (<see cref="Spend.SpendEvent.Once"/>) has reached the database.
    /// </summary>
    /// <returns>False when it is on record, or somebody is at it.</returns>
    Task<bool> TryClaimAsync(string name, TimeSpan length, CancellationToken cancellationToken);

    /// <summary>Gives the work back undone.</summary>
    Task ReleaseAsync(string name, CancellationToken cancellationToken);

    /// <summary>Notes that there is nothing to be recorded, or nobody who records.</summary>
    Task ConfirmAsync(string name, CancellationToken cancellationToken);

    /// <summary>True once it is on record.</summary>
    Task<bool> IsRecordedAsync(string name, CancellationToken cancellationToken);

    /// <summary>A file by the gateway's own id; null when there is none.</summary>
    Task<ManagedResource?> FindFileAsync(string id, CancellationToken cancellationToken);

    /// <summary>A batch by the gateway's own id; null when there is none.</summary>
    Task<ManagedResource?> FindBatchAsync(string id, CancellationToken cancellationToken);

    /// <summary>Keeps a file; one that is there already stays.</summary>
    Task AddFileAsync(ManagedResource file, CancellationToken cancellationToken);

    /// <summary>Forgets a file.</summary>
    Task DeleteFileAsync(string id, CancellationToken cancellationToken);

    /// <summary>Keeps a batch, or what has become of it.</summary>
    /// <param name="batch">The batch; it has one copy.</param>
    /// <param name="status">Its state in the provider's word; null when unknown.</param>
    /// <param name="cancellationToken">The client has left.</param>
    Task SaveBatchAsync(ManagedResource batch, string? status, CancellationToken cancellationToken);

    /// <summary>Keeps a batch in mind until it is closed, so that somebody looks when nobody asks.</summary>
    Task KeepOpenAsync(OpenBatch batch, CancellationToken cancellationToken);

    /// <summary>Forgets an open batch.</summary>
    Task CloseAsync(string name, CancellationToken cancellationToken);

    /// <summary>Batches that may still cost something, those first that were looked at longest ago; notes that they are looked at now.</summary>
    /// <param name="most">No more than these.</param>
    /// <param name="since">Older ones are given up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<OpenBatch>> TakeOpenAsync(int most, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Keeps a piece of a file under a name.</summary>
    Task KeepPieceAsync(string name, ReadOnlyMemory<byte> piece, CancellationToken cancellationToken);

    /// <summary>A piece by its name; null when there is none.</summary>
    Task<ReadOnlyMemory<byte>?> FindPieceAsync(string name, CancellationToken cancellationToken);

    /// <summary>Forgets a piece.</summary>
    /// <returns>False when there was none.</returns>
    Task<bool> DropPieceAsync(string name, CancellationToken cancellationToken);

    /// <summary>Notes on a batch's row that its cost is on record.</summary>
    Task MarkAccountedAsync(string id, CancellationToken cancellationToken);

    /// <summary>Files or batches that an owner may see, newest first.</summary>
    /// <param name="batches">Batches; else files.</param>
    /// <param name="caller">Whose; null for everybody's.</param>
    /// <param name="cancellationToken">The client has left.</param>
    Task<IReadOnlyList<ManagedResource>> ListAsync(bool batches, ResourceOwner? caller, CancellationToken cancellationToken);
}

/// <summary>A file or batch with an id of the gateway's own.</summary>
/// <param name="Id">That id.</param>
/// <param name="Object">The object as clients see it, as UTF-8 JSON; empty when it is not known yet.</param>
/// <param name="Copies">Ids at the providers, by id of the deployment.</param>
/// <param name="Owner">Whose it is.</param>
public sealed record ManagedResource(string Id, ReadOnlyMemory<byte> Object, IReadOnlyDictionary<string, string> Copies, ResourceOwner Owner);

/// <summary>A batch whose cost is not on record yet.</summary>
/// <param name="Name">Provider and id: <see cref="StoredResources.NameOf"/>.</param>
/// <param name="Provider">Provider slug; empty where the deployment tells.</param>
/// <param name="Id">The provider's id.</param>
/// <param name="DeploymentId">Deployment that runs it; null for settings or environment.</param>
/// <param name="ManagedId">The gateway's own id; null for none.</param>
/// <param name="Owner">Who made it.</param>
public sealed record OpenBatch(string Name, string Provider, string Id, string? DeploymentId, string? ManagedId, ResourceOwner Owner);

/// <summary>Whose a file or batch is: of whoever has one of these (llm-api.md 13.1).</summary>
/// <param name="KeyHash">Hash of the key that made it; null when it was made by another gateway on the same database.</param>
/// <param name="UserId">Owner of that key; null for none.</param>
/// <param name="TeamId">Team of that key; null for none.</param>
public sealed record ResourceOwner(string? KeyHash, string? UserId, string? TeamId)
{
    /// <summary>The one who calls.</summary>
    public static ResourceOwner Of(Caller caller, GatewaySnapshot snapshot) => caller.Key is { Identity: var key }
        ? new ResourceOwner(key.Hash, key.UserId, key.TeamId)
        : new ResourceOwner(caller.IsAdmin ? snapshot.MasterKeyHash : null, caller.IsAdmin ? GatewaySnapshot.MasterUserId : null, TeamId: null);

    /// <summary>True when a caller may use what belongs to this owner.</summary>
    public bool Admits(Caller caller)
    {
        if (caller.IsAdmin || caller is { Role: CallerRole.Anonymous, Key: null, IsStandIn: false })
        {
            // Nobody is anybody only where the gateway has no master key: there everything is everybody's.
            return true;
        }

        return caller.Key is { Identity: var key } && (Same(KeyHash, key.Hash) || Same(TeamId, key.TeamId)

            // The user of all keys that were made without one is no person.
            || (Same(UserId, key.UserId) && UserId is not GatewaySnapshot.MasterUserId));
    }

    private static bool Same(string? a, string? b) => a is not null && string.Equals(a, b, StringComparison.Ordinal);
}
