using Tollgate.Data.Redis;

namespace Tollgate.Data.Tests.Redis;

public sealed class RedisTargetTests
{
    public static TheoryData<string, RedisTarget> Urls { get; } = new()
    {
        { "redis://cache", new RedisTarget("cache", 6379, null, 0, false, true) },
        { "redis://:s%40cret@10.0.0.1:6380/3", new RedisTarget("10.0.0.1", 6380, "s@cret", 3, false, true) },
        { "rediss://default:secret@cache.example:6379/0?ssl_cert_reqs=none", new RedisTarget("cache.example", 6379, "secret", 0, true, false) },
        { "redis://[::1]:7000?db=2", new RedisTarget("::1", 7000, null, 2, false, true) },
    };

    [Theory]
    [MemberData(nameof(Urls))]
    public void Url_SaysWhere(string url, RedisTarget expected)
    {
        RedisTarget.TryParse(url, out var target, out var problem).ShouldBeTrue(problem);
        target.ShouldBe(expected);
    }

    [Theory]
    [InlineData("cache:6379", "must start with redis://")]
    [InlineData("unix:///run/redis/redis.sock", "unix sockets")]
    [InlineData("http://cache", "must start with redis://")]
    [InlineData("redis://cache/first", "must be a number")]
    [InlineData("redis://bob:secret@cache", "users other than")]
    public void UnusableUrl_IsRefusedWithoutRepeatingIt(string url, string reason)
    {
        RedisTarget.TryParse(url, out var target, out var problem).ShouldBeFalse();
        target.ShouldBeNull();
        problem.ShouldNotBeNull().ShouldContain(reason);
        problem.ShouldNotContain("secret");
    }
}
