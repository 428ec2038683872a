using System.Collections.Concurrent;
using System.Globalization;

namespace Tollgate.Data.Redis;

/// <summary>
/// The way to Redis of this process: one connection to each process that holds keys, opened when first used and anew when it broke.
/// Commands never wait for a connection: without one they fail at once, and <see cref="OpenAsync"/>, called every second, brings it back.
/// </summary>
/// <param name="target">Where Redis is.</param>
/// <param name="time">Clock of bounds; the system's when null.</param>
public sealed class RedisConnection(RedisTarget target, TimeProvider? time = null) : IAsyncDisposable
{
    // Longer than any script runs, shorter than the kernel waits for a host that is gone.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _opening = new(1);
    private readonly ConcurrentDictionary<RedisAddress, RedisLine> _lines = new();
    private readonly RedisTopology _topology = new(target, time ?? TimeProvider.System);
    private readonly CancellationTokenSource _stopping = new();
    private volatile RedisMap? _map;
    private volatile bool _isStale;

    /// <summary>Where it goes to, for logs.</summary>
    public string Name => target.Name;

    /// <summary>
    /// The name of a key that a script uses together with others: in a cluster all of those must lie in one slot, so the first braces are ours.
    /// </summary>
    internal string Together(string key) => target.Kind == RedisKind.Cluster ? "{tollgate}:" + key : key;

    /// <summary>Whether a command about a key can be sent now.</summary>
    internal bool IsOpenFor(string key) => LineFor(key) is not null;

    /// <summary>Opens the connection for a key unless it stands.</summary>
    /// <exception cref="RedisUnavailableException">Nobody is there.</exception>
    /// <exception cref="RedisRefusedException">The login was refused.</exception>
    internal async Task OpenAsync(string key)
    {
        await _opening.WaitAsync(_stopping.Token);
        try
        {
            if (LineFor(key) is { } standing && !_isStale)
            {
                if (!standing.IsSilentFor(LongestSilence))
                {
                    return;
                }

                standing.Dispose();
            }

            await OpenLockedAsync(key);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Sends a command about a key; where a cluster has moved the key, the new place is asked.</summary>
    /// <exception cref="RedisUnavailableException">There is no connection, or it broke.</exception>
    internal Task<RedisReply> AskAsync(string key, params ReadOnlySpan<RedisArgument> command)
    {
        var line = LineFor(key) ?? throw new RedisUnavailableException("not connected");
        var answer = line.AskAsync(command);

        // Only a cluster sends on: everyone else is spared the copy.
        return target.Kind == RedisKind.Cluster ? FollowAsync(line, answer, command.ToArray()) : answer;
    }

    /// <summary>True the first time that a script is to be sent to who holds a key.</summary>
    internal bool IsNew(RedisScript script, string key) => LineFor(key)?.IsNew(script) ?? true;

    /// <summary>Gives up the connection for a key: it leads to a process that takes no writes any more.</summary>
    internal void Drop(string key) => LineFor(key)?.Dispose();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var line in _lines.Values)
        {
            line.Dispose();
        }
    }

    private RedisLine? LineFor(string key)
        => _map?.Of(key) is { } address && _lines.TryGetValue(address, out var line) && line.IsOpen ? line : null;

    private async Task OpenLockedAsync(string key)
    {
        // A broken connection may mean that another process has taken over, so who does is asked again.
        var isKnown = _map?.Of(key) is { } known && !_lines.ContainsKey(known);
        if (!isKnown || _isStale)
        {
            _map = await _topology.FindAsync(_map?.All ?? [], _stopping.Token);
            _isStale = false;
            foreach (var former in _lines.Keys.Except(_map.All))
            {
                if (_lines.TryRemove(former, out var line))
                {
                    line.Dispose();
                }
            }
        }

        var address = _map!.Of(key) ?? throw new RedisUnavailableException($"{Name}: no node serves the slot of the counters");
        if (_lines.TryGetValue(address, out var standing) && standing.IsOpen)
        {
            return;
        }

        _lines.TryRemove(address, out _);
        _lines[address] = await OpenNodeAsync(address);
    }

    private async Task<RedisLine> OpenNodeAsync(RedisAddress address)
    {
        try
        {
            return await _topology.ConnectAsync(address, _stopping.Token);
        }
        catch (RedisUnavailableException) when (target.Kind != RedisKind.Server)
        {
            _isStale = true;
            throw;
        }
    }

    private async Task<RedisReply> FollowAsync(RedisLine line, Task<RedisReply> answer, RedisArgument[] command)
    {
        var reply = await answer;
        // MOVED 3999 127.0.0.1:6381: for good. ASK 3999 …: this once, while the slot is on its way.
        var isMoved = reply.IsError("MOVED ");
        if (!isMoved && !reply.IsError("ASK "))
        {
            return reply;
        }

        _isStale |= isMoved;
        var next = await NodeAsync(reply.Error!.Split(' ')[^1], line.Address.Host);
        return await (isMoved ? next.AskAsync(command) : next.AskMovingAsync(command));
    }

    private async Task<RedisLine> NodeAsync(string where, string sameHost)
    {
        if (!RedisAddress.TryParse(where.StartsWith(':') ? sameHost + where : where, out var address))
        {
            throw new RedisUnavailableException(string.Create(CultureInfo.InvariantCulture, $"{Name}: sent on to an address that cannot be read"));
        }

        await _opening.WaitAsync(_stopping.Token);
        try
        {
            if (_lines.TryGetValue(address, out var line) && line.IsOpen)
            {
                return line;
            }

            return _lines[address] = await OpenNodeAsync(address);
        }
        finally
        {
            _opening.Release();
        }
    }
}
