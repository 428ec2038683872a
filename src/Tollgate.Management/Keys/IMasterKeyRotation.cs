using Tollgate.Data.Rows;

namespace Tollgate.Management.Keys;

/// <summary>Takes part in a change of the master key: a resource with secrets in the database encrypts them anew.</summary>
public interface IMasterKeyRotation
{
    /// <summary>Encrypts the resource's secrets with the new key.</summary>
    /// <param name="rows">The transaction: all resources change or none.</param>
    /// <param name="newMasterKey">The key that signs from the next start on.</param>
    /// <param name="cancellationToken">The client has left.</param>
    Task ReencryptAsync(IRowWriter rows, string newMasterKey, CancellationToken cancellationToken);
}
