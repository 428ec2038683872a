using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Engine.Keys;

/// <summary>SHA-256 of a virtual key as a value: what the key ring is indexed by, so that a warm key costs no string.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct KeyHash(ulong A, ulong B, ulong C, ulong D)
{
    private const int Bytes = 32;
    private const int UsualBytes = 256;

    /// <summary>Hashes a key.</summary>
    public static KeyHash Of(ReadOnlySpan<char> key)
    {
        // PERF: the stack is cleared first, so keys of the usual length take little of it.
        Span<byte> utf8 = key.Length * 3 <= UsualBytes ? stackalloc byte[UsualBytes] : stackalloc byte[Authenticator.LongestKey * 3];
        Span<byte> hash = stackalloc byte[Bytes];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(key, utf8)], hash);
        return Read(hash);
    }

    /// <summary>Reads 64 hex digits; null for other text.</summary>
    public static KeyHash? FromHex(string text)
    {
        Span<byte> hash = stackalloc byte[Bytes];
        return text.Length == Bytes * 2 && Convert.FromHexString(text, hash, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == Bytes ? Read(hash) : null;
    }

    /// <summary>Lower-case hex, as the database has it.</summary>
    public string ToHex()
    {
        Span<byte> hash = stackalloc byte[Bytes];
        BinaryPrimitives.WriteUInt64BigEndian(hash, A);
        BinaryPrimitives.WriteUInt64BigEndian(hash[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(hash[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(hash[24..], D);
        return Convert.ToHexStringLower(hash);
    }

    /// <inheritdoc/>
    public override int GetHashCode() => (int)A;

    private static KeyHash Read(ReadOnlySpan<byte> hash) => new(
        BinaryPrimitives.ReadUInt64BigEndian(hash),
        BinaryPrimitives.ReadUInt64BigEndian(hash[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(hash[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(hash[24..]));
}
