using Tollgate.Data.Secrets;
using Tollgate.Data.Startup;
using Tollgate.Engine.Configuration;
using Tollgate.Hosting;
using Tollgate.Management.Credentials;

namespace Tollgate.Commands.Database;

/// <summary>Rewrites the secrets of a store in another format, with the same key.</summary>
internal static class Reencryption
{
    /// <summary>Rewrites all of them, or none.</summary>
    /// <returns>How many values.</returns>
    /// <exception cref="Management.Kernel.AdminException">One cannot be opened.</exception>
    public static async Task<int> RunAsync(StorageSettings storage, IStore store, string format, CancellationToken cancellationToken)
    {
        var box = new SecretBox(storage);
        if (!box.CanWrite)
        {
            throw new ControlFailure($"Secrets cannot be written: {SecretBox.NoKeyMessage}.");
        }

        var isOwner = StorageSetup.OwnershipOf(store);
        var from = new StoredSecrets(box, store, storage.WriteEncryption, isOwner);
        var to = new StoredSecrets(box, store, format, isOwner);
        await to.PrepareAsync(cancellationToken);
        return await store.WriteAsync(rows => new SecretRotation(from).RewriteAsync(rows, to), cancellationToken);
    }
}
