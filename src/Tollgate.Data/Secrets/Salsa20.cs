using System.Buffers.Binary;
using System.Numerics;

namespace Tollgate.Data.Secrets;

/// <summary>The Salsa20 permutation and the stream that XSalsa20 makes of it; also the core of scrypt. Absent from .NET.</summary>
/// <remarks>Reference: D. J. Bernstein, "The Salsa20 family of stream ciphers" (2007) and "Extending the Salsa20 nonce" (2011).</remarks>
internal static class Salsa20
{
    public const int KeySize = 32;
    public const int NonceSize = 24;
    private const int BlockSize = 64;

    // "expand 32-byte k"
    private static readonly uint[] Constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

    /// <summary>Writes the first bytes of the XSalsa20 stream.</summary>
    public static void Stream(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, Span<byte> output)
    {
        Span<uint> state = stackalloc uint[16];
        Span<byte> subKey = stackalloc byte[KeySize];
        Fill(state, key, nonce[..16]);
        Permute(state, 20);
        WriteSubKey(state, subKey);

        Span<byte> input = stackalloc byte[16];
        Span<byte> block = stackalloc byte[BlockSize];
        nonce[16..].CopyTo(input);
        for (var counter = 0UL; !output.IsEmpty; counter++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(input[8..], counter);
            Fill(state, subKey, input);
            WriteBlock(state, block);
            var taken = Math.Min(BlockSize, output.Length);
            block[..taken].CopyTo(output);
            output = output[taken..];
        }
    }

    /// <summary>The permutation, without the addition of the first state.</summary>
    public static void Permute(Span<uint> x, int rounds)
    {
        for (var round = 0; round < rounds; round += 2)
        {
            Quarter(x, 0, 4, 8, 12);
            Quarter(x, 5, 9, 13, 1);
            Quarter(x, 10, 14, 2, 6);
            Quarter(x, 15, 3, 7, 11);
            Quarter(x, 0, 1, 2, 3);
            Quarter(x, 5, 6, 7, 4);
            Quarter(x, 10, 11, 8, 9);
            Quarter(x, 15, 12, 13, 14);
        }
    }

    private static void Quarter(Span<uint> x, int a, int b, int c, int d)
    {
        x[b] ^= BitOperations.RotateLeft(x[a] + x[d], 7);
        x[c] ^= BitOperations.RotateLeft(x[b] + x[a], 9);
        x[d] ^= BitOperations.RotateLeft(x[c] + x[b], 13);
        x[a] ^= BitOperations.RotateLeft(x[d] + x[c], 18);
    }

    private static void Fill(Span<uint> state, ReadOnlySpan<byte> key, ReadOnlySpan<byte> input)
    {
        for (var i = 0; i < 4; i++)
        {
            state[i * 5] = Constants[i];
            state[1 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
            state[6 + i] = BinaryPrimitives.ReadUInt32LittleEndian(input[(4 * i)..]);
            state[11 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(16 + (4 * i))..]);
        }
    }

    private static void WriteBlock(ReadOnlySpan<uint> first, Span<byte> block)
    {
        Span<uint> state = stackalloc uint[16];
        first.CopyTo(state);
        Permute(state, 20);
        for (var i = 0; i < 16; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(block[(4 * i)..], state[i] + first[i]);
        }
    }

    private static void WriteSubKey(ReadOnlySpan<uint> state, Span<byte> subKey)
    {
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(subKey[(4 * i)..], state[i * 5]);
            BinaryPrimitives.WriteUInt32LittleEndian(subKey[(16 + (4 * i))..], state[6 + i]);
        }
    }
}
