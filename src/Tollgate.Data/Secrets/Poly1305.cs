using System.Buffers.Binary;

namespace Tollgate.Data.Secrets;

/// <summary>The Poly1305 one-time authenticator. Absent from .NET outside ChaCha20-Poly1305.</summary>
/// <remarks>Reference: RFC 8439, section 2.5. Numbers modulo 2^130 - 5 are kept in five limbs of 26 bits; nothing depends on their values.</remarks>
internal static class Poly1305
{
    public const int KeySize = 32;
    public const int TagSize = 16;
    private const ulong Mask = 0x3ffffff;

    // The bits of r that the algorithm clears.
    private static readonly ulong[] Clamp = [0x3ffffff, 0x3ffff03, 0x3ffc0ff, 0x3f03fff, 0x00fffff];

    /// <summary>Computes the tag of a message under a key that is used once.</summary>
    public static void Tag(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> tag)
    {
        Span<ulong> r = stackalloc ulong[5];
        Span<ulong> h = stackalloc ulong[5];
        Span<byte> block = stackalloc byte[TagSize];
        Load(key, r);
        for (var i = 0; i < r.Length; i++)
        {
            r[i] &= Clamp[i];
        }

        for (; message.Length >= TagSize; message = message[TagSize..])
        {
            Absorb(h, r, message[..TagSize], 1UL << 24);
        }

        if (!message.IsEmpty)
        {
            block.Clear();
            message.CopyTo(block);
            block[message.Length] = 1;
            Absorb(h, r, block, 0);
        }

        Finish(h, key[16..], tag);
    }

    private static void Load(ReadOnlySpan<byte> bytes, Span<ulong> limbs)
    {
        for (var i = 0; i < 5; i++)
        {
            // Limb i starts at bit 26 i: at byte 3 i, shifted by 2 i bits (the last one reads from byte 12).
            limbs[i] = (BinaryPrimitives.ReadUInt32LittleEndian(bytes[(3 * i)..]) >> (2 * i)) & Mask;
        }
    }

    private static void Absorb(Span<ulong> h, ReadOnlySpan<ulong> r, ReadOnlySpan<byte> block, ulong top)
    {
        Span<ulong> limbs = stackalloc ulong[5];
        Load(block, limbs);
        limbs[4] |= top;
        for (var i = 0; i < 5; i++)
        {
            h[i] += limbs[i];
        }

        // Product modulo 2^130 - 5: a limb that passes the top comes back times five.
        limbs.Clear();
        for (var i = 0; i < 5; i++)
        {
            for (var j = 0; j < 5; j++)
            {
                limbs[(i + j) % 5] += h[i] * r[j] * (i + j >= 5 ? 5UL : 1UL);
            }
        }

        limbs.CopyTo(h);
        Carry(h);
    }

    private static void Carry(Span<ulong> h)
    {
        var carry = 0UL;
        for (var i = 0; i < 5; i++)
        {
            h[i] += carry;
            carry = h[i] >> 26;
            h[i] &= Mask;
        }

        h[0] += carry * 5;
        h[1] += h[0] >> 26;
        h[0] &= Mask;
    }

    private static void Finish(Span<ulong> h, ReadOnlySpan<byte> pad, Span<byte> tag)
    {
        Carry(h);
        Carry(h);

        // h - p, taken where it is not negative: p = 2^130 - 5, so h >= p exactly when h + 5 reaches bit 130.
        Span<ulong> reduced = stackalloc ulong[5];
        var carry = 5UL;
        for (var i = 0; i < 5; i++)
        {
            reduced[i] = h[i] + carry;
            carry = reduced[i] >> 26;
            reduced[i] &= Mask;
        }

        var take = 0UL - carry;
        for (var i = 0; i < 5; i++)
        {
            h[i] = (reduced[i] & take) | (h[i] & ~take);
        }

        var low = h[0] | (h[1] << 26) | (h[2] << 52);
        var high = (h[2] >> 12) | (h[3] << 14) | (h[4] << 40);
        var sum = new UInt128(high, low) + BinaryPrimitives.ReadUInt128LittleEndian(pad);
        BinaryPrimitives.WriteUInt128LittleEndian(tag, sum);
    }
}
