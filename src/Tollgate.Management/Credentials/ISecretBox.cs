namespace Tollgate.Management.Credentials;

/// <summary>Encrypts what is kept in the database (config.md 12), each text on its own.</summary>
public interface ISecretBox
{
    /// <summary>Must have run before the first <see cref="Protect"/>: finds out what the database holds. Does nothing the second time.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>A text as it is stored.</summary>
    /// <exception cref="Kernel.AdminException">There is no key to encrypt with; the message says which to set.</exception>
    string Protect(string clear);

    /// <summary>A box for another key, in the same format.</summary>
    ISecretBox WithKey(string signingKey);

    /// <summary>
    /// Everything is being encrypted with this key: reads with it too, and writes with it once a value was met that only it opens.
    /// </summary>
    void Expect(string signingKey);

    /// <summary>A stored text in clear.</summary>
    OpenedText Unprotect(string stored);
}

/// <summary>What a stored text came to.</summary>
/// <param name="Text">The clear text, or the stored one when it never was encrypted; null when it is encrypted with another key.</param>
public readonly record struct OpenedText(string? Text)
{
    /// <summary>Encrypted, but not with a key that is known here.</summary>
    public bool IsBroken => Text is null;
}
