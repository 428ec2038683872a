using Tollgate.Configuration;

namespace Tollgate.Tests.Configuration;

public class RedisConfigTests
{
    [Theory]
    [InlineData("router_settings: {redis_host: redis, redis_port: \"6380\", redis_password: \"p@ss\", redis_db: 2}", "redis://:p%40ss@redis:6380/2")]
    [InlineData("router_settings: {redis_url: \"rediss://cache:1\", redis_host: other}", "rediss://cache:1")]
    [InlineData("litellm_settings: {cache: true, cache_params: {type: redis, host: cache, port: 6379, ssl: true}}", "rediss://cache:6379/0")]
    [InlineData("litellm_settings: {cache_params: {url: \"redis://cache:7\"}}", "redis://cache:7")]
    [InlineData("router_settings: {redis_host: \"fd00::1\"}", "redis://[fd00::1]:6379/0")]
    public void FileKeys_MakeTheUrl(string yaml, string url) => ConfigFixture.LoadClean(yaml).Redis.Url.ShouldBe(url);

    [Fact]
    public void NothingSet_IsNoRedis()
    {
        ConfigFixture.LoadClean("model_list: []").Redis.Url.ShouldBeNull();
        ConfigFixture.LoadClean("litellm_settings: {cache: true, cache_params: {type: local, host: cache}}").Redis.Url.ShouldBeNull();
    }

    [Fact]
    public void Environment_FillsWhatTheFileLeavesOpen()
    {
        ConfigFixture.LoadClean("model_list: []", ("REDIS_HOST", "cache"), ("REDIS_PORT", "6381"), ("REDIS_PASSWORD", "secret"), ("REDIS_SSL", "True"))
            .Redis.Url.ShouldBe("rediss://:secret@cache:6381/0");
        ConfigFixture.LoadClean("model_list: []", ("REDIS_HOST", "cache"), ("REDIS_URL", "redis://other")).Redis.Url.ShouldBe("redis://other");
        ConfigFixture.LoadClean("router_settings: {redis_host: mine}", ("REDIS_URL", "redis://other"), ("REDIS_PASSWORD", "secret"))
            .Redis.Url.ShouldBe("redis://:secret@mine:6379/0");
    }

    [Fact]
    public void PortAsContainersLeaveIt_IsTheDefault()
    {
        var result = ConfigFixture.Load("model_list: []", ("REDIS_HOST", "cache"), ("REDIS_PORT", "tcp://10.0.0.1:6379"));
        result.Config!.Redis.Url.ShouldBe("redis://cache:6379/0");
        result.Diagnostics.ShouldContain(problem => problem.Code == "CFG019");
    }

    [Fact]
    public void Bounds_ComeFromTheEnvironment()
    {
        var redis = ConfigFixture.LoadClean(
            "model_list: []",
            ("REDIS_SOCKET_TIMEOUT", "0.25"), ("REDIS_CIRCUIT_BREAKER_FAILURE_THRESHOLD", "2"), ("REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT", "5")).Redis;
        redis.OperationTimeout.ShouldBe(TimeSpan.FromSeconds(0.25));
        redis.BreakerFailures.ShouldBe(2);
        redis.BreakerRecovery.ShouldBe(TimeSpan.FromSeconds(5));
        ConfigFixture.LoadClean("litellm_settings: {cache_params: {type: redis, host: h, socket_timeout: 1}}").Redis
            .OperationTimeout.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void UrlThatCannotBeUsed_IsAnErrorWithoutTheSecret()
    {
        var result = ConfigFixture.Load("model_list: []", ("REDIS_URL", "redis://bob:secret@cache"));
        result.Config!.Redis.Url.ShouldBeNull();
        var problem = result.Diagnostics.ShouldHaveSingleItem();
        problem.Level.ShouldBe(DiagnosticLevel.Error);
        problem.Message.ShouldContain("Redis users");
        problem.Message.ShouldNotContain("secret");
    }
}
