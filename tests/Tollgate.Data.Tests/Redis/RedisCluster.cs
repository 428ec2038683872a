using System.Collections.Immutable;
using System.Globalization;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Redis;

/// <summary>Three masters that share the slots.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private static readonly string[] Ranges = ["0 5460", "5461 10922", "10923 16383"];

    private readonly List<RedisServer> _servers = [];

    public IReadOnlyList<RedisServer> Servers => _servers;

    public ImmutableArray<string> Addresses => [.. _servers.Select(static s => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{s.Port}"))];

    public static async Task<RedisCluster> StartAsync()
    {
        var cluster = new RedisCluster();
        try
        {
            var buses = new int[Ranges.Length];
            for (var i = 0; i < Ranges.Length; i++)
            {
                buses[i] = FreePort.Next();
                cluster._servers.Add(await RedisServer.StartAsync(
                    null, "--cluster-enabled", "yes", "--cluster-port", buses[i].ToString(CultureInfo.InvariantCulture)));
                await cluster._servers[i].AskAsync("CLUSTER ADDSLOTSRANGE " + Ranges[i]);

                // Nodes of one epoch settle among themselves who is newer, at some later time, and who wins takes back a slot that has moved.
                var epoch = (i + 1).ToString(CultureInfo.InvariantCulture);
                (await cluster._servers[i].AskAsync("CLUSTER SET-CONFIG-EPOCH " + epoch)).ShouldBe("+OK");
            }

            for (var i = 1; i < Ranges.Length; i++)
            {
                await cluster._servers[0].AskAsync($"CLUSTER MEET 127.0.0.1 {cluster._servers[i].Port} {buses[i]}");
            }

            foreach (var server in cluster._servers)
            {
                await Condition.UntilAsync(async () =>
                    (await server.AskAsync("CLUSTER INFO")).Contains("cluster_state:ok", StringComparison.Ordinal)
                    && (await server.AskAsync("CLUSTER SLOTS")).Equals("*3", StringComparison.Ordinal));
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }
}
