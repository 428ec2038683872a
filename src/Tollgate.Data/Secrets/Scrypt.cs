using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Tollgate.Data.Secrets;

/// <summary>The scrypt key derivation. Absent from .NET.</summary>
/// <remarks>Reference: RFC 7914. Memory is 128 N r bytes: 16 MiB for the parameters that LiteLLM uses.</remarks>
internal static class Scrypt
{
    /// <summary>Derives a key.</summary>
    /// <param name="password">The password.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="cost">N, a power of two.</param>
    /// <param name="blockSize">r.</param>
    /// <param name="parallelism">p.</param>
    /// <param name="length">Bytes wanted.</param>
    public static byte[] DeriveKey(
        ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int cost, int blockSize, int parallelism, int length)
    {
        var blockBytes = 128 * blockSize;
        var blocks = Rfc2898DeriveBytes.Pbkdf2(password, salt, 1, HashAlgorithmName.SHA256, parallelism * blockBytes);
        var memory = new uint[cost * blockBytes / sizeof(uint)];
        for (var i = 0; i < parallelism; i++)
        {
            Mix(blocks.AsSpan(i * blockBytes, blockBytes), memory, cost);
        }

        return Rfc2898DeriveBytes.Pbkdf2(password, blocks, 1, HashAlgorithmName.SHA256, length);
    }

    /// <summary>ROMix: fills the memory in order, then reads it in an order that depends on what was read.</summary>
    private static void Mix(Span<byte> block, Span<uint> memory, int cost)
    {
        var words = block.Length / sizeof(uint);
        Span<uint> current = new uint[words];
        Span<uint> next = new uint[words];
        ToLittleEndian(MemoryMarshal.Cast<byte, uint>(block), current);
        for (var i = 0; i < cost; i++)
        {
            current.CopyTo(memory.Slice(i * words, words));
            MixBlock(current, next);
            next.CopyTo(current);
        }

        for (var i = 0; i < cost; i++)
        {
            // The last 64 bytes, as a number, choose; N is a power of two.
            var chosen = (int)(current[words - 16] & (uint)(cost - 1));
            Xor(current, memory.Slice(chosen * words, words));
            MixBlock(current, next);
            next.CopyTo(current);
        }

        ToLittleEndian(current, MemoryMarshal.Cast<byte, uint>(block));
    }

    /// <summary>BlockMix: Salsa20/8 over a chain of 64-byte blocks, even ones to the front, odd ones behind.</summary>
    private static void MixBlock(ReadOnlySpan<uint> input, Span<uint> output)
    {
        Span<uint> x = stackalloc uint[16];
        Span<uint> before = stackalloc uint[16];
        var count = input.Length / 16;
        input[^16..].CopyTo(x);
        for (var i = 0; i < count; i++)
        {
            Xor(x, input.Slice(i * 16, 16));
            x.CopyTo(before);
            Salsa20.Permute(x, 8);
            for (var word = 0; word < 16; word++)
            {
                x[word] += before[word];
            }

            x.CopyTo(output.Slice(((i / 2) + (i % 2 * (count / 2))) * 16, 16));
        }
    }

    private static void Xor(Span<uint> target, ReadOnlySpan<uint> other)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] ^= other[i];
        }
    }

    private static void ToLittleEndian(ReadOnlySpan<uint> from, Span<uint> to)
    {
        if (BitConverter.IsLittleEndian)
        {
            from.CopyTo(to);
        }
        else
        {
            BinaryPrimitives.ReverseEndianness(from, to);
        }
    }
}
