using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Data.Secrets;

/// <summary>One signing key and the two keys that the formats derive from it (config.md 12.3).</summary>
internal sealed class SecretKey
{
    private readonly byte[] _hashed;
    private readonly byte[] _derived;

    public SecretKey(string signingKey)
    {
        var text = Encoding.UTF8.GetBytes(signingKey);
        _hashed = SHA256.HashData(text);
        _derived = HKDF.DeriveKey(HashAlgorithmName.SHA256, text, 32, salt: [], info: "litellm-at-rest-v3"u8.ToArray());
    }

    /// <summary>Key of the legacy and v2 formats.</summary>
    public ReadOnlySpan<byte> Hashed => _hashed;

    /// <summary>Key of the v3 format.</summary>
    public ReadOnlySpan<byte> Derived => _derived;
}
