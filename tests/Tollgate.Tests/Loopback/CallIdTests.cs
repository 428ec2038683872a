namespace Tollgate.Tests.Loopback;

public sealed class CallIdTests
{
    [Fact]
    public async Task CallsUnderOneIdOfTheClient_AreAllAccounted()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            var refused = await gateway.ChatAsync(GatewayFixture.Chat("unknown"), ("x-litellm-call-id", "mine"));
            refused.Status.ShouldBe(400);
            refused.Headers["x-litellm-call-id"].ShouldBe("mine");
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await gateway.GetAsync("spend/logs?limit=10&status=failure")).Json.GetArrayLength() < 3)
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }
}
