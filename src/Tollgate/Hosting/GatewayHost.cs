using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Tollgate.Configuration;
using Tollgate.Data.Startup;
using Tollgate.Endpoints;
using Tollgate.Engine;
using Tollgate.Management;

namespace Tollgate.Hosting;

/// <summary>The composition root: configuration, container, server, routes; and how a start can fail.</summary>
internal sealed class GatewayHost(ServeOptions options, EnvironmentSource environment, TextWriter output, TextWriter errors)
{
    private const int DefaultPort = 4000;

    /// <summary>Header lines of real clients stay below 8 KB each; 64 KB leaves room for long bearer tokens and cookies (Kestrel: 32 KB).</summary>
    private const int MostHeaderBytes = 64 * 1024;

    /// <summary>After the drain nothing is left but idle connections.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Serves until stopped.</summary>
    /// <returns>Exit code: 0 after an orderly stop, 1 when the start failed, 2 for flags that do not fit together.</returns>
    public async Task<int> RunAsync()
    {
        var (gateway, exitCode) = await StartAsync();
        if (gateway is null)
        {
            return exitCode;
        }

        await using (gateway)
        {
            await gateway.WaitForShutdownAsync();
        }

        return 0;
    }

    /// <summary>Starts serving.</summary>
    /// <returns>The gateway; null when there is nothing to wait for, with the exit code that says why.</returns>
    public async Task<(StartedGateway? Gateway, int ExitCode)> StartAsync()
    {
        if (options.SslCertificateFile is null != options.SslKeyFile is null)
        {
            await errors.WriteLineAsync("--ssl_certfile_path and --ssl_keyfile_path need each other.");
            return (null, 2);
        }

        // Providers are there before the container; it owns what logins are logged with.
        var logins = new LateLoggers();
        var providers = ProviderSetup.Open(environment, logins);
        var source = new ConfigSource(options, environment, providers);
        ConfigResult result;
        try
        {
            result = source.Load();
        }
        catch (IOException exception)
        {
            await errors.WriteLineAsync(exception.Message);
            return (null, 1);
        }

        await errors.WriteAsync(DiagnosticPrinter.ToText(
            result.HasFatal ? result.Diagnostics : ConfigSource.WorthShowing(result), ConfigSource.SourceLine));
        if (result.Config is not { } config)
        {
            await errors.WriteLineAsync("The configuration has fatal problems; the gateway does not start.");
            return (null, 1);
        }

        if (options.SkipServerStartup)
        {
            return (null, 0);
        }

        var prices = new PriceSetup(providers.Catalogue.Models, source.Data);
        if (await ListenAsync(source, new GatewaySnapshot(config, providers, prices.Open()), prices, logins) is not { } app)
        {
            return (null, 1);
        }

        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        await new StartBanner(output).WriteAsync(address, source, config);
        return (new StartedGateway(app, new Uri(address)), 0);
    }

    private async Task<WebApplication?> ListenAsync(
        ConfigSource source, GatewaySnapshot snapshot, PriceSetup prices, LateLoggers logins)
    {
        WebApplication? app = null;
        try
        {
            if (!TryAddress(Host(source), out _) || Port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
            {
                await errors.WriteLineAsync(
                    $"Cannot listen on {Host(source)}:{Port}: the host must be an IP address or localhost, the port a number from 0 to {IPEndPoint.MaxPort}.");
                return null;
            }

            // Certificates are read while the server is built.
            app = Build(source, snapshot, prices);
            logins.Attach(app.Services.GetRequiredService<ILoggerFactory>());
            await app.StartAsync();
            if (await IsReadyAsync(app.Services))
            {
                return app;
            }
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            await errors.WriteLineAsync($"fatal CFG020 port {Port} is already in use. Stop the other process or choose another port with --port.");
        }
        catch (Exception exception) when (exception is SocketException or IOException or CryptographicException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"Cannot listen on {Host(source)}:{Port}: {exception.Message}");
        }

        if (app is not null)
        {
            // What was begun beside the start (a store being made) ends in order before its parts are disposed of.
            await app.StopAsync();
            await app.DisposeAsync();
        }

        return null;
    }

    /// <summary>Waits for the store: liveness already answers, readiness says what is missing.</summary>
    private async Task<bool> IsReadyAsync(IServiceProvider services)
    {
        var store = services.GetRequiredService<DatabaseStartup>();
        await services.GetRequiredService<ConfigurationWatcher>().FirstRead
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (store.Failure is not { } failure)
        {
            return true;
        }

        await errors.WriteLineAsync(failure);
        return false;
    }

    private int Port => options.Port ?? (int.TryParse(environment.GetNonEmpty("PORT"), out var port) ? port : DefaultPort);

    private string Host(ConfigSource source)
        => options.Host ?? environment.GetNonEmpty("HOST") ?? (source.IsQuickStart || options.Model is not null ? "127.0.0.1" : "0.0.0.0");

    private WebApplication Build(ConfigSource source, GatewaySnapshot snapshot, PriceSetup prices)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        var log = LogSettings.From(options, environment);
        log.Apply(builder.Logging);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, Host(source)));
        if (environment.IsOn("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"))
        {
            // Who lets the runtime answer sockets on the poller's threads wants no other thread woken after that either.
            builder.WebHost.UseSockets(static sockets => sockets.UnsafePreferInlineScheduling = true);
        }

        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddGateway(snapshot, source, prices, log);
        builder.Services.AddSingleton<IHostLifetime, ProcessLifetime>();
        builder.Services.AddHostedService<StartMemory>();
        builder.Services.AddApiDocument();
        builder.Services.AddCrossOrigin(environment);

        var app = builder.Build();
        app.Services.GetRequiredService<InFlight>().Started = app.Services.GetRequiredService<ConfigurationWatcher>().FirstRead;
        app.UseMiddleware<FrontDoor>();
        // PERF: only calls that ask for another protocol, and those from web pages, need a step of their own.
        app.UseWhen(static http => http.Request.Headers.Upgrade.Count > 0 || HttpMethods.IsConnect(http.Request.Method), static branch => branch.UseWebSockets());
        app.UseRouting();
        app.UseWhen(static http => http.Request.Headers.Origin.Count > 0, static branch => branch.UseCors());
        app.UseOwnPaths();
        app.MapLlm();
        app.MapMessages();
        app.MapGoogle();
        app.MapResponses();
        app.MapSearch();
        app.MapPassThrough();
        app.MapVideos();
        app.MapModels();
        app.MapManagement();
        app.MapHealth();
        app.MapRoutes();
        app.MapDocuments(snapshot.Config.Server);
        app.MapWelcome(snapshot.Config.Server);
        if (environment.IsOn("TOLLGATE_BENCH"))
        {
            // What the load benchmarks compare with the bare relay's own count; no part of the product.
            app.MapGet("/debug/allocated", static http => http.Response.WriteAsync(
                $"dotnet_gc_allocated_bytes_total {GC.GetTotalAllocatedBytes(precise: false)}\ndotnet_gc_heap_bytes {GC.GetTotalMemory(forceFullCollection: false)}\n"));
        }

        return app;
    }

    private void Configure(KestrelServerOptions kestrel, string host)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxRequestHeadersTotalSize = MostHeaderBytes;
        if (options.KeepAliveSeconds is > 0 and var seconds)
        {
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(seconds);
        }

        TryAddress(host, out var address);
        kestrel.Listen(address, Port, listen =>
        {
            if (options.SslCertificateFile is { } certificate)
            {
                listen.UseHttps(TlsCertificate.Load(certificate, options.SslKeyFile!, environment.GetNonEmpty("SSL_KEYFILE_PASSWORD")));
            }
        });
    }

    private static bool TryAddress(string host, out IPAddress address)
    {
        address = IPAddress.Loopback;
        return string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host, out address!);
    }
}
