namespace Tollgate.Data.Secrets;

/// <summary>How a secret is written at rest (config.md 12.3).</summary>
public enum SecretFormat
{
    /// <summary>XSalsa20-Poly1305 without a prefix: the only one that LiteLLM 1.81 reads.</summary>
    Legacy,

    /// <summary>AES-256-GCM under a derived key, <c>v3:gcm:</c>.</summary>
    AesGcm,
}

/// <summary>What reading a stored value came to.</summary>
public enum SecretState
{
    /// <summary>It was encrypted with a key that we have.</summary>
    Decrypted,

    /// <summary>It is not encrypted: a row written by hand.</summary>
    Plain,

    /// <summary>It is encrypted with a key that we do not have: unusable, and never to be sent anywhere.</summary>
    Undecryptable,
}
