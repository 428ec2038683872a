using Tollgate.Data.Rows;
using Tollgate.Data.Secrets;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Credentials;

/// <summary>Encrypts with the configured key, in the format that the database holds already (config.md 12.4).</summary>
/// <param name="box">The key.</param>
/// <param name="database">Asked once which format it holds.</param>
/// <param name="setting"><c>StorageSettings.WriteEncryption</c>.</param>
/// <param name="isOwnDatabase">True for a database that Tollgate made.</param>
public sealed class StoredSecrets(SecretBox box, IDatabase database, string setting, Func<bool> isOwnDatabase) : ISecretBox
{
    private SecretFormat? _format;

    /// <summary>Decides the format before the first write.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken) =>
        _format ??= await database.ReadAsync(rows => SecretFormats.ChooseAsync(setting, box, rows, isOwnDatabase()), cancellationToken);

    /// <inheritdoc/>
    public string Protect(string clear) => box.CanWrite
        ? box.Encrypt(clear, _format ?? (isOwnDatabase() ? SecretFormat.AesGcm : SecretFormat.Legacy))
        : throw AdminException.Of(ErrorGroup.Internal, 500, SecretBox.NoKeyMessage);

    /// <inheritdoc/>
    public OpenedText Unprotect(string stored) =>
        box.Decrypt(stored, out var clear) is SecretState.Undecryptable ? new OpenedText(null) : new OpenedText(clear);
}
