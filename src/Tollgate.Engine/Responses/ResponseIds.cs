using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Wire.Responses;

namespace Tollgate.Engine.Responses;

/// <summary>
/// Ids of answers as clients hold them: which deployment gave the answer and whose it is, sealed so that neither can be read or changed
/// (08-bridges.md section 2.5).
/// </summary>
internal static class ResponseIds
{
    private const string Prefix = "resp_";
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>Makes an id.</summary>
    public static string Seal(GatewaySnapshot snapshot, Caller caller, ResponseId id)
    {
        if (!snapshot.Config.General.SealsResponseIds || KeyOf(snapshot) is not { } key)
        {
            return id.Encode();
        }

        var text = Encoding.UTF8.GetBytes((id with { UserId = UserOf(caller, snapshot), TeamId = caller.Key?.Identity.TeamId }).Text);
        var box = new byte[NonceLength + text.Length + TagLength];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceLength));
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(box.AsSpan(0, NonceLength), text, box.AsSpan(NonceLength, text.Length), box.AsSpan(NonceLength + text.Length));
        return Prefix + Base64Url.EncodeToString(box);
    }

    /// <summary>Opens an id; null for one that no gateway made (an upstream's own).</summary>
    /// <exception cref="ApiException">403: it is somebody else's.</exception>
    public static ResponseId? Open(GatewaySnapshot snapshot, Caller caller, string id)
    {
        var opened = Unseal(snapshot, id);
        if (opened is not null && snapshot.Config.General.SealsResponseIds)
        {
            CheckOwner(snapshot, caller, opened);
        }

        return opened ?? ResponseId.TryDecode(id);
    }

    private static ResponseId? Unseal(GatewaySnapshot snapshot, string id)
    {
        if (!id.StartsWith(Prefix, StringComparison.Ordinal) || KeyOf(snapshot) is not { } key)
        {
            return null;
        }

        var encoded = id.AsSpan(Prefix.Length);
        if (!Base64Url.IsValid(encoded, out var length) || length <= NonceLength + TagLength)
        {
            return null;
        }

        var box = Base64Url.DecodeFromChars(encoded);

        var text = new byte[length - NonceLength - TagLength];
        try
        {
            using var cipher = new AesGcm(key, TagLength);
            var seal = box.AsSpan(length - TagLength, TagLength);
            cipher.Decrypt(box.AsSpan(0, NonceLength), box.AsSpan(NonceLength, text.Length), seal, text);
        }
        catch (AuthenticationTagMismatchException)
        {
            // Not ours: an upstream's own id, or one from before the key was changed.
            return null;
        }

        return ResponseId.TryRead(Encoding.UTF8.GetString(text));
    }

    private static void CheckOwner(GatewaySnapshot snapshot, Caller caller, ResponseId id)
    {
        const string remedy =
            " To disable this security feature, set general_settings::disable_responses_id_security to True in the config.yaml file.";
        if (caller.IsAdmin)
        {
            return;
        }

        if (id.UserId is { } user && !string.Equals(user, UserOf(caller, snapshot), StringComparison.Ordinal))
        {
            throw new ApiException(403, "Forbidden. The response id is not associated with the user, who this key belongs to." + remedy);
        }

        if (id.TeamId is { } team && !string.Equals(team, caller.Key?.Identity.TeamId, StringComparison.Ordinal))
        {
            throw new ApiException(403, "Forbidden. The response id is not associated with the team, which this key belongs to." + remedy);
        }
    }

    private static string? UserOf(Caller caller, GatewaySnapshot snapshot)
        => caller.Role == CallerRole.ProxyAdmin && snapshot.MasterKey is not null
            ? GatewaySnapshot.MasterUserId : caller.Key?.Identity.UserId;

    /// <summary>The same for all replicas that share a configuration.</summary>
    private static byte[]? KeyOf(GatewaySnapshot snapshot)
        => (snapshot.Config.Storage.SaltKey ?? snapshot.Config.General.MasterKey) is { Length: > 0 } secret
            ? SHA256.HashData(Encoding.UTF8.GetBytes("response ids:" + secret)) : null;
}
