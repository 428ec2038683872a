using System.Buffers.Binary;
using System.Text;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Tests.Media;

/// <summary>Lengths of sounds by their headers.</summary>
public sealed class AudioLengthTests
{
    [Theory]
    [InlineData(32_000, 32_000, 1)]
    [InlineData(32_000, 48_000, 1.5)]
    [InlineData(16_000, 4_000, 0.25)]
    public void Wave_IsAsLongAsItsData(int bytesPerSecond, int dataBytes, double seconds)
    {
        var file = Sounds.Wave(bytesPerSecond, dataBytes);

        AudioLength.Of(file, file.Length).ShouldBe((decimal)seconds);
        AudioLength.Of(file.AsSpan(0, 60), file.Length).ShouldBe((decimal)seconds);
    }

    [Fact]
    public void WaveThatWasStreamed_IsAsLongAsTheFile()
    {
        var file = Sounds.Wave(32_000, 64_000);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(40), uint.MaxValue);

        AudioLength.Of(file, file.Length).ShouldBe(2m);
    }

    [Fact]
    public void Flac_SaysHowManySamplesItHas()
    {
        var file = new byte[64];
        "fLaC"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt64BigEndian(file.AsSpan(18), (16_000UL << 44) | 40_000UL);

        AudioLength.Of(file, 1_000_000).ShouldBe(2.5m);
    }

    [Theory]
    [InlineData(0xFB, 0x90, 128_000)]
    [InlineData(0xF3, 0x40, 32_000)]
    public void Mp3_IsAsLongAsItsBitRateSays(byte version, byte rate, int bitsPerSecond)
    {
        var file = new byte[40_000];
        (file[0], file[1], file[2], file[3]) = (0xFF, version, rate, 0xC4);

        AudioLength.Of(file.AsSpan(0, 4096), file.Length).ShouldBe(file.Length * 8m / bitsPerSecond);
    }

    [Fact]
    public void Mp3OfVariableRate_SaysHowManyFramesItHas()
    {
        var file = new byte[8192];
        (file[0], file[1], file[2], file[3]) = (0xFF, 0xFB, 0x90, 0x04);
        "Xing"u8.CopyTo(file.AsSpan(36));
        file[43] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(44), 1000);

        AudioLength.Of(file, file.Length).ShouldBe(1000 * 1152m / 44100);
    }

    [Fact]
    public void Mp3BehindATag_IsFound()
    {
        var file = new byte[20_000];
        "ID3"u8.CopyTo(file);
        file[9] = 100;
        (file[110], file[111], file[112], file[113]) = (0xFF, 0xFB, 0x90, 0xC4);

        AudioLength.Of(file.AsSpan(0, 4096), file.Length).ShouldBe((file.Length - 110) * 8m / 128_000);
    }

    [Fact]
    public void AnythingElse_HasNoKnownLength_AndIsNoError()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(0, 200)];
            random.NextBytes(bytes);
            if (i % 3 == 0 && bytes.Length > 12)
            {
                Encoding.ASCII.GetBytes(i % 2 == 0 ? "RIFF    WAVE" : "ID3").CopyTo(bytes, 0);
            }

            if (AudioLength.Of(bytes, bytes.Length + random.Next(0, 10_000)) is { } seconds)
            {
                seconds.ShouldBeGreaterThanOrEqualTo(0);
            }
        }
    }
}

/// <summary>Files of sound.</summary>
internal static class Sounds
{
    /// <summary>A WAV of one channel and 16 bits.</summary>
    public static byte[] Wave(int bytesPerSecond, int dataBytes)
    {
        var file = new byte[44 + dataBytes];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), 36 + dataBytes);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), bytesPerSecond / 2);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), bytesPerSecond);
        "data"u8.CopyTo(file.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), dataBytes);
        return file;
    }
}
