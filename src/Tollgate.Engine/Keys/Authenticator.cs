using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;

namespace Tollgate.Engine.Keys;

/// <summary>Step 1 of a request: who is calling. The master key is compared in constant time; virtual keys come from the ring.</summary>
public sealed class Authenticator(KeyRing ring, TimeProvider time)
{
    /// <summary>No key that anyone makes is longer; such a value is not compared at all.</summary>
    public const int LongestKey = 512;

    private const int UsualBytes = 256;

    /// <summary>True when a request carries anything that is meant as a key.</summary>
    public static bool HasCredential(HttpRequest request, GatewaySnapshot snapshot)
        => KeyHeaders.Find(request, snapshot.Config.General.KeyHeaderName, out _) is { Length: > 0 };

    /// <summary>Identifies the caller or says why it cannot. Synchronous for the master key and for warm keys.</summary>
    /// <exception cref="ApiException">401, 400 or 503 with the messages of llm-api.md 4.2.</exception>
    public ValueTask<Caller> IdentifyAsync(HttpRequest request, GatewaySnapshot snapshot, CancellationToken cancellationToken)
    {
        var key = KeyHeaders.Find(request, snapshot.Config.General.KeyHeaderName, out var header);
        return IdentifyAsync(key, header, snapshot, cancellationToken);
    }

    /// <summary>The same for a key that was found elsewhere than in the usual headers.</summary>
    /// <param name="key">The key; empty for one in a form that is not accepted, null for none.</param>
    /// <param name="header">Where it was found; null for nowhere.</param>
    /// <param name="snapshot">The configuration.</param>
    /// <param name="cancellationToken">Ends waiting for the store.</param>
    public ValueTask<Caller> IdentifyAsync(string? key, string? header, GatewaySnapshot snapshot, CancellationToken cancellationToken)
    {
        var master = snapshot.MasterKey;
        if (master is null)
        {
            // COMPAT: without a master key any key or none will do; one that is a virtual key still counts as itself.
            return header is null || key is not { Length: > 3 and <= LongestKey } || !ring.HasStore || !key.StartsWith("sk-", StringComparison.Ordinal)
                ? new ValueTask<Caller>(header is null ? Caller.Anonymous : new Caller(CallerRole.Anonymous, header))
                : FromRingAsync(key, header, snapshot, isOpen: true, cancellationToken);
        }

        if (key is null)
        {
            throw ApiException.Unauthorized("Authentication Error, No api key passed in.");
        }

        if (key.Length == 0)
        {
            throw ApiException.Unauthorized("Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.");
        }

        if (IsMasterKey(key, master))
        {
            return new ValueTask<Caller>(snapshot.AdminFor(header!));
        }

        if (!key.StartsWith("sk-", StringComparison.Ordinal))
        {
            var shown = key.Length <= 8 ? "****" : $"{key[..4]}****{key[^4..]}";
            throw ApiException.Unauthorized($"LiteLLM Virtual Key expected. Received={shown}, expected to start with 'sk-'.");
        }

        return key.Length > LongestKey ? throw Unknown(key) : FromRingAsync(key, header!, snapshot, isOpen: false, cancellationToken);
    }

    /// <summary>Identifies whoever a token was made for, as if the key itself had come: it must still be good.</summary>
    /// <param name="hash">Hash of the key; empty for nobody.</param>
    /// <param name="header">Where the token was found.</param>
    /// <param name="snapshot">The configuration.</param>
    /// <param name="cancellationToken">Ends waiting for the store.</param>
    /// <exception cref="ApiException">401 or 503.</exception>
    internal ValueTask<Caller> IdentifyHashAsync(string hash, string header, GatewaySnapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.MasterKey is not null && string.Equals(hash, snapshot.MasterKeyHash, StringComparison.Ordinal))
        {
            return new ValueTask<Caller>(snapshot.AdminFor(header));
        }

        if (KeyHash.FromHex(hash) is { } key && ring.HasStore)
        {
            return WaitAsync(ring.FindAsync(key, cancellationToken), hash, header, snapshot, isOpen: false);
        }

        return snapshot.MasterKey is null
            ? new ValueTask<Caller>(new Caller(CallerRole.Anonymous, header))
            : throw ApiException.Unauthorized("Authentication Error, the key that asked for this token is not known.");
    }

    private ValueTask<Caller> FromRingAsync(string key, string header, GatewaySnapshot snapshot, bool isOpen, CancellationToken cancellationToken)
    {
        if (!ring.HasStore)
        {
            throw new ApiException(
                400, "No connected db. Set DATABASE_URL, or switch the embedded database on, to use virtual keys.", "no_db_connection");
        }

        var hash = KeyHash.Of(key);
        return ring.TryGet(hash, out var entry)
            ? new ValueTask<Caller>(Admit(entry, key, header, isOpen))
            : WaitAsync(ring.FindAsync(hash, cancellationToken), key, header, snapshot, isOpen);
    }

    private async ValueTask<Caller> WaitAsync(ValueTask<KeyEntry?> found, string key, string header, GatewaySnapshot snapshot, bool isOpen)
    {
        try
        {
            return Admit(await found, key, header, isOpen);
        }
        catch (IdentityStoreUnavailableException)
        {
            if (snapshot.Config.Storage.AllowWhenUnavailable)
            {
                return new Caller(CallerRole.Anonymous, header) { IsStandIn = true };
            }

            throw new ApiException(
                503,
                "Service Unavailable, the authentication database is temporarily unreachable. Please retry shortly.",
                "no_db_connection",
                "None")
            { RetryAfterSeconds = 1 };
        }
    }

    private Caller Admit(KeyEntry? entry, string key, string header, bool isOpen)
    {
        // A warm entry must not outlive the grace period of the value that it was found by.
        if (entry is null || entry.Identity.ReplacedUntil <= time.GetUtcNow())
        {
            return isOpen ? new Caller(CallerRole.Anonymous, header) : throw Unknown(key);
        }

        var identity = entry.Identity;
        if (identity.Blocked)
        {
            throw ApiException.Unauthorized("Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.");
        }

        if (identity.User is { IsActive: false })
        {
            throw ApiException.Unauthorized("Authentication Error, The user of this key has been deactivated.");
        }

        if (identity.Expires is { } expires && expires <= time.GetUtcNow())
        {
            throw Expired(identity, expires);
        }

        return entry.CallerFor(header);
    }

    private ApiException Expired(KeyIdentity identity, DateTimeOffset expires) => ApiException.Unauthorized(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Authentication Error - Expired Key. Key Expiry time {expires:yyyy-MM-dd HH:mm:ss+00:00} and current time {time.GetUtcNow():yyyy-MM-dd HH:mm:ss.ffffff+00:00}"),
        "expired_key",
        identity.Name ?? "None");

    /// <summary>Compares in constant time; only the length of the master key shows.</summary>
    private static bool IsMasterKey(string key, byte[] master)
    {
        if (key.Length > LongestKey)
        {
            return false;
        }

        Span<byte> utf8 = key.Length * 3 <= UsualBytes ? stackalloc byte[UsualBytes] : stackalloc byte[LongestKey * 3];
        return CryptographicOperations.FixedTimeEquals(utf8[..Encoding.UTF8.GetBytes(key, utf8)], master);
    }

    private static ApiException Unknown(string key)
    {
        var tail = key.Length > 8 ? key[^4..] : "****";
        return ApiException.Unauthorized(
            $"Authentication Error, Invalid proxy server token passed. Received API Key = sk-...{tail}, "
            + $"Key Hash (Token) ={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}. Unable to find token in cache or `LiteLLM_VerificationTokenTable`",
            "token_not_found_in_db",
            "key");
    }
}
