using System.Diagnostics;
using System.Net.Sockets;
using Tollgate.Bench.Load.Processes;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Clients;

/// <param name="Latencies">Every call: the second of the run it ended in, and its milliseconds.</param>
/// <param name="PerSecond">The rate that was reached.</param>
internal sealed record PacedResult(IReadOnlyList<(int Second, double Milliseconds)> Latencies, double PerSecond)
{
    /// <summary>Of all calls.</summary>
    public double Percentile(double share) => Percentiles.Of([.. Latencies.Select(l => l.Milliseconds).Order()], share);

    /// <summary>The median over the seconds of the run: a usual second, whatever the machine did in one of them.</summary>
    public double PercentileOfASecond(double share) => Percentiles.Median(
        Latencies.GroupBy(l => l.Second, l => l.Milliseconds).Select(second => Percentiles.Of([.. second.Order()], share)));
}

/// <summary>
/// A fixed rate over a number of connections, whatever the target does. One thread sends and receives for all of them: on a machine
/// of two cores a client with a thread for each would take the time that the target needs.
/// </summary>
/// <remarks>
/// A call for which no connection was free counts from when it was due, so that a stall is seen by all the calls that would have met it.
/// Any other counts from when it was sent: how late this client woke up is not the target's.
/// </remarks>
internal sealed class PacedLoad : IDisposable
{
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(10);

    private readonly RunningTarget _target;
    private readonly RawConnection[] _connections;
    private readonly Native.PollEntry[] _waiting;
    private readonly Stack<int> _free;
    private readonly double _interval;
    private readonly List<(int Second, double Milliseconds)> _latencies;
    private readonly int _calls;

    private PacedLoad(RunningTarget target, byte[] body, int connections, double rate, int seconds)
    {
        _target = target;
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new RawConnection(target, body))];
        _waiting = [.. Enumerable.Repeat(Native.PollEntry.None, connections)];
        _free = new Stack<int>(Enumerable.Range(0, connections));
        _interval = Stopwatch.Frequency / rate;
        _calls = (int)(rate * seconds);
        _latencies = new List<(int Second, double Milliseconds)>(_calls);
    }

    public static Task<PacedResult> RunAsync(
        RunningTarget target, byte[] body, int connections, double rate, int seconds, CancellationToken cancellation) =>
        Task.Factory.StartNew(
            () =>
            {
                using var load = new PacedLoad(target, body, connections, rate, seconds);
                return load.Run(cancellation);
            },
            cancellation,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }

    private PacedResult Run(CancellationToken cancellation)
    {
        try
        {
            var start = Stopwatch.GetTimestamp();
            Exchange(start, cancellation);
            var perSecond = _calls / Stopwatch.GetElapsedTime(start).TotalSeconds;
            return new PacedResult(_latencies, perSecond);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new BenchException($"{_target.Name}: {e.Message}");
        }
    }

    private void Exchange(long start, CancellationToken cancellation)
    {
        var sent = 0;
        var isBlocked = false;
        var lastAnswer = start;
        while (_latencies.Count < _calls)
        {
            cancellation.ThrowIfCancellationRequested();
            var now = Stopwatch.GetTimestamp();
            var due = start + (long)(sent * _interval);
            if (sent < _calls && due <= now && _free.TryPop(out var free))
            {
                _connections[free].Send(isBlocked ? due : now);
                _waiting[free] = Native.PollEntry.For(_connections[free].Descriptor);
                sent++;
                continue;
            }

            isBlocked = sent < _calls && due <= now;
            var isIdle = sent < _calls && !isBlocked;
            Native.WaitReadable(_waiting, isIdle ? TimeSpan.FromSeconds((due - now) / (double)Stopwatch.Frequency) : Stall);
            if (Receive(start))
            {
                lastAnswer = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(lastAnswer) > Stall)
            {
                throw new BenchException($"{_target.Name}: no answer for {Stall.TotalSeconds:0} s under a fixed rate");
            }
        }
    }

    private bool Receive(long start)
    {
        var hasAnswer = false;
        for (var i = 0; i < _waiting.Length; i++)
        {
            if (!_waiting[i].IsReady || _connections[i].Receive() is not (var status and > 0))
            {
                continue;
            }

            if (status != 200)
            {
                throw new BenchException($"{_target.Name}: answered {status} under a fixed rate");
            }

            var second = (int)Stopwatch.GetElapsedTime(start).TotalSeconds;
            _latencies.Add((second, Stopwatch.GetElapsedTime(_connections[i].From).TotalMilliseconds));
            _waiting[i] = Native.PollEntry.None;
            _free.Push(i);
            hasAnswer = true;
        }

        return hasAnswer;
    }
}
