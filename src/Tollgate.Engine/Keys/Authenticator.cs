using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;

namespace Tollgate.Engine.Keys;

/// <summary>Step 1 of a request: who is calling. Stateless; compares in constant time.</summary>
public static class Authenticator
{
    /// <summary>Bytes of a SHA-256.</summary>
    private const int HashLength = SHA256.HashSizeInBytes;

    /// <summary>Keys longer than this are hashed on the heap; none that the gateway makes is.</summary>
    private const int MaxStackKey = 256;

    /// <summary>Hash of a key as it is kept and compared.</summary>
    public static byte[] HashKey(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>True when a request carries anything that is meant as a key.</summary>
    public static bool HasCredential(HttpRequest request, GatewaySnapshot snapshot)
        => KeyHeaders.Find(request.Headers, snapshot.Config.General.KeyHeaderName, out _) is { Length: > 0 };

    /// <summary>Identifies the caller or says why it cannot.</summary>
    /// <exception cref="ApiException">401 with the messages of llm-api.md 4.2.</exception>
    public static Caller Identify(HttpRequest request, GatewaySnapshot snapshot)
    {
        var masterHash = snapshot.MasterKeyHash;
        var key = KeyHeaders.Find(request.Headers, snapshot.Config.General.KeyHeaderName, out var header);
        if (masterHash is null)
        {
            return header is null ? Caller.Anonymous : new Caller(CallerRole.Anonymous, header);
        }

        if (key is null)
        {
            throw ApiException.Unauthorized("Authentication Error, No api key passed in.");
        }

        if (key.Length == 0)
        {
            throw ApiException.Unauthorized("Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.");
        }

        Span<byte> hash = stackalloc byte[HashLength];
        Hash(key, hash);
        if (CryptographicOperations.FixedTimeEquals(hash, masterHash))
        {
            return snapshot.AdminFor(header!);
        }

        throw Unknown(key, hash);
    }

    private static void Hash(string key, Span<byte> hash)
    {
        Span<byte> utf8 = key.Length * 3 <= MaxStackKey ? stackalloc byte[MaxStackKey] : new byte[key.Length * 3];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(key, utf8)], hash);
    }

    private static ApiException Unknown(string key, ReadOnlySpan<byte> hash)
    {
        if (!key.StartsWith("sk-", StringComparison.Ordinal))
        {
            var shown = key.Length <= 8 ? "****" : $"{key[..4]}****{key[^4..]}";
            return ApiException.Unauthorized($"LiteLLM Virtual Key expected. Received={shown}, expected to start with 'sk-'.");
        }

        var tail = key.Length > 8 ? key[^4..] : "****";
        return ApiException.Unauthorized(
            $"Authentication Error, Invalid proxy server token passed. Received API Key = sk-...{tail}, "
            + $"Key Hash (Token) ={Convert.ToHexStringLower(hash)}. Unable to find token in cache or `LiteLLM_VerificationTokenTable`",
            "token_not_found_in_db",
            "key");
    }
}
