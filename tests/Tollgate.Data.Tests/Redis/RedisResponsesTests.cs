using System.Text;
using Tollgate.Data.Redis;
using Tollgate.Engine.Configuration;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Redis;

public sealed class RedisResponsesTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task KeptAnswer_IsFoundByOtherReplicas_UntilItIsForgotten()
    {
        await using var one = Connect();
        await using var other = Connect();
        var kept = Encoding.UTF8.GetBytes("""{"input":[],"answer":{}}""");
        await Over(one).KeepAsync("resp_1", kept, TimeSpan.FromMinutes(1));
        (await Over(other).FindAsync("resp_1"))!.Value.ToArray().ShouldBe(kept);
        (await Over(other).FindAsync("resp_2")).ShouldBeNull();
        await Over(other).ForgetAsync("resp_1");
        (await Over(one).FindAsync("resp_1")).ShouldBeNull();
    }

    [Fact]
    public async Task StoppedServer_IsNoError()
    {
        await using var connection = Connect();
        var responses = Over(connection);
        await responses.KeepAsync("resp_1", "{}"u8.ToArray(), TimeSpan.FromMinutes(1));
        _server.Stop();
        await responses.KeepAsync("resp_2", "{}"u8.ToArray(), TimeSpan.FromMinutes(1));
        (await responses.FindAsync("resp_1")).ShouldBeNull();
        await responses.ForgetAsync("resp_1");
    }

    private static RedisResponses Over(RedisConnection connection)
        => new(connection, new RedisSettings { OperationTimeout = TimeSpan.FromSeconds(5) }, TimeProvider.System);

    private RedisConnection Connect()
    {
        RedisTarget.TryParse(_server.Url, out var target, out _).ShouldBeTrue();
        return new RedisConnection(target!);
    }
}
