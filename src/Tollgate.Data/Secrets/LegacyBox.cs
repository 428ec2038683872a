using System.Security.Cryptography;

namespace Tollgate.Data.Secrets;

/// <summary>XSalsa20-Poly1305 as NaCl's secretbox lays it out: <c>nonce[24] tag[16] ciphertext</c>.</summary>
internal static class LegacyBox
{
    /// <summary>Bytes that a box is longer than what is in it.</summary>
    public const int Overhead = Salsa20.NonceSize + Poly1305.TagSize;

    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain)
    {
        var box = new byte[Overhead + plain.Length];
        nonce.CopyTo(box);
        var body = box.AsSpan(Overhead);
        var stream = Xor(key, nonce, plain, body);
        Poly1305.Tag(stream.AsSpan(0, Poly1305.KeySize), body, box.AsSpan(Salsa20.NonceSize));
        CryptographicOperations.ZeroMemory(stream);
        return box;
    }

    /// <summary>Opens a box; null when it was not made with this key.</summary>
    public static byte[]? Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box)
    {
        if (box.Length < Overhead)
        {
            return null;
        }

        var body = box[Overhead..];
        var plain = new byte[body.Length];
        var stream = Xor(key, box[..Salsa20.NonceSize], body, plain);
        Span<byte> tag = stackalloc byte[Poly1305.TagSize];
        Poly1305.Tag(stream.AsSpan(0, Poly1305.KeySize), body, tag);
        CryptographicOperations.ZeroMemory(stream);
        return CryptographicOperations.FixedTimeEquals(tag, box.Slice(Salsa20.NonceSize, Poly1305.TagSize)) ? plain : null;
    }

    /// <summary>The first 32 bytes of the stream are the authenticator's key, what follows hides the text.</summary>
    private static byte[] Xor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> output)
    {
        var stream = new byte[Poly1305.KeySize + input.Length];
        Salsa20.Stream(key, nonce, stream);
        for (var i = 0; i < input.Length; i++)
        {
            output[i] = (byte)(input[i] ^ stream[Poly1305.KeySize + i]);
        }

        return stream;
    }
}
