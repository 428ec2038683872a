using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Tollgate.Tests.Loopback.Media;

/// <summary>A form as an upstream has received it.</summary>
internal sealed record ReceivedForm(IReadOnlyList<(string Name, string Value)> Fields, IReadOnlyList<(string Name, string? FileName, string? Type, long Length, string Hash)> Files)
{
    /// <summary>Reads a request's form, file by file, keeping none.</summary>
    public static async Task<ReceivedForm> ReadAsync(Stream body, string contentType)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(contentType).Boundary).ToString();
        var reader = new MultipartReader(boundary, body);
        var fields = new List<(string, string)>();
        var files = new List<(string, string?, string?, long, string)>();
        var buffer = new byte[32 * 1024];
        while (await reader.ReadNextSectionAsync() is { } section)
        {
            var disposition = ContentDispositionHeaderValue.Parse(section.ContentDisposition);
            var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
            if (!disposition.FileName.HasValue)
            {
                fields.Add((name, await new StreamReader(section.Body).ReadToEndAsync()));
                continue;
            }

            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var length = 0L;
            while (await section.Body.ReadAsync(buffer) is > 0 and var read)
            {
                hash.AppendData(buffer, 0, read);
                length += read;
            }

            files.Add((name, HeaderUtilities.RemoveQuotes(disposition.FileName).ToString(), section.ContentType, length, Convert.ToHexString(hash.GetHashAndReset())));
        }

        return new ReceivedForm(fields, files);
    }

    public static Task<ReceivedForm> ReadAsync(HttpRequest request) => ReadAsync(request.Body, request.ContentType!);

    public static Task<ReceivedForm> ReadAsync(Mock.RecordedRequest request) => ReadAsync(new MemoryStream(request.Body), request.Header("content-type")!);
}

/// <summary>A form that a test sends: its parts in the order given.</summary>
internal static class Form
{
    private const int Block = 64 * 1024;

    public static MultipartFormDataContent Of(params (string Name, object Value)[] parts)
    {
        var form = new MultipartFormDataContent("test-boundary");
        foreach (var (name, value) in parts)
        {
            switch (value)
            {
                case string text:
                    form.Add(new StringContent(text, Encoding.UTF8), name);
                    break;
                case HttpContent content:
                    form.Add(content, name, "sound é.wav");
                    break;
                default:
                    throw new ArgumentException("A part is text or a file.", nameof(parts));
            }
        }

        return form;
    }

    /// <summary>A file of which no more than a block is ever in memory.</summary>
    public static HttpContent File(long length) => new Generated(length) { Headers = { ContentType = new("audio/wav") } };

    /// <summary>What arrives when it arrives intact.</summary>
    public static string HashOf(long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[Block];
        for (var at = 0L; at < length; at += Block)
        {
            Fill(block, at);
            hash.AppendData(block, 0, (int)Math.Min(Block, length - at));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static void Fill(byte[] block, long at)
    {
        for (var i = 0; i < block.Length; i++)
        {
            // Line ends and dashes among them: what a boundary is made of.
            block[i] = ((at + i) % 977) switch { 5 => (byte)'\r', 6 => (byte)'\n', 7 or 8 => (byte)'-', var rest => (byte)((rest + (at / Block)) * 131) };
        }
    }

    private sealed class Generated(long length) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var block = new byte[Block];
            for (var at = 0L; at < length; at += Block)
            {
                Fill(block, at);
                await stream.WriteAsync(block.AsMemory(0, (int)Math.Min(Block, length - at)));
            }
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}
