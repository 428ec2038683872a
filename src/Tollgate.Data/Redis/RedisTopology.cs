namespace Tollgate.Data.Redis;

/// <summary>Finds out who holds the keys: the one server, the master that sentinels name, or the masters of a cluster.</summary>
internal sealed class RedisTopology(RedisTarget target, TimeProvider time)
{
    // Far longer than a network needs; nobody's call waits for it.
    private static readonly TimeSpan ConnectBound = TimeSpan.FromSeconds(1);

    /// <summary>Asks anew. <paramref name="known"/> are a cluster's nodes besides the configured ones.</summary>
    public async Task<RedisMap> FindAsync(IEnumerable<RedisAddress> known, CancellationToken cancellationToken) => target.Kind switch
    {
        RedisKind.Cluster => await FirstAsync(target.Nodes.Union(known), target.Login, SlotsAsync, cancellationToken),
        RedisKind.Sentinel => await FirstAsync(target.Nodes, target.SentinelLogin, MasterAsync, cancellationToken),
        _ => RedisMap.Of(target.Nodes[0]),
    };

    /// <summary>Connects to a process that holds keys.</summary>
    public async Task<RedisLine> ConnectAsync(RedisAddress address, CancellationToken cancellationToken)
    {
        var line = await OpenAsync(address, target.Login, cancellationToken);
        try
        {
            if (target.Kind == RedisKind.Sentinel)
            {
                await RequireMasterAsync(line, cancellationToken);
            }

            return line;
        }
        catch
        {
            line.Dispose();
            throw;
        }
    }

    private static async Task<RedisMap> SlotsAsync(RedisLine line, CancellationToken cancellationToken)
        => RedisMap.FromSlots(await line.AskAsync("CLUSTER", "SLOTS").WaitAsync(cancellationToken), line.Address);

    /// <summary>During a failover sentinels still name the old master, which has come back as a replica.</summary>
    private static async Task RequireMasterAsync(RedisLine line, CancellationToken cancellationToken)
    {
        var role = (await line.AskAsync("ROLE").WaitAsync(cancellationToken)).OrThrow();
        if (role.Items is not [var name, ..] || !string.Equals(name.Text, "master", StringComparison.Ordinal))
        {
            throw new RedisUnavailableException($"{line.Address} is not the master any more");
        }
    }

    private async Task<RedisMap> MasterAsync(RedisLine line, CancellationToken cancellationToken)
    {
        var answer = await line.AskAsync("SENTINEL", "get-master-addr-by-name", target.ServiceName!).WaitAsync(cancellationToken);
        return answer.OrThrow().Items is [var host, var port]
            ? RedisMap.Of(new RedisAddress(host.Text, (int)port.Number))
            : throw new RedisUnavailableException($"the sentinel {line.Address} does not know '{target.ServiceName}'");
    }

    /// <summary>What the first of some processes that answers says.</summary>
    private async Task<RedisMap> FirstAsync(
        IEnumerable<RedisAddress> asked,
        RedisLogin login,
        Func<RedisLine, CancellationToken, Task<RedisMap>> ask,
        CancellationToken cancellationToken)
    {
        Exception? last = null;
        foreach (var address in asked)
        {
            try
            {
                using var line = await OpenAsync(address, login with { Database = 0 }, cancellationToken);
                using var bound = new CancellationTokenSource(ConnectBound, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
                return await ask(line, either.Token);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested
                && exception is RedisUnavailableException or RedisRefusedException or OperationCanceledException)
            {
                last = exception;
            }
        }

        throw new RedisUnavailableException($"{target.Name}: {last?.Message ?? "nobody to ask"}", last);
    }

    private async Task<RedisLine> OpenAsync(RedisAddress address, RedisLogin login, CancellationToken cancellationToken)
    {
        using var bound = new CancellationTokenSource(ConnectBound, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        try
        {
            return await RedisLine.OpenAsync(address, login, time, either.Token);
        }
        catch (OperationCanceledException) when (bound.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RedisUnavailableException($"{address} does not answer");
        }
    }
}
