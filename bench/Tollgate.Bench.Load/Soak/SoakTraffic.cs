using System.Collections.Concurrent;
using System.Net;
using Tollgate.Bench.Load.Clients;
using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Soak;

/// <summary>Mixed calls at a fixed rate: most are good, some clients leave in the middle of a stream, some upstreams fail.</summary>
internal sealed class SoakTraffic(RunningTarget target, Caller caller, int chunks)
{
    // More open calls than this means that answers have stopped coming; the excess is counted and not sent.
    private const int MostOpen = 2_000;

    private static readonly string[] ErrorModels = ["bench-error-500", "bench-error-429", "bench-error-cut"];

    private readonly byte[] _plain = Payloads.Chat();
    private readonly byte[] _streamed = Payloads.StreamedChat();
    private readonly ConcurrentDictionary<string, long> _outcomes = new(StringComparer.Ordinal);
    private int _open;

    public int Open => Volatile.Read(ref _open);

    /// <summary>Count of each outcome so far, by name.</summary>
    public IReadOnlyDictionary<string, long> Outcomes => _outcomes;

    /// <summary>Outcomes that a healthy target never produces.</summary>
    public long Unexpected => _outcomes.Where(o => o.Key.Contains("unexpected", StringComparison.Ordinal)).Sum(o => o.Value);

    /// <summary>Sends until cancelled, then waits for what is open.</summary>
    public async Task RunAsync(int rate, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / rate));
        List<Task> open = [];
        try
        {
            for (var i = 0; await timer.WaitForNextTickAsync(stop); i++)
            {
                open.RemoveAll(t => t.IsCompleted);
                if (open.Count >= MostOpen)
                {
                    Count("unexpected: not sent, too many open");
                    continue;
                }

                open.Add(SendOneAsync(i));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(open);
        }
    }

    // Of twenty calls twelve are plain, four streamed, two abandoned, and two go to an upstream that fails.
    private async Task SendOneAsync(int number)
    {
        Interlocked.Increment(ref _open);
        try
        {
            var error = ErrorModels[(number / 20) % ErrorModels.Length];
            await ((number % 20) switch
            {
                < 12 => PlainAsync(),
                < 16 => StreamAsync("stream", _streamed, leaveAfter: int.MaxValue, mayFail: false),
                < 18 => StreamAsync("abandoned stream", _streamed, leaveAfter: 1 + (number % chunks), mayFail: false),
                18 => FailingAsync(error),
                _ => StreamAsync("failing stream", Payloads.StreamedChat(error), leaveAfter: int.MaxValue, mayFail: true),
            });
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task PlainAsync()
    {
        var status = await caller.TryChatAsync(target.ChatUrl, target.Key, _plain, CancellationToken.None);
        Count(status == 200 ? "plain: 200" : $"plain: unexpected {status}");
    }

    private async Task FailingAsync(string model)
    {
        var status = await caller.TryChatAsync(target.ChatUrl, target.Key, Payloads.Chat(model), CancellationToken.None);
        Count(status == 200 ? "failing: unexpected 200" : $"failing: {status}");
    }

    private async Task StreamAsync(string kind, byte[] body, int leaveAfter, bool mayFail)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            using var request = Caller.Post(target.ChatUrl, target.Key, body);
            using var response = await caller.SendAsync(request, limit.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                Count(mayFail ? $"{kind}: {(int)response.StatusCode}" : $"{kind}: unexpected {(int)response.StatusCode}");
                return;
            }

            Count(await ReadAsync(response, leaveAfter, limit.Token) switch
            {
                StreamEnd.Left => $"{kind}: left",
                StreamEnd.Whole => mayFail ? $"{kind}: unexpected whole" : $"{kind}: whole",
                _ => mayFail ? $"{kind}: cut" : $"{kind}: unexpected cut",
            });
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            Count(mayFail ? $"{kind}: cut" : $"{kind}: unexpected {e.GetType().Name}");
        }
    }

    private async Task<StreamEnd> ReadAsync(HttpResponseMessage response, int leaveAfter, CancellationToken cancellation)
    {
        using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[4096];
        var events = new EventCounter();
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation)) > 0)
        {
            events.Add(buffer.AsSpan(0, read));
            if (events.Count >= leaveAfter)
            {
                // Disposing an unread answer closes the connection: the target sees a client that left.
                return StreamEnd.Left;
            }
        }

        return events.EndedWithDone && events.Count == chunks + 3 ? StreamEnd.Whole : StreamEnd.Cut;
    }

    private void Count(string outcome) => _outcomes.AddOrUpdate(outcome, 1, (_, count) => count + 1);

    private enum StreamEnd
    {
        Whole,
        Left,
        Cut,
    }
}
