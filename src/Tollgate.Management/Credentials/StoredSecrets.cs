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

    /// <summary>The key of a rotation: the next start brings it as the configured one.</summary>
    private volatile SecretBox? _expected;

    /// <summary>The rotation was committed: a stored value was met that only its key opens.</summary>
    private volatile bool _isInForce;

    /// <summary>Decides the format before the first write.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken) =>
        _format ??= await database.ReadAsync(rows => SecretFormats.ChooseAsync(setting, box, rows, isOwnDatabase()), cancellationToken);

    /// <inheritdoc/>
    public string Protect(string clear)
    {
        var current = _isInForce ? _expected! : box;
        return current.CanWrite
            ? current.Encrypt(clear, _format ?? (isOwnDatabase() ? SecretFormat.AesGcm : SecretFormat.Legacy))
            : throw AdminException.Of(ErrorGroup.Internal, 500, SecretBox.NoKeyMessage);
    }

    /// <inheritdoc/>
    public OpenedText Unprotect(string stored) => Open(box, stored) ?? OpenExpected(stored) ?? new OpenedText(null);

    /// <inheritdoc/>
    public ISecretBox WithKey(string signingKey) =>
        new StoredSecrets(new SecretBox(signingKey, []), database, setting, isOwnDatabase) { _format = _format };

    /// <inheritdoc/>
    public void Expect(string signingKey) => _expected = new SecretBox(signingKey, []);

    private OpenedText? OpenExpected(string stored)
    {
        var opened = Open(_expected, stored);
        _isInForce |= opened is not null;
        return opened;
    }

    private static OpenedText? Open(SecretBox? with, string stored) =>
        with is null || with.Decrypt(stored, out var clear) is SecretState.Undecryptable ? null : new OpenedText(clear);
}
