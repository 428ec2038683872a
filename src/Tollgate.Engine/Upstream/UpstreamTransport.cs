using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Tollgate.Engine.Configuration;

namespace Tollgate.Engine.Upstream;

/// <summary>Connection pools to upstreams: one handler per TLS and proxy settings, for the life of the process.</summary>
public sealed class UpstreamTransport(ServerSettings settings) : IDisposable
{
    // Long enough to be free, short enough that a changed DNS record is noticed.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    // A stream that is given up must not keep its upstream busy; one that has just ended needs a moment to close in order.
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<TransportOptions, Lazy<HttpMessageInvoker>> _invokers = new();

    /// <summary>The pool for a connection's settings.</summary>
    public HttpMessageInvoker For(in TransportOptions options)
        => _invokers.TryGetValue(options, out var known) ? known.Value : Add(options);

    /// <summary>Closes all connections.</summary>
    public void Dispose()
    {
        foreach (var invoker in _invokers.Values)
        {
            if (invoker.IsValueCreated)
            {
                invoker.Value.Dispose();
            }
        }
    }

    private HttpMessageInvoker Add(TransportOptions options)
        => _invokers.GetOrAdd(options, key => new Lazy<HttpMessageInvoker>(() => new HttpMessageInvoker(MakeHandler(key), disposeHandler: true))).Value;

    private SocketsHttpHandler MakeHandler(TransportOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ResponseDrainTimeout = DrainTimeout,
            ConnectTimeout = settings.ConnectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            PooledConnectionIdleTimeout = settings.PooledConnectionIdleTimeout,
            EnableMultipleHttp2Connections = true,
            UseProxy = options.Proxy is not null || settings.UseEnvironmentProxy,
        };
        if (settings.MaxConnectionsPerHost is { } limit)
        {
            handler.MaxConnectionsPerServer = limit;
        }

        if (options.Proxy is { } proxy)
        {
            handler.Proxy = new WebProxy(proxy);
        }

        handler.SslOptions.RemoteCertificateValidationCallback = ValidatorFor(options);
        return handler;
    }

    private static RemoteCertificateValidationCallback? ValidatorFor(TransportOptions options)
    {
        if (!options.SslVerify)
        {
#pragma warning disable CA5359 // The operator's explicit ssl_verify: false, for hosts with certificates of their own making.
            return static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        if (options.CaFile is not { } path)
        {
            return null;
        }

        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(path);
        return (_, certificate, _, errors) => errors == SslPolicyErrors.None
            || (errors == SslPolicyErrors.RemoteCertificateChainErrors && certificate is X509Certificate2 leaf && IsTrusted(leaf, roots));
    }

    private static bool IsTrusted(X509Certificate2 leaf, X509Certificate2Collection roots)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(leaf);
    }
}
