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
        var result = ConfigFixture.Load("model_list: []", ("REDIS_URL", "redis://secret@cache"));
        result.Config!.Redis.Url.ShouldBeNull();
        var problem = result.Diagnostics.ShouldHaveSingleItem();
        problem.Level.ShouldBe(DiagnosticLevel.Error);
        problem.Message.ShouldContain("Redis user needs a password");
        problem.Message.ShouldNotContain("secret");
    }

    [Fact]
    public void EncryptionAndUser_AreWrittenIntoTheUrl()
    {
        ConfigFixture.LoadClean(
            "litellm_settings: {cache_params: {type: redis, host: h, ssl: true, ssl_cert_reqs: required, ssl_check_hostname: false, ssl_ca_certs: /etc/ca.pem}}",
            ("REDIS_USERNAME", "gate"), ("REDIS_PASSWORD", "secret"), ("REDIS_SSL_CERTFILE", "c.pem"))
            .Redis.Url.ShouldBe(
                "rediss://gate:secret@h:6379/0?ssl_cert_reqs=required&ssl_check_hostname=false&ssl_ca_certs=%2Fetc%2Fca.pem&ssl_certfile=c.pem");
        ConfigFixture.LoadClean("model_list: []", ("REDIS_URL", "rediss://h?ssl_cert_reqs=none"), ("REDIS_SSL_CERT_REQS", "required"), ("REDIS_SSL_CA_CERTS", "ca"))
            .Redis.Url.ShouldBe("rediss://h?ssl_cert_reqs=none&ssl_ca_certs=ca");
        ConfigFixture.LoadClean("router_settings: {redis_url: \"unix:///run/redis.sock?db=1\", redis_ssl: true}").Redis.Url.ShouldBe("unix:///run/redis.sock?db=1");
        ConfigFixture.LoadClean("router_settings: {redis_host: h, cache_kwargs: {ssl: true, ssl_ca_certs: ca}}").Redis.Url.ShouldBe("rediss://h:6379/0?ssl_ca_certs=ca");
    }

    [Fact]
    public void Nodes_ComeFromTheFileOrTheEnvironment()
    {
        var cluster = ConfigFixture.LoadClean(
            "litellm_settings: {cache_params: {type: redis, redis_startup_nodes: [{host: a, port: 7000}, {host: b, port: \"7001\"}]}}", ("REDIS_PASSWORD", "secret")).Redis;
        cluster.ClusterNodes.ShouldBe(["a:7000", "b:7001"]);
        cluster.Url.ShouldBe("redis://:secret@localhost:6379/0");
        ConfigFixture.LoadClean("model_list: []", ("REDIS_CLUSTER_NODES", """[{"host": "a", "port": "7000"}]""")).Redis.ClusterNodes.ShouldBe(["a:7000"]);

        var sentinel = ConfigFixture.LoadClean(
            "model_list: []", ("REDIS_SENTINEL_NODES", """[["s1", 26379], ["s2"]]"""), ("REDIS_SERVICE_NAME", "mymaster"), ("REDIS_SENTINEL_PASSWORD", "watch")).Redis;
        sentinel.SentinelNodes.ShouldBe(["s1:26379", "s2:26379"]);
        (sentinel.SentinelService, sentinel.SentinelPassword).ShouldBe(("mymaster", "watch"));
        ConfigFixture.LoadClean("router_settings: {redis_host: mine}", ("REDIS_CLUSTER_NODES", """[{"host": "a", "port": 1}]""")).Redis.ClusterNodes.ShouldBeEmpty();
    }

    [Fact]
    public void NodesThatCannotBeUsed_AreSaid()
    {
        var result = ConfigFixture.Load("model_list: []", ("REDIS_CLUSTER_NODES", "a:7000"));
        result.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("REDIS_CLUSTER_NODES is not a JSON list");
        result.Config!.Redis.Url.ShouldBeNull();

        result = ConfigFixture.Load("model_list: []", ("REDIS_SENTINEL_NODES", """[["s", 1]]"""));
        result.Config!.Redis.Url.ShouldBeNull();
        result.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("name of the service");
    }
}
