using Tollgate.Mock;
using Tollgate.Testing;

namespace Tollgate.Money.Tests.Gateway;

/// <summary>Three gateways on one PostgreSQL and one Redis, behind nginx, in front of one fake upstream.</summary>
internal sealed class Replicas : IAsyncDisposable
{
    /// <summary>A rate window that no test outlives: the next begins in the year 2033, not at midnight.</summary>
    public static readonly (string Name, string Value) LongWindow = ("LITELLM_RATE_LIMIT_WINDOW_SIZE", "1000000000");

    /// <summary>
    /// Redis is not given up on because this machine is busy: within the usual 0.1 s a cold replica may not come to read its answer, and
    /// would go on with limits of its own.
    /// </summary>
    public static readonly (string Name, string Value) PatientRedis = ("REDIS_SOCKET_TIMEOUT", "10");

    private const int Count = 3;

    private readonly List<IAsyncDisposable> _parts = [];
    private readonly List<GatewayProcess> _all = [];

    private Replicas(MockServer upstream, RedisServer redis)
    {
        Upstream = upstream;
        Redis = redis;
    }

    /// <summary>The fake upstream.</summary>
    public MockServer Upstream { get; }

    /// <summary>The shared counters.</summary>
    public RedisServer Redis { get; }

    /// <summary>The gateways.</summary>
    public IReadOnlyList<GatewayProcess> All => _all;

    /// <summary>Where nginx listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The driver's connection string of the database.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Starts everything.</summary>
    /// <param name="tollgate">Members of section <c>tollgate</c>.</param>
    /// <param name="environment">Variables besides those of the stores.</param>
    public static async Task<Replicas> StartAsync(string tollgate = "", params (string Name, string Value)[] environment)
    {
        var upstream = await MockServer.StartAsync(new MockServerOptions(), TestContext.Current.CancellationToken);
        var replicas = new Replicas(upstream, await RedisServer.StartAsync());
        replicas._parts.AddRange([upstream, replicas.Redis]);
        try
        {
            var server = await PostgresServer.SharedAsync();
            var url = await server.CreateMigratedDatabaseAsync();
            replicas.ConnectionString = server.ConnectionStringOf(new Uri(url).AbsolutePath[1..]);
            var config = Config.For(upstream.BaseAddress, tollgate);
            for (var i = 0; i < Count; i++)
            {
                var gateway = await GatewayProcess.StartAsync(
                    config, [("DATABASE_URL", url), ("REDIS_URL", replicas.Redis.Url), LongWindow, .. environment]);
                replicas._parts.Add(gateway);
                replicas._all.Add(gateway);
            }

            var nginx = await Nginx.StartAsync(replicas._all.Select(static gateway => gateway.Address));
            replicas._parts.Add(nginx);
            replicas.Address = nginx.Address;
            return replicas;
        }
        catch
        {
            await replicas.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until each replica has told the database all it knows.</summary>
    public Task DrainedAsync() => Task.WhenAll(_all.Select(static gateway => gateway.DrainedAsync()));

    /// <summary>Waits until each replica's readiness has these words for the shared counters.</summary>
    public Task CountersAsync(string words) => Until.TrueAsync(
        async () =>
        {
            var states = await Task.WhenAll(_all.Select(static gateway => gateway.ReadinessAsync()));
            return states.All(state => state.GetProperty("cache").GetString() == words);
        },
        () => $"Not every replica says: {words}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _parts.Reverse();
        foreach (var part in _parts)
        {
            await part.DisposeAsync();
        }
    }
}
