using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Engine.Keys;

/// <summary>The text of virtual keys: how it is made, stored and shown (admin-api.md 4.1, database.md 5.1).</summary>
public static class KeyText
{
    /// <summary>What every key starts with.</summary>
    public const string Prefix = "sk-";

    /// <summary>Random bytes of a key unless <c>LENGTH_OF_LITELLM_GENERATED_KEY</c> says otherwise: LiteLLM's default.</summary>
    public const int DefaultBytes = 16;

    /// <summary>Makes a key: <c>sk-</c> and random bytes as base64url without padding (22 characters for 16 bytes).</summary>
    public static string Generate(int bytes = DefaultBytes)
        => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));

    /// <summary>The form that is stored: lower-case hex SHA-256 of the whole text.</summary>
    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>What management routes take for a key: the key itself, or its hash as it stands.</summary>
    public static string ToHash(string keyOrHash) => keyOrHash.StartsWith(Prefix, StringComparison.Ordinal) ? Hash(keyOrHash) : keyOrHash;

    /// <summary>The form that is shown: <c>sk-...</c> and the last four characters.</summary>
    public static string Mask(string key) => $"{Prefix}...{(key.Length <= 4 ? key : key[^4..])}";

    /// <summary>A rejected key as an error may repeat it: four characters of each end, nothing of a short one.</summary>
    public static string Redact(string key) => key.Length < 9 ? "****" : $"{key[..4]}****{key[^4..]}";
}
