using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Secrets;

/// <summary>Secrets at rest: reads every format that LiteLLM has written, with the current key and former ones (config.md 12).</summary>
public sealed class SecretBox
{
    /// <summary>What the log and the answer of a refused write say when there is no key.</summary>
    public const string NoKeyMessage = "set LITELLM_SALT_KEY (or a master key) before storing credentials";

    /// <summary>What is reported of a value that cannot be read.</summary>
    public const string UndecryptableMessage = "cannot decrypt: wrong LITELLM_SALT_KEY?";

    private const string V2 = "v2:gcm:";
    private const string V3 = "v3:gcm:";
    private const int NonceSize = 12;
    private const int TagSize = 16;

    // Keys of services that happen to be valid base64: a value starting so was written by hand, not encrypted.
    private static readonly string[] KnownStarts =
        ["sk-", "sk_", "pk-", "gsk_", "AIza", "AKIA", "ASIA", "hf_", "ghp_", "nvapi-", "pplx-", "xai-", "tgp_", "fw_", "csk-"];

    private readonly ImmutableArray<SecretKey> _keys;
    private readonly bool _canWrite;

    /// <summary>A box for the configured keys.</summary>
    public SecretBox(StorageSettings settings)
        : this(settings.SaltKey, settings.FormerSaltKeys)
    {
    }

    /// <summary>A box for a key.</summary>
    /// <param name="signingKey">Key that is written with and read with first; null reads with the former ones and cannot write.</param>
    /// <param name="formerKeys">Keys that are also read with.</param>
    public SecretBox(string? signingKey, ImmutableArray<string> formerKeys)
    {
        _canWrite = !string.IsNullOrEmpty(signingKey);

        // A key as configured may end in a line break that a later release of the configuration no longer has, or the other way round.
        string?[] texts = [signingKey, .. formerKeys];
        _keys =
        [
            .. texts.OfType<string>()
                .SelectMany(static text => (string[])[text, text.Trim()])
                .Where(static text => text.Length > 0)
                .Distinct(StringComparer.Ordinal)
                .Select(static text => new SecretKey(text)),
        ];
    }

    /// <summary>False when no key is configured: <see cref="Encrypt(string, SecretFormat)"/> throws.</summary>
    public bool CanWrite => _canWrite;

    /// <summary>Encrypts a value under a random nonce.</summary>
    /// <exception cref="InvalidOperationException">No key is configured; the message says how to set one.</exception>
    public string Encrypt(string plain, SecretFormat format)
    {
        var nonce = RandomNumberGenerator.GetBytes(format == SecretFormat.Legacy ? Salsa20.NonceSize : NonceSize);
        return Encrypt(plain, format, nonce);
    }

    internal string Encrypt(string plain, SecretFormat format, ReadOnlySpan<byte> nonce)
    {
        if (!_canWrite)
        {
            throw new InvalidOperationException(NoKeyMessage);
        }

        var text = Encoding.UTF8.GetBytes(plain);
        return format == SecretFormat.Legacy
            ? ToBase64Url(LegacyBox.Seal(_keys[0].Hashed, nonce, text))
            : V3 + ToBase64Url(SealGcm(_keys[0].Derived, nonce, text));
    }

    /// <summary>Encrypts bytes under a random nonce.</summary>
    /// <exception cref="InvalidOperationException">No key is configured; the message says how to set one.</exception>
    public byte[] Seal(ReadOnlySpan<byte> plain)
        => _canWrite ? SealGcm(_keys[0].Derived, RandomNumberGenerator.GetBytes(NonceSize), plain) : throw new InvalidOperationException(NoKeyMessage);

    /// <summary>Reads what <see cref="Seal"/> wrote, with the current key or a former one; null when none fits.</summary>
    public byte[]? Open(ReadOnlySpan<byte> box)
    {
        foreach (var key in _keys)
        {
            if (OpenGcm(key.Derived, box) is { } plain)
            {
                return plain;
            }
        }

        return null;
    }

    /// <summary>Reads a stored value.</summary>
    /// <param name="stored">The value as stored.</param>
    /// <param name="value">The secret; for <see cref="SecretState.Plain"/> the stored text, for <see cref="SecretState.Undecryptable"/> empty.</param>
    public SecretState Decrypt(string stored, out string value) => Decrypt(stored, out value, out _);

    /// <summary>Reads a stored value and says whether it should be written again with the current key.</summary>
    public SecretState Decrypt(string stored, out string value, out bool isFormerKey)
    {
        isFormerKey = false;
        value = stored;
        if (stored.Length == 0)
        {
            return SecretState.Decrypted;
        }

        var isPrefixed = PrefixOf(stored) is not null;
        var box = FromBase64(isPrefixed ? stored.AsSpan(V3.Length) : stored);
        if (!isPrefixed && (box is null || box.Length < LegacyBox.Overhead))
        {
            return SecretState.Plain;
        }

        for (var i = 0; i < _keys.Length && box is not null; i++)
        {
            if (Open(_keys[i], stored, box) is { } plain)
            {
                value = Encoding.UTF8.GetString(plain);
                isFormerKey = i > 0;
                return SecretState.Decrypted;
            }
        }

        if (!isPrefixed && KnownStarts.Any(start => stored.StartsWith(start, StringComparison.Ordinal)))
        {
            return SecretState.Plain;
        }

        value = "";
        return SecretState.Undecryptable;
    }

    /// <summary>The format that a stored value is in; null for one that this box cannot read or that is not encrypted.</summary>
    public SecretFormat? FormatOf(string stored)
        => stored.Length == 0 ? null
        : PrefixOf(stored) is not null ? SecretFormat.AesGcm
        : Decrypt(stored, out _) == SecretState.Decrypted ? SecretFormat.Legacy
        : null;

    private static byte[]? Open(SecretKey key, string stored, byte[] box) => PrefixOf(stored) switch
    {
        V3 => OpenGcm(key.Derived, box),
        V2 => OpenGcm(key.Hashed, box),
        _ => LegacyBox.Open(key.Hashed, box),
    };

    private static string? PrefixOf(string stored)
        => stored.StartsWith(V3, StringComparison.Ordinal) ? V3 : stored.StartsWith(V2, StringComparison.Ordinal) ? V2 : null;

    private static byte[] SealGcm(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain)
    {
        var box = new byte[NonceSize + plain.Length + TagSize];
        nonce.CopyTo(box);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, plain, box.AsSpan(NonceSize, plain.Length), box.AsSpan(NonceSize + plain.Length));
        return box;
    }

    private static byte[]? OpenGcm(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box)
    {
        if (box.Length < NonceSize + TagSize)
        {
            return null;
        }

        var plain = new byte[box.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        try
        {
            aes.Decrypt(box[..NonceSize], box[NonceSize..^TagSize], box[^TagSize..], plain);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>base64url with its padding, as LiteLLM writes it.</summary>
    private static string ToBase64Url(byte[] bytes)
        => Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_');

    /// <summary>base64url, padding optional, else standard base64; null when it is neither.</summary>
    private static byte[]? FromBase64(ReadOnlySpan<char> text)
    {
        var trimmed = text.TrimEnd('=');
        if (trimmed.ContainsAny(" \t\r\n"))
        {
            return null;
        }

        if (Base64Url.IsValid(trimmed))
        {
            return Base64Url.DecodeFromChars(trimmed);
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64Chars(text, bytes, out var written) ? bytes[..written] : null;
    }
}
