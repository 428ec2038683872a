using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>Keys as text: how they are made, hashed and shown (admin-api.md 4.1).</summary>
public static class KeyText
{
    private const string Prefix = "sk-";

    private const int HashLength = 64;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>A new key of this many random bytes.</summary>
    public static string Make(int bytes) => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));

    /// <summary>True for clear text, false for what can only be a hash.</summary>
    public static bool IsClear(string keyOrHash) => keyOrHash.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>True for lower-case hex of SHA-256.</summary>
    public static bool IsHash(string text) => text.Length == HashLength && text.AsSpan().IndexOfAnyExcept(HexDigits) < 0;

    /// <summary>The stored form: the hash of clear text; anything else is taken for a hash already.</summary>
    public static string HashOf(string keyOrHash) => IsClear(keyOrHash)
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(keyOrHash)))
        : keyOrHash;

    /// <summary>The masked form that lists show, <c>sk-...abcd</c>. Of very short keys nothing is shown.</summary>
    public static string NameOf(string key) => $"{Prefix}...{(key.Length > 8 ? key[^4..] : "****")}";

    /// <summary>A key value of the caller's choice.</summary>
    /// <exception cref="AdminException">400 when it does not start with <c>sk-</c>.</exception>
    public static string Chosen(string key)
    {
        if (IsClear(key) && key.Length > Prefix.Length)
        {
            return key;
        }

        var shown = key.Length < 9 ? "****" : $"{key[..4]}****{key[^4..]}";
        throw AdminException.Proxy(
            400, $"Invalid key format. LiteLLM Virtual Key must start with 'sk-'. Received: {shown}", "bad_request_error", "key");
    }
}
