using Tollgate.Data.Redis;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Tests.Redis;

public sealed class RedisTargetTests
{
    public static TheoryData<string, string, RedisLogin> Urls { get; } = new()
    {
        { "redis://cache", "cache:6379", new RedisLogin(null, null, 0, null) },
        { "redis://:s%40cret@10.0.0.1:6380/3", "10.0.0.1:6380", new RedisLogin(null, "s@cret", 3, null) },
        { "redis://bob:secret@cache", "cache:6379", new RedisLogin("bob", "secret", 0, null) },
        { "redis://cache?username=bob&password=secret", "cache:6379", new RedisLogin("bob", "secret", 0, null) },
        {
            "rediss://default:secret@cache.example:6379/0?ssl_cert_reqs=none", "cache.example:6379",
            new RedisLogin("default", "secret", 0, new RedisTls(VerifiesCertificate: false))
        },
        {
            "rediss://cache?ssl_check_hostname=false&ssl_ca_certs=%2Fetc%2Fca.pem&ssl_certfile=c&ssl_keyfile=k", "cache:6379",
            new RedisLogin(null, null, 0, new RedisTls(true, false, "/etc/ca.pem", "c", "k"))
        },
        { "redis://[::1]:7000?db=2", "::1:7000", new RedisLogin(null, null, 2, null) },
        { "unix:///run/redis/redis.sock?db=4", "/run/redis/redis.sock", new RedisLogin(null, null, 4, null) },
        { "unix://bob:s%2Fcret@/run/redis.sock", "/run/redis.sock", new RedisLogin("bob", "s/cret", 0, null) },
    };

    [Theory]
    [MemberData(nameof(Urls))]
    public void Url_SaysWhereAndHow(string url, string name, RedisLogin login)
    {
        RedisTarget.TryParse(url, out var target, out var problem).ShouldBeTrue(problem);
        target.ShouldNotBeNull().Name.ShouldBe(name);
        target.Login.ShouldBe(login);
    }

    [Theory]
    [InlineData("cache:6379", "must start with redis://")]
    [InlineData("unix://redis.sock", "socket's file")]
    [InlineData("http://cache", "must start with redis://")]
    [InlineData("redis://cache/first", "must be a number")]
    [InlineData("redis://cache:secret", "host or host:port")]
    [InlineData("redis://secret@cache", "needs a password")]
    public void UnusableUrl_IsRefusedWithoutRepeatingIt(string url, string reason)
    {
        RedisTarget.TryParse(url, out var target, out var problem).ShouldBeFalse();
        target.ShouldBeNull();
        problem.ShouldNotBeNull().ShouldContain(reason);
        problem.ShouldNotContain("secret");
    }

    [Fact]
    public void Nodes_TakeLoginAndEncryptionFromTheUrl()
    {
        var settings = new RedisSettings { Url = "rediss://bob:secret@ignored", ClusterNodes = ["a:7000", "[fd00::1]:7001"] };
        RedisTarget.TryCreate(settings, out var cluster, out var problem).ShouldBeTrue(problem);
        (cluster!.Kind, cluster.Name, cluster.Login).ShouldBe((RedisKind.Cluster, "a:7000, fd00::1:7001", new RedisLogin("bob", "secret", 0, new RedisTls())));

        settings = settings with { SentinelNodes = ["s:26379"], SentinelService = "mymaster", SentinelPassword = "other" };
        RedisTarget.TryCreate(settings, out var sentinel, out _).ShouldBeTrue();
        (sentinel!.Kind, sentinel.Name).ShouldBe((RedisKind.Sentinel, "s:26379 (mymaster)"));
        sentinel.SentinelLogin.ShouldBe(new RedisLogin(null, "other", 0, new RedisTls()));
    }

    [Fact]
    public void UnusableNodes_AreRefused()
    {
        Problem(new RedisSettings { Url = "redis://x/2", ClusterNodes = ["a:1"] }).ShouldContain("databases other than 0");
        Problem(new RedisSettings { Url = "redis://x", ClusterNodes = ["a"] }).ShouldContain("'a' is not an address");
        Problem(new RedisSettings { Url = "redis://x", SentinelNodes = ["a:1"] }).ShouldContain("name of the service");

        static string Problem(RedisSettings settings)
        {
            RedisTarget.TryCreate(settings, out _, out var problem).ShouldBeFalse();
            return problem.ShouldNotBeNull();
        }
    }
}
