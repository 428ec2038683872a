using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tollgate.Data.Redis;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Redis;

/// <summary>Redis as operators lay it out: users, socket files, encryption, a cluster, sentinels.</summary>
public sealed class RedisLayoutTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UserOfTheAccessList_LogsInAndOthersDoNot()
    {
        await using var server = await RedisServer.StartAsync();
        await server.AskAsync("ACL SETUSER gate on >p@ss ~tollgate:* +@all -@admin");
        await server.AskAsync("ACL SETUSER default off");

        await using var replica = await Replica.ConnectAsync($"redis://gate:p%40ss@127.0.0.1:{server.Port}");
        (await replica.TakeAsync("call", [Claims.Budget(1000, 10), Claims.Parallel(1)])).IsAdmitted.ShouldBeTrue();

        await using var wrong = Connection(new RedisSettings { Url = $"redis://gate:wrong@127.0.0.1:{server.Port}" });
        (await Should.ThrowAsync<RedisRefusedException>(() => wrong.OpenAsync("k"))).Message.ShouldStartWith("WRONGPASS");
    }

    [Fact]
    public async Task SocketFileAndDatabase_AreUsed()
    {
        await using var server = await RedisServer.StartAsync();
        await using var replica = await Replica.ConnectAsync($"unix://{server.SocketFile}?db=3");
        (await replica.TakeAsync("call", [Claims.Parallel(1)])).IsAdmitted.ShouldBeTrue();

        (await server.AskAsync("DBSIZE")).ShouldBe(":0");
        (await server.AskAsync("INFO keyspace")).ShouldNotBeEmpty();
        await server.AskAsync("SWAPDB 0 3");
        (await server.AskAsync("DBSIZE")).ShouldNotBe(":0");
    }

    [Fact]
    public async Task Encryption_TrustsTheNamedAuthorityOnly()
    {
        using var folder = new TemporaryFolder();
        WriteCertificates(folder, "127.0.0.1");
        var port = FreePort.Next();
        await using var server = await RedisServer.StartAsync(null, TlsArguments(folder, port));
        var authority = Uri.EscapeDataString(folder.File("ca.pem"));

        await using var replica = await Replica.ConnectAsync(
            $"rediss://127.0.0.1:{port}?ssl_ca_certs={authority}&ssl_certfile={Uri.EscapeDataString(folder.File("cert.pem"))}"
            + $"&ssl_keyfile={Uri.EscapeDataString(folder.File("key.pem"))}");
        (await replica.TakeAsync("call", [Claims.Parallel(1)])).IsAdmitted.ShouldBeTrue();

        await using var stranger = Connection(new RedisSettings { Url = $"rediss://127.0.0.1:{port}" });
        await Should.ThrowAsync<RedisUnavailableException>(() => stranger.OpenAsync("k"));
        await using var careless = Connection(new RedisSettings { Url = $"rediss://127.0.0.1:{port}?ssl_cert_reqs=none" });
        await careless.OpenAsync("k");
        (await careless.AskAsync("k", "PING")).Text.ShouldBe("PONG");
    }

    [Fact]
    public async Task CertificateOfAnotherHost_IsRefusedUnlessNamesAreNotChecked()
    {
        using var folder = new TemporaryFolder();
        WriteCertificates(folder, "10.1.2.3");
        var port = FreePort.Next();
        await using var server = await RedisServer.StartAsync(null, TlsArguments(folder, port));
        var url = $"rediss://127.0.0.1:{port}?ssl_ca_certs={Uri.EscapeDataString(folder.File("ca.pem"))}";

        await using var strict = Connection(new RedisSettings { Url = url });
        await Should.ThrowAsync<RedisUnavailableException>(() => strict.OpenAsync("k"));
        await using var lax = Connection(new RedisSettings { Url = url + "&ssl_check_hostname=false" });
        await lax.OpenAsync("k");
        (await lax.AskAsync("k", "PING")).Text.ShouldBe("PONG");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cluster_HoldsCountersTogetherAndKeysApart(bool isFixed)
    {
        await using var cluster = await RedisCluster.StartAsync();
        var settings = Replica.Settings with { ClusterNodes = [cluster.Addresses[0]] };
        await using var replica = await Replica.ConnectAsync("redis://", settings, new RateWindow(TimeSpan.FromMinutes(1), isFixed));
        Claim[] claims =
        [
            Claims.Budget(1000, 100, "key:a"), Claims.Budget(1000, 100, "team:b"), Claims.Requests(1, "key:api_key:a"), Claims.Parallel(9, "user:c"),
        ];
        (await replica.TakeAsync("one", claims)).IsAdmitted.ShouldBeTrue();
        replica.Counters.Settle("one", claims, 70, 5);
        var second = await replica.TakeAsync("two", claims);
        (second.IsAdmitted, second.FailedIndex).ShouldBe((false, 2));
        claims[0].Used.ShouldBe(70);

        await using var connection = Connection(settings with { Url = "redis://" });
        for (var i = 0; i < 30; i++)
        {
            var key = "tollgate:response:" + i;
            await connection.OpenAsync(key);
            (await connection.AskAsync(key, "SET", key, (long)i)).OrThrow();
        }

        foreach (var node in cluster.Servers)
        {
            (await node.AskAsync("DBSIZE")).ShouldNotBe(":0");
        }
    }

    [Fact]
    public async Task SlotThatMoves_IsFollowed()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var connection = Connection(new RedisSettings { Url = "redis://", ClusterNodes = cluster.Addresses });
        const string Key = "foo";
        await connection.OpenAsync(Key);
        (await connection.AskAsync(Key, "SET", Key, "before")).OrThrow();

        // The third node has the slot of "foo" (12182); the first takes it over.
        var (from, to) = (cluster.Servers[2], cluster.Servers[0]);
        var (fromId, toId) = (await from.AskAsync("CLUSTER MYID"), await to.AskAsync("CLUSTER MYID"));
        await to.AskAsync("CLUSTER SETSLOT 12182 IMPORTING " + fromId);
        await from.AskAsync("CLUSTER SETSLOT 12182 MIGRATING " + toId);
        (await connection.AskAsync("{foo}new", "SET", "{foo}new", "on its way")).OrThrow();
        await from.AskAsync($"MIGRATE 127.0.0.1 {to.Port} {Key} 0 5000");
        (await connection.AskAsync(Key, "GET", Key)).Text.ShouldBe("before");
        await to.AskAsync("CLUSTER SETSLOT 12182 NODE " + toId);
        await from.AskAsync("CLUSTER SETSLOT 12182 NODE " + toId);
        (await connection.AskAsync("{foo}new", "GET", "{foo}new")).Text.ShouldBe("on its way");

        await connection.OpenAsync(Key);
        (await connection.AskAsync(Key, "GET", Key)).Text.ShouldBe("before");
    }

    [Fact]
    public async Task Failover_IsFollowedToTheNewMaster()
    {
        await using var master = await RedisServer.StartAsync("secret", "--masterauth", "secret");
        await using var other = await RedisServer.StartAsync(
            "secret", "--masterauth", "secret", "--replicaof", "127.0.0.1 " + master.Port.ToString(CultureInfo.InvariantCulture));
        await using var sentinel = await RedisSentinel.StartAsync(master.Port, "secret", "watch");
        await sentinel.KnowsReplicaAsync();
        var settings = Replica.Settings with
        {
            SentinelNodes = [$"127.0.0.1:{FreePort.Next()}", sentinel.Address],
            SentinelService = RedisSentinel.Service,
            SentinelPassword = "watch",
            BreakerFailures = 1,
            BreakerRecovery = TimeSpan.Zero,
        };
        await using var replica = await Replica.ConnectAsync("redis://:secret@ignored", settings);
        (await replica.TakeAsync("before", [Claims.Parallel(9)])).IsAdmitted.ShouldBeTrue();

        master.Stop();
        await Condition.UntilAsync(async () =>
        {
            await replica.Counters.BeatAsync(Stop);
            return (await other.AskAsync("INFO replication", "secret")).Contains("role:master", StringComparison.Ordinal) && replica.Counters.IsAvailable;
        });
        (await replica.TakeAsync("after", [Claims.Parallel(9)])).IsAdmitted.ShouldBeTrue();
        (await other.AskAsync("ZSCORE tollgate:parallel:key:k after", "secret")).ShouldNotBeEmpty();
    }

    private static RedisConnection Connection(RedisSettings settings)
    {
        RedisTarget.TryCreate(settings, out var target, out var problem).ShouldBeTrue(problem);
        return new RedisConnection(target!);
    }

    private static string[] TlsArguments(TemporaryFolder folder, int port) =>
    [
        "--tls-port", port.ToString(CultureInfo.InvariantCulture), "--tls-cert-file", folder.File("cert.pem"), "--tls-key-file", folder.File("key.pem"),
        "--tls-ca-cert-file", folder.File("ca.pem"), "--tls-auth-clients", "optional",
    ];

    private static void WriteCertificates(TemporaryFolder folder, string address)
    {
        var now = DateTimeOffset.UtcNow;
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request = new CertificateRequest("CN=redis", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, now.AddDays(-1), now.AddDays(1), [1, 2, 3]);
        File.WriteAllText(folder.File("ca.pem"), authority.ExportCertificatePem());
        File.WriteAllText(folder.File("cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(folder.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}
