using System.Collections.Concurrent;

namespace Tollgate.Money.Tests.Gateway;

/// <summary>Clients that ask one question after the other, every second one streamed, whatever befalls the gateway.</summary>
internal sealed class Load : IAsyncDisposable
{
    private const int Clients = 16;
    private const int MostCalls = 20_000;

    private readonly CancellationTokenSource _stop = new();
    private readonly GatewayProcess _gateway;
    private readonly Client _client;
    private readonly ConcurrentBag<string> _seen = [];
    private readonly ConcurrentBag<string> _refused = [];
    private readonly Task _running;
    private int _lost;

    private Load(GatewayProcess gateway, string key)
    {
        _gateway = gateway;
        _client = new Client(gateway.Address, key);
        _running = Task.WhenAll(Enumerable.Range(0, Clients).Select(RunAsync));
    }

    /// <summary>Ids of the answers that a client has seen to their end.</summary>
    public IReadOnlyCollection<string> Seen => _seen;

    /// <summary>Answers that were no answers.</summary>
    public IReadOnlyCollection<string> Refused => _refused;

    /// <summary>Calls that broke off.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>Begins.</summary>
    public static Load Start(GatewayProcess gateway, string key) => new(gateway, key);

    /// <summary>Waits until so many more answers were seen.</summary>
    public Task MoreAsync(int answers)
    {
        var goal = _seen.Count + answers;
        return Until.TrueAsync(
            () =>
            {
                _running.IsFaulted.ShouldBeFalse(_running.Exception?.ToString());
                return Task.FromResult(_seen.Count >= goal);
            },
            () => $"{_seen.Count} answers, {Lost} lost, refused: {string.Join('\n', _refused.Take(3))}");
    }

    /// <summary>Lets running calls end and begins no more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Until.Patience, TestContext.Current.CancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _client.Dispose();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(int number)
    {
        for (var i = 0; i < MostCalls && !_stop.IsCancellationRequested; i++)
        {
            var stream = (i + number) % 2 == 0;
            try
            {
                var answer = await _client.ChatAsync(Config.Metered, stream);
                if (answer.Status == 200 && (!stream || answer.Body.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal)))
                {
                    _seen.Add(answer.Id!);
                }
                else
                {
                    _refused.Add($"{answer.Status} {answer.Body}");
                }
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException)
            {
                Interlocked.Increment(ref _lost);
                await _gateway.Up.WaitAsync(Until.Patience);
            }
        }
    }
}
