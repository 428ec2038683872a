using Tollgate.Wire.Hub;

namespace Tollgate.Engine.Media;

/// <summary>Downloads of the last minute: agents send the same picture with every turn.</summary>
/// <param name="time">Clock.</param>
internal sealed class MediaCache(TimeProvider time)
{
    private const int MostEntries = 100;
    private const long MostBytes = 64L * 1024 * 1024;
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly LinkedList<Entry> _newestFirst = [];
    private readonly Dictionary<string, LinkedListNode<Entry>> _byUrl = new(StringComparer.Ordinal);
    private long _bytes;

    private sealed record Entry(string Url, MediaSource Source, long AddedAt);

    /// <summary>What an address held; null when it is not known any more.</summary>
    public MediaSource? Find(string url)
    {
        lock (_gate)
        {
            if (!_byUrl.TryGetValue(url, out var node))
            {
                return null;
            }

            if (time.GetElapsedTime(node.Value.AddedAt) < Lifetime)
            {
                return node.Value.Source;
            }

            Remove(node);
            return null;
        }
    }

    /// <summary>Keeps what an address held.</summary>
    public void Add(string url, MediaSource source)
    {
        if (source.Base64.Length > MostBytes / 4)
        {
            return;
        }

        lock (_gate)
        {
            if (_byUrl.TryGetValue(url, out var old))
            {
                Remove(old);
            }

            _byUrl[url] = _newestFirst.AddFirst(new Entry(url, source, time.GetTimestamp()));
            _bytes += source.Base64.Length;
            while (_newestFirst.Count > MostEntries || _bytes > MostBytes)
            {
                Remove(_newestFirst.Last!);
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _newestFirst.Remove(node);
        _byUrl.Remove(node.Value.Url);
        _bytes -= node.Value.Source.Base64.Length;
    }
}
