using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Tollgate.Providers.Amazon;

/// <summary>
/// Hashes that are used again. PERF: making one costs as much as hashing a small body. There are never more than calls that are signed at the
/// same moment.
/// </summary>
/// <param name="make">Makes one more.</param>
internal sealed class HashPool(Func<IncrementalHash> make)
{
    private readonly ConcurrentStack<IncrementalHash> _idle = new();

    /// <summary>One that holds nothing yet.</summary>
    public IncrementalHash Take() => _idle.TryPop(out var hash) ? hash : make();

    /// <summary>Gives one back that holds nothing any more.</summary>
    public void Return(IncrementalHash hash) => _idle.Push(hash);

    /// <summary>The hash of bytes at hand.</summary>
    public void Hash(ReadOnlySpan<byte> bytes, Span<byte> digest)
    {
        var hash = Take();
        hash.AppendData(bytes);
        hash.GetHashAndReset(digest);
        Return(hash);
    }
}
