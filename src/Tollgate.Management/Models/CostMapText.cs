using System.IO.Compression;
using System.Security.Cryptography;

namespace Tollgate.Management.Models;

/// <summary>The cost map as it is sent: large and seldom another, so it is made once, compressed once, and named.</summary>
/// <param name="Json">UTF-8 JSON.</param>
/// <param name="Gzip">The same, compressed.</param>
/// <param name="Tag">Names the content, without quotes.</param>
public sealed record CostMapText(ReadOnlyMemory<byte> Json, ReadOnlyMemory<byte> Gzip, string Tag)
{
    // Sixteen bytes are more than enough to tell two maps apart.
    private const int TagBytes = 16;

    /// <summary>The text of some JSON.</summary>
    public static CostMapText Of(byte[] json)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(json);
        }

        return new CostMapText(json, compressed.ToArray(), Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, TagBytes)));
    }
}
