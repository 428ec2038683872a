using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Engine.Errors;

namespace Tollgate.Engine.PassThrough.Realtime;

/// <summary>
/// Short-lived credentials for browsers (llm-api.md section 14): the provider's own, together with whose key asked for it and for which model,
/// encrypted so that it is worth something at this gateway alone.
/// </summary>
internal static class RealtimeTokens
{
    private const string Prefix = "ek_tg_";
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int Longest = 16 * 1024;

    /// <summary>Seals a token.</summary>
    /// <exception cref="ApiException">400 when the gateway has no secret to seal with.</exception>
    public static string Seal(RealtimeToken token, GatewaySnapshot snapshot)
    {
        var key = KeyOf(snapshot)
            ?? throw ApiException.BadRequest("Realtime tokens need a master key or LITELLM_SALT_KEY, with which they are encrypted.");
        var text = Encoding.UTF8.GetBytes(string.Join(
            '\n', token.Expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), token.KeyHash, token.DeploymentId, token.Upstream,
            token.Model));
        var box = new byte[NonceLength + text.Length + TagLength];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceLength));
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(box.AsSpan(0, NonceLength), text, box.AsSpan(NonceLength, text.Length), box.AsSpan(NonceLength + text.Length));
        return Prefix + Base64Url.EncodeToString(box);
    }

    /// <summary>Opens a token; null for what is none.</summary>
    /// <exception cref="ApiException">401 for one that is not from here or whose time is over.</exception>
    public static RealtimeToken? Open(string? value, GatewaySnapshot snapshot, TimeProvider time)
    {
        if (value is null || !value.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        if (value.Length > Longest || !Base64Url.IsValid(value.AsSpan(Prefix.Length)) || KeyOf(snapshot) is not { } key
            || Decrypt(Base64Url.DecodeFromChars(value.AsSpan(Prefix.Length)), key) is not { } text)
        {
            throw ApiException.Unauthorized("Authentication Error, this realtime token was not made here, or the key that it was encrypted with has changed.");
        }

        var parts = text.Split('\n', 5);
        var token = new RealtimeToken(
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[0], CultureInfo.InvariantCulture)), parts[1], parts[2], parts[3], parts[4]);
        return token.Expires > time.GetUtcNow()
            ? token : throw ApiException.Unauthorized("Authentication Error - the realtime token has expired.", "expired_key");
    }

    private static string? Decrypt(byte[] box, byte[] key)
    {
        if (box.Length <= NonceLength + TagLength)
        {
            return null;
        }

        var text = new byte[box.Length - NonceLength - TagLength];
        using var cipher = new AesGcm(key, TagLength);
        try
        {
            cipher.Decrypt(box.AsSpan(0, NonceLength), box.AsSpan(NonceLength, text.Length), box.AsSpan(NonceLength + text.Length), text);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return Encoding.UTF8.GetString(text);
    }

    /// <summary>The same for all replicas that share a configuration.</summary>
    private static byte[]? KeyOf(GatewaySnapshot snapshot)
        => (snapshot.Config.Storage.SaltKey ?? snapshot.Config.General.MasterKey) is { Length: > 0 } secret
            ? SHA256.HashData(Encoding.UTF8.GetBytes("realtime tokens:" + secret)) : null;
}

/// <summary>What a realtime token says.</summary>
/// <param name="Expires">When it ends.</param>
/// <param name="KeyHash">Hash of the key that asked for it.</param>
/// <param name="DeploymentId">Deployment that gave it.</param>
/// <param name="Upstream">The provider's own token.</param>
/// <param name="Model">Model group that it is for.</param>
internal sealed record RealtimeToken(DateTimeOffset Expires, string KeyHash, string DeploymentId, string Upstream, string Model);
