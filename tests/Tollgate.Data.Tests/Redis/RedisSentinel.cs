using System.Globalization;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Redis;

/// <summary>One sentinel that decides alone, a second after its master has gone.</summary>
internal sealed class RedisSentinel : IAsyncDisposable
{
    public const string Service = "gate";

    private readonly TemporaryFolder _folder;
    private readonly RedisServer _server;
    private readonly string _password;

    private RedisSentinel(TemporaryFolder folder, RedisServer server, string password)
    {
        _folder = folder;
        _server = server;
        _password = password;
    }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_server.Port}");

    public static async Task<RedisSentinel> StartAsync(int masterPort, string masterPassword, string password)
    {
        var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("sentinel.conf"), string.Create(CultureInfo.InvariantCulture, $"""
            sentinel monitor {Service} 127.0.0.1 {masterPort} 1
            sentinel auth-pass {Service} {masterPassword}
            sentinel down-after-milliseconds {Service} 1000
            sentinel failover-timeout {Service} 5000

            """));
        return new RedisSentinel(folder, await RedisServer.StartSentinelAsync(password, folder.File("sentinel.conf")), password);
    }

    public Task KnowsReplicaAsync() => Condition.UntilAsync(
        async () => (await _server.AskAsync("SENTINEL REPLICAS " + Service, _password)).Equals("*1", StringComparison.Ordinal)
            && (await _server.AskAsync("SENTINEL CKQUORUM " + Service, _password)).StartsWith("+OK", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
