using System.Buffers.Binary;

namespace Tollgate.Wire.Media;

/// <summary>How long a sound lasts, from the first bytes of its file: WAV, FLAC and MP3 say so there.</summary>
public static class AudioLength
{
    /// <summary>Bytes that are worth keeping of a file's beginning: pictures in ID3 tags are larger, and then the length is not known.</summary>
    public const int HeadBytes = 64 * 1024;

    private static readonly int[] Mpeg1Rates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    private static readonly int[] Mpeg2Rates = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

    /// <summary>Reads a length.</summary>
    /// <param name="head">The file's first bytes.</param>
    /// <param name="fileBytes">Bytes of the whole file.</param>
    /// <returns>Seconds; null when the format does not say or the header is broken.</returns>
    public static decimal? Of(ReadOnlySpan<byte> head, long fileBytes)
    {
        if (head.Length < 12 || fileBytes < head.Length)
        {
            return null;
        }

        return head.StartsWith("RIFF"u8) && head[8..].StartsWith("WAVE"u8) ? OfWave(head, fileBytes)
            : head.StartsWith("fLaC"u8) ? OfFlac(head)
            : OfMp3(head, fileBytes);
    }

    private static decimal? OfWave(ReadOnlySpan<byte> head, long fileBytes)
    {
        var at = 12;
        var bytesPerSecond = 0u;
        while (at + 8 <= head.Length)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(head[(at + 4)..]);
            if (head[at..].StartsWith("fmt "u8) && at + 20 <= head.Length)
            {
                bytesPerSecond = BinaryPrimitives.ReadUInt32LittleEndian(head[(at + 16)..]);
            }
            else if (head[at..].StartsWith("data"u8))
            {
                // A streamed file states no size, or the largest there is: then the rest of the file is the sound.
                var sound = Math.Min(size == 0 ? long.MaxValue : size, fileBytes - at - 8);
                return bytesPerSecond == 0 ? null : (decimal)sound / bytesPerSecond;
            }

            var next = at + 8L + size + (size & 1);
            if (next > head.Length)
            {
                break;
            }

            at = (int)next;
        }

        return null;
    }

    /// <summary>The first block of a FLAC file is its stream information: sample rate in 20 bits, number of samples in 36.</summary>
    private static decimal? OfFlac(ReadOnlySpan<byte> head)
    {
        if (head.Length < 26)
        {
            return null;
        }

        var packed = BinaryPrimitives.ReadUInt64BigEndian(head[18..]);
        var rate = packed >> 44;
        var samples = packed & 0xF_FFFF_FFFF;
        return rate == 0 || samples == 0 ? null : (decimal)samples / rate;
    }

    private static decimal? OfMp3(ReadOnlySpan<byte> head, long fileBytes)
    {
        var at = 0L;
        if (head.StartsWith("ID3"u8))
        {
            // Seven bits a byte, so that no part of the size looks like the start of a frame.
            at = 10 + ((head[6] & 0x7FL) << 21 | (head[7] & 0x7FL) << 14 | (head[8] & 0x7FL) << 7 | (head[9] & 0x7FL));
        }

        if (at + 4 > head.Length)
        {
            return null;
        }

        var frame = head[(int)at..];
        var isMpeg1 = (frame[1] & 0x18) == 0x18;
        var isLayer3 = (frame[1] & 0x06) == 0x02;
        var rate = frame[2] >> 4;
        if (frame[0] != 0xFF || (frame[1] & 0xE0) != 0xE0 || (frame[1] & 0x18) == 0x08 || !isLayer3 || rate is 0 or 15)
        {
            return null;
        }

        var kilobits = (isMpeg1 ? Mpeg1Rates : Mpeg2Rates)[rate];
        return OfFrames(frame, isMpeg1) ?? (fileBytes - at) * 8m / (kilobits * 1000);
    }

    /// <summary>Files of variable rate say in their first frame how many frames they have.</summary>
    private static decimal? OfFrames(ReadOnlySpan<byte> frame, bool isMpeg1)
    {
        var isMono = frame.Length > 3 && frame[3] >> 6 == 3;
        var tag = 4 + (isMpeg1 ? isMono ? 17 : 32 : isMono ? 9 : 17);
        if (frame.Length < tag + 12 || !(frame[tag..].StartsWith("Xing"u8) || frame[tag..].StartsWith("Info"u8)) || (frame[tag + 7] & 1) == 0)
        {
            return null;
        }

        int[] rates = isMpeg1 ? [44100, 48000, 32000] : (frame[1] & 0x18) == 0x10 ? [22050, 24000, 16000] : [11025, 12000, 8000];
        var index = (frame[2] >> 2) & 3;
        var frames = BinaryPrimitives.ReadUInt32BigEndian(frame[(tag + 8)..]);
        return index == 3 || frames == 0 ? null : frames * (isMpeg1 ? 1152m : 576m) / rates[index];
    }
}
