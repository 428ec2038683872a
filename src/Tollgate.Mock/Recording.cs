using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tollgate.Mock;

/// <summary>A request as it reached the fake upstream.</summary>
public sealed class RecordedRequest
{
    private readonly TaskCompletionSource<bool> _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal RecordedRequest(long number, HttpContext http, byte[] body)
    {
        Number = number;
        Method = http.Request.Method;
        Target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? string.Empty;
        Headers = [.. http.Request.Headers.SelectMany(
            header => header.Value.Select(value => KeyValuePair.Create(header.Key, value ?? string.Empty)))];
        Body = body;
    }

    /// <summary>Counts the server's requests from 1.</summary>
    public long Number { get; }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>Path and query, percent-encoded as received.</summary>
    public string Target { get; }

    /// <summary>All header lines; a repeated header is several entries.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>The body's bytes, without transfer encoding.</summary>
    public byte[] Body { get; }

    /// <summary>The body read as UTF-8.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>Ends with the request: true if the client left before the answer had ended, false if the server ended it.</summary>
    public Task<bool> Aborted => _aborted.Task;

    /// <summary>The first value of a header, in any case; null if the request has none.</summary>
    public string? Header(string name)
    {
        foreach (var header in Headers)
        {
            if (header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }

    internal void End(bool aborted) => _aborted.TrySetResult(aborted);
}

/// <summary>The newest requests, to look at and to wait for.</summary>
internal sealed class RequestLog
{
    private const int Capacity = 1000;

    private readonly Lock _lock = new();
    private readonly Queue<RecordedRequest> _newest = [];

    private readonly Channel<RecordedRequest> _unread = Channel.CreateBounded<RecordedRequest>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });

    public IReadOnlyList<RecordedRequest> Snapshot()
    {
        lock (_lock)
        {
            return [.. _newest];
        }
    }

    public void Add(RecordedRequest request)
    {
        lock (_lock)
        {
            if (_newest.Count == Capacity)
            {
                _newest.Dequeue();
            }

            _newest.Enqueue(request);
            _unread.Writer.TryWrite(request);
        }
    }

    public ValueTask<RecordedRequest> NextAsync(CancellationToken cancellationToken) => _unread.Reader.ReadAsync(cancellationToken);
}
