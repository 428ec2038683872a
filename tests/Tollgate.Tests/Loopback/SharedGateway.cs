namespace Tollgate.Tests.Loopback;

/// <summary>One gateway for the tests of a class whose calls leave nothing behind.</summary>
public abstract class SharedGateway : IAsyncLifetime
{
    internal GatewayFixture Gateway { get; private set; } = null!;

    private protected abstract GatewaySetup Setup { get; }

    public async ValueTask InitializeAsync() => Gateway = await GatewayFixture.StartAsync(Setup);

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();
}
