using System.IO.Compression;
using Tollgate.Data.Secrets;

namespace Tollgate.Data.Responses;

/// <summary>What a row holds of an answer: packed, and encrypted where a key is configured. The first byte says which.</summary>
internal sealed class ResponseBox(SecretBox secrets)
{
    private const byte Plain = 0;
    private const byte Sealed = 1;

    /// <summary>No kept answer is larger; what unpacks to more is none of ours.</summary>
    private const int MostBytes = 32 * 1024 * 1024;

    /// <summary>Packs an answer.</summary>
    public byte[] Close(ReadOnlyMemory<byte> kept)
    {
        using var packed = new MemoryStream();
        using (var pack = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            pack.Write(kept.Span);
        }

        var text = packed.GetBuffer().AsSpan(0, (int)packed.Length);
        return secrets.CanWrite ? [Sealed, .. secrets.Seal(text)] : [Plain, .. text];
    }

    /// <summary>Unpacks an answer; null when it was written with a key that is not known, or is broken.</summary>
    public byte[]? Open(ReadOnlySpan<byte> row)
    {
        var packed = row switch
        {
            [Plain, ..] => row[1..].ToArray(),
            [Sealed, ..] => secrets.Open(row[1..]),
            _ => null,
        };
        return packed is null ? null : Unpack(packed);
    }

    private static byte[]? Unpack(byte[] packed)
    {
        using var unpack = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var kept = new MemoryStream();
        var piece = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = unpack.Read(piece)) > 0)
            {
                kept.Write(piece, 0, read);
                if (kept.Length > MostBytes)
                {
                    return null;
                }
            }

            return kept.ToArray();
        }
        catch (Exception broken) when (broken is InvalidDataException or InvalidOperationException)
        {
            return null;
        }
    }
}
