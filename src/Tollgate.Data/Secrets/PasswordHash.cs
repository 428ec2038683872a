using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Data.Secrets;

/// <summary>How a password is stored (database.md 5.2).</summary>
public enum PasswordEncoding
{
    /// <summary>64 hex digits of the unsalted SHA-256: what LiteLLM 1.81 writes.</summary>
    Sha256,

    /// <summary><c>scrypt:</c> N=16384, r=8, p=1.</summary>
    Scrypt,

    /// <summary><c>pbkdf2:sha256:ITERATIONS:</c>.</summary>
    Pbkdf2,

    /// <summary>Anything else: the password itself, from before passwords were hashed. Never accepted; to be hashed once, at start.</summary>
    ClearText,

    /// <summary>Looks like a hash but is none: refuses every password and is never rewritten.</summary>
    Malformed,
}

/// <summary>Hashes and checks passwords of the admin UI. One for the process: it bounds how many are worked on at once.</summary>
public sealed class PasswordHash : IDisposable
{
    private const string ScryptPrefix = "scrypt:";
    private const string Pbkdf2Prefix = "pbkdf2:";
    private const int SaltSize = 16;
    private const int KeySize = 32;
    private const int Iterations = 600_000;

    // A row must not be able to occupy a core for minutes.
    private const int MostIterations = 10_000_000;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    // Each evaluation takes a core for a tenth of a second and 16 MiB: logins must not crowd out calls.
    private readonly SemaphoreSlim _gate = new(2);

    /// <summary>True when the password is the stored one. Takes about as long for every outcome of one encoding.</summary>
    public async ValueTask<bool> VerifyAsync(string stored, string password, CancellationToken cancellationToken) => EncodingOf(stored) switch
    {
        PasswordEncoding.Sha256 => CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(stored), Encoding.ASCII.GetBytes(Sha256Of(password))),
        PasswordEncoding.Scrypt => Split(stored[ScryptPrefix.Length..]) is { } parts
            && Matches(parts.Key, await DeriveAsync(() => ScryptKey(password, parts.Salt), cancellationToken)),
        PasswordEncoding.Pbkdf2 => ReadPbkdf2(stored) is { } parts
            && Matches(parts.Key, await DeriveAsync(() => Pbkdf2Key(password, parts.Salt, parts.Iterations), cancellationToken)),
        _ => false,
    };

    /// <summary>Hashes a password under a random salt.</summary>
    /// <param name="password">The password.</param>
    /// <param name="encoding">The one to write; default is scrypt.</param>
    /// <param name="cancellationToken">Gives up waiting for others.</param>
    public ValueTask<string> HashAsync(string password, PasswordEncoding encoding, CancellationToken cancellationToken)
        => HashAsync(password, encoding, RandomNumberGenerator.GetBytes(SaltSize), cancellationToken);

    internal async ValueTask<string> HashAsync(
        string password, PasswordEncoding encoding, byte[] salt, CancellationToken cancellationToken)
    {
        switch (encoding)
        {
            case PasswordEncoding.Scrypt:
                var derived = await DeriveAsync(() => ScryptKey(password, salt), cancellationToken);
                return ScryptPrefix + Convert.ToBase64String([.. salt, .. derived]);
            case PasswordEncoding.Pbkdf2:
                var key = await DeriveAsync(() => Pbkdf2Key(password, salt, Iterations), cancellationToken);
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Pbkdf2Prefix}sha256:{Iterations}:{Convert.ToBase64String(salt)}:{Convert.ToBase64String(key)}");
            case PasswordEncoding.Sha256:
                return Sha256Of(password);
            default:
                throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "not an encoding that is written");
        }
    }

    /// <summary>The encoding of a stored password.</summary>
    public static PasswordEncoding EncodingOf(string stored)
    {
        if (stored.StartsWith(ScryptPrefix, StringComparison.Ordinal))
        {
            return Split(stored[ScryptPrefix.Length..]) is null ? PasswordEncoding.Malformed : PasswordEncoding.Scrypt;
        }

        if (stored.StartsWith(Pbkdf2Prefix, StringComparison.Ordinal))
        {
            return ReadPbkdf2(stored) is null ? PasswordEncoding.Malformed : PasswordEncoding.Pbkdf2;
        }

        return stored.Length == 0 ? PasswordEncoding.Malformed
            : stored.Length == 64 && !stored.AsSpan().ContainsAnyExcept(LowerHex) ? PasswordEncoding.Sha256
            : PasswordEncoding.ClearText;
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<byte[]> DeriveAsync(Func<byte[]> derive, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(derive, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private static string Sha256Of(string password) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(password)));

    private static byte[] ScryptKey(string password, byte[] salt)
        => Scrypt.DeriveKey(Encoding.UTF8.GetBytes(password), salt, cost: 16384, blockSize: 8, parallelism: 1, KeySize);

    private static byte[] Pbkdf2Key(string password, byte[] salt, int iterations)
        => Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, KeySize);

    private static bool Matches(byte[] expected, byte[] actual) => CryptographicOperations.FixedTimeEquals(expected, actual);

    private static (byte[] Salt, byte[] Key)? Split(string text)
        => Decode(text, SaltSize + KeySize) is { } bytes ? (bytes[..SaltSize], bytes[SaltSize..]) : null;

    private static (byte[] Salt, byte[] Key, int Iterations)? ReadPbkdf2(string stored)
        => stored.Split(':') is [_, "sha256", var count, var salt, var key]
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            && iterations is > 0 and <= MostIterations
            && Decode(salt, SaltSize) is { } saltBytes && Decode(key, KeySize) is { } keyBytes
            ? (saltBytes, keyBytes, iterations)
            : null;

    private static byte[]? Decode(string text, int length)
    {
        var bytes = new byte[length];
        return Convert.TryFromBase64String(text, bytes, out var written) && written == length ? bytes : null;
    }
}
