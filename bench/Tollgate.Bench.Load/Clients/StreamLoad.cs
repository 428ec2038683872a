using System.Diagnostics;
using System.Net;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Clients;

/// <summary>What is streamed.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Body">The request.</param>
/// <param name="IsChat">The stream ends with <c>[DONE]</c>.</param>
/// <param name="IsExact">Every event of the upstream is one of the client's.</param>
internal sealed record StreamCall(Uri Url, byte[] Body, bool IsChat, bool IsExact)
{
    public static StreamCall Chat(RunningTarget target) => new(target.ChatUrl, Payloads.StreamedChat(), IsChat: true, IsExact: true);
}

/// <summary>Keeps a number of streams open: each client reads one to its end, checks that it is whole, and opens the next.</summary>
internal sealed class StreamLoad : IAsyncDisposable
{
    private static readonly TimeSpan FinishLimit = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly CancellationTokenSource _abort = new();
    private readonly RunningTarget _target;
    private readonly StreamCall _call;
    private readonly int _expectedEvents;
    private readonly Slot[] _slots;
    private readonly Task[] _tasks;
    private volatile bool _isStopping;
    private volatile bool _isMeasuring;
    private volatile string? _failure;

    private StreamLoad(RunningTarget target, StreamCall call, int streams, int chunks, TimeSpan ramp)
    {
        _target = target;
        _call = call;

        // Content, then finish, usage and [DONE].
        _expectedEvents = chunks + 3;
        _slots = [.. Enumerable.Range(0, streams).Select(_ => new Slot())];
        _tasks = [.. _slots.Select((slot, i) => RunAsync(slot, ramp * i / streams))];
    }

    /// <summary>Chunks that have arrived on all streams.</summary>
    public long Chunks => _slots.Sum(s => Volatile.Read(ref s.Chunks));

    /// <summary>Starts the streams one after the other over <paramref name="ramp"/> and returns when all are open.</summary>
    public static Task<StreamLoad> StartAsync(
        RunningTarget target, int streams, int chunks, TimeSpan ramp, CancellationToken cancellation)
        => StartAsync(target, StreamCall.Chat(target), streams, chunks, ramp, cancellation);

    /// <summary>The same for calls that are not OpenAI's chat.</summary>
    public static async Task<StreamLoad> StartAsync(
        RunningTarget target, StreamCall call, int streams, int chunks, TimeSpan ramp, CancellationToken cancellation)
    {
        var load = new StreamLoad(target, call, streams, chunks, ramp);
        var started = Stopwatch.GetTimestamp();
        while (load._slots.Any(s => Volatile.Read(ref s.Chunks) == 0))
        {
            load.ThrowIfFailed();
            if (Stopwatch.GetElapsedTime(started) > ramp + FinishLimit)
            {
                await load.DisposeAsync();
                throw new BenchException($"{target.Name}: {streams} streams were not open after {FinishLimit.TotalSeconds:0} s");
            }

            await Task.Delay(50, cancellation);
        }

        return load;
    }

    /// <summary>From now on the times to first chunk are kept.</summary>
    public void StartMeasuring() => _isMeasuring = true;

    /// <summary>Milliseconds from sending a request to its first chunk, of the streams opened since measuring began, sorted.</summary>
    public double[] FirstChunkMilliseconds() => [.. _slots.SelectMany(s => s.TakeFirst()).Order()];

    /// <summary>Lets every stream come to its end; throws when one of them was not whole.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        _isStopping = true;
        await Task.WhenAll(_tasks).WaitAsync(FinishLimit, cancellation);
        ThrowIfFailed();
    }

    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        await _abort.CancelAsync();
        await Task.WhenAll(_tasks);
        _client.Dispose();
        _abort.Dispose();
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new BenchException($"{_target.Name}: {failure}");
        }
    }

    private async Task RunAsync(Slot slot, TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, _abort.Token);
            while (!_isStopping && _failure is null)
            {
                await ReadOneAsync(slot);
            }
        }
        catch (OperationCanceledException) when (_abort.IsCancellationRequested)
        {
            // The run is over; open streams are dropped.
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            _failure ??= e.Message;
        }
    }

    private async Task ReadOneAsync(Slot slot)
    {
        var sent = Stopwatch.GetTimestamp();
        var isMeasured = _isMeasuring;
        using var request = Caller.Post(_call.Url, _target.Key, _call.Body);
        using var response = await _client.SendAsync(request, _abort.Token);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            _failure ??= $"a stream was answered with {(int)response.StatusCode}";
            return;
        }

        using var stream = await response.Content.ReadAsStreamAsync(_abort.Token);
        var events = new EventCounter();
        int read;
        while ((read = await stream.ReadAsync(slot.Buffer, _abort.Token)) > 0)
        {
            if (events.Count == 0 && isMeasured)
            {
                slot.AddFirst(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }

            Volatile.Write(ref slot.Chunks, slot.Chunks + events.Add(slot.Buffer.AsSpan(0, read)));
        }

        var isWhole = _call.IsExact ? events.Count == _expectedEvents : events.Count >= _expectedEvents - 3;
        if (!isWhole || (_call.IsChat && !events.EndedWithDone))
        {
            _failure ??= $"a stream had {events.Count} events instead of {_expectedEvents}, "
                + (events.EndedWithDone ? "with" : "without") + " [DONE]";
        }
    }

    private sealed class Slot
    {
        public readonly byte[] Buffer = new byte[4096];
        public long Chunks;
        private readonly List<double> _first = [];

        public void AddFirst(double milliseconds)
        {
            lock (_first)
            {
                _first.Add(milliseconds);
            }
        }

        public double[] TakeFirst()
        {
            lock (_first)
            {
                return [.. _first];
            }
        }
    }
}
