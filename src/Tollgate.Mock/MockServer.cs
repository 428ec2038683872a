using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Tollgate.Mock;

/// <summary>A fake LLM upstream that speaks OpenAI's API and misbehaves on demand, for tests, load tests and demos.</summary>
/// <remarks>
/// <c>chat/completions</c>, <c>completions</c>, <c>embeddings</c> and <c>models</c> under <c>/v1/</c>, <c>/</c>, <c>/openai/v1/</c> and
/// <c>/openai/deployments/{deployment}/</c>; HTTP/1.1 without TLS; any credential is accepted.
/// </remarks>
public sealed class MockServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RequestLog? _log;

    private MockServer(WebApplication app, MockStatistics statistics, RequestLog? log)
    {
        _app = app;
        _log = log;
        Statistics = statistics;

        // "Any address" is nothing that a client could connect to.
        BaseAddress = new Uri(app.Urls.First()
            .Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)
            .Replace("[::]", "[::1]", StringComparison.Ordinal));
    }

    /// <summary>Where the server listens, e.g. <c>http://127.0.0.1:40123/</c>, without the API prefix.</summary>
    public Uri BaseAddress { get; }

    /// <summary>What the server has done so far.</summary>
    public MockStatistics Statistics { get; }

    /// <summary>The newest 1,000 requests, oldest first; empty unless <see cref="MockServerOptions.Record"/> is set.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _log?.Snapshot() ?? [];

    /// <summary>Starts a server.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or the host is neither an IP address nor <c>localhost</c>.</exception>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<MockServer> StartAsync(MockServerOptions options, CancellationToken cancellationToken = default)
    {
        options.Validate();
        var address = Resolve(options.Host);
        var statistics = new MockStatistics();
        var log = options.Record ? new RequestLog() : null;

        // An empty builder: no configuration files, no environment, no logging; a test's surroundings cannot change the server.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(address, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        app.Run(new MockHandler(options, statistics, log).HandleAsync);
        try
        {
            await app.StartAsync(cancellationToken);
            return new MockServer(app, statistics, log);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next request that this method has not returned yet, in order of arrival; waits for it.</summary>
    /// <exception cref="InvalidOperationException"><see cref="MockServerOptions.Record"/> is not set.</exception>
    public async Task<RecordedRequest> NextRequestAsync(CancellationToken cancellationToken = default)
    {
        var log = _log ?? throw new InvalidOperationException(
            $"Set {nameof(MockServerOptions)}.{nameof(MockServerOptions.Record)} to wait for requests.");
        return await log.NextAsync(cancellationToken);
    }

    /// <summary>Waits for SIGINT, SIGTERM or the token, then stops the server.</summary>
    public async Task WaitForShutdownAsync(CancellationToken cancellationToken = default)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        await using var cancelled = cancellationToken.Register(stop.SetResult);
        await stop.Task;
        await _app.StopAsync(CancellationToken.None);

        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }
    }

    /// <summary>Stops at once: open connections are aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static IPAddress Resolve(string host)
    {
        if (host is "localhost")
        {
            return IPAddress.Loopback;
        }

        return IPAddress.TryParse(host, out var address)
            ? address
            : throw new ArgumentException($"'{host}' is neither an IP address nor localhost.", nameof(host));
    }

    /// <summary>Leaves the process's signals alone: a test run or a command line has its own idea of them.</summary>
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
