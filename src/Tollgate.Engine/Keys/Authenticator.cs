using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;

namespace Tollgate.Engine.Keys;

/// <summary>Step 1 of a request: who is calling. Stateless; compares in constant time.</summary>
public static class Authenticator
{
    /// <summary>No key that anyone makes is longer; such a value is not compared at all.</summary>
    public const int LongestKey = 512;

    /// <summary>True when a request carries anything that is meant as a key.</summary>
    public static bool HasCredential(HttpRequest request, GatewaySnapshot snapshot)
        => KeyHeaders.Find(request.Headers, snapshot.Config.General.KeyHeaderName, out _) is { Length: > 0 };

    /// <summary>Identifies the caller or says why it cannot.</summary>
    /// <exception cref="ApiException">401 with the messages of llm-api.md 4.2.</exception>
    public static Caller Identify(HttpRequest request, GatewaySnapshot snapshot)
    {
        var master = snapshot.MasterKey;
        var key = KeyHeaders.Find(request.Headers, snapshot.Config.General.KeyHeaderName, out var header);
        if (master is null)
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

        return IsMasterKey(key, master) ? snapshot.AdminFor(header!) : throw Unknown(key);
    }

    /// <summary>Compares in constant time; only the length of the master key shows.</summary>
    private static bool IsMasterKey(string key, byte[] master)
    {
        if (key.Length > LongestKey)
        {
            return false;
        }

        Span<byte> utf8 = stackalloc byte[LongestKey * 3];
        return CryptographicOperations.FixedTimeEquals(utf8[..Encoding.UTF8.GetBytes(key, utf8)], master);
    }

    private static ApiException Unknown(string key)
    {
        if (!key.StartsWith("sk-", StringComparison.Ordinal))
        {
            var shown = key.Length <= 8 ? "****" : $"{key[..4]}****{key[^4..]}";
            return ApiException.Unauthorized($"LiteLLM Virtual Key expected. Received={shown}, expected to start with 'sk-'.");
        }

        var tail = key.Length > 8 ? key[^4..] : "****";
        return ApiException.Unauthorized(
            $"Authentication Error, Invalid proxy server token passed. Received API Key = sk-...{tail}, "
            + $"Key Hash (Token) ={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}. Unable to find token in cache or `LiteLLM_VerificationTokenTable`",
            "token_not_found_in_db",
            "key");
    }
}
