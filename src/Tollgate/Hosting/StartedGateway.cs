namespace Tollgate.Hosting;

/// <summary>A gateway that serves.</summary>
internal sealed class StartedGateway(WebApplication app, Uri address) : IAsyncDisposable
{
    /// <summary>Where it listens; with the real port when a free one was asked for.</summary>
    public Uri Address { get; } = address;

    /// <summary>What it is made of.</summary>
    public IServiceProvider Services => app.Services;

    /// <summary>Waits until a signal has stopped it.</summary>
    public Task WaitForShutdownAsync() => app.WaitForShutdownAsync();

    /// <summary>Stops it; connections get a few seconds to end.</summary>
    public Task StopAsync() => app.StopAsync();

    /// <summary>Gives everything back.</summary>
    public ValueTask DisposeAsync() => app.DisposeAsync();
}
