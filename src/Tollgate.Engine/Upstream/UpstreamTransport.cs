using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Media;

namespace Tollgate.Engine.Upstream;

/// <summary>
/// Connection pools to upstreams: one handler per TLS and proxy settings, for the life of the process. A <see cref="ForeignRequest"/> goes through
/// a pool of its own that reaches the public internet only.
/// </summary>
public sealed class UpstreamTransport : IDisposable
{
    // Long enough to be free, short enough that a changed DNS record is noticed.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    // A stream that is given up must not keep its upstream busy; one that has just ended needs a moment to close in order.
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<TransportOptions, Lazy<HttpMessageInvoker>> _invokers = new();
    private readonly ServerSettings _settings;
    private readonly Func<MediaSettings> _foreign;
    private readonly AddressGuard _guard;

    /// <summary>Makes the pools.</summary>
    /// <param name="settings">Timeouts, sizes and proxy.</param>
    /// <param name="foreign">Which addresses of answers may be asked, as it is configured now.</param>
    public UpstreamTransport(ServerSettings settings, Func<MediaSettings> foreign)
        : this(settings, foreign, new AddressGuard())
    {
    }

    internal UpstreamTransport(ServerSettings settings, Func<MediaSettings> foreign, AddressGuard guard)
    {
        _settings = settings;
        _foreign = foreign;
        _guard = guard;
    }

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
        => _invokers.GetOrAdd(options, key => new Lazy<HttpMessageInvoker>(() => new Pool(this, key))).Value;

    private SocketsHttpHandler MakeHandler(TransportOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ResponseDrainTimeout = DrainTimeout,
            ConnectTimeout = _settings.ConnectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            PooledConnectionIdleTimeout = _settings.PooledConnectionIdleTimeout,
            EnableMultipleHttp2Connections = true,
            UseProxy = options.Proxy is not null || _settings.UseEnvironmentProxy,
        };
        if (_settings.MaxConnectionsPerHost is { } limit)
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

    private SocketsHttpHandler MakeGuarded(TransportOptions options)
    {
        var handler = MakeHandler(options with { Proxy = null });
        AddressGuard.Stand(handler);
        return handler;
    }

    private async Task<HttpResponseMessage> SendGuardedAsync(HttpMessageInvoker guarded, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _guard.AdmitAsync(request, _foreign(), cancellationToken) is { } refusal
                ? Refused(request, refusal) : await guarded.SendAsync(request, cancellationToken);
        }
        catch (SocketException exception)
        {
            throw new HttpRequestException("The host that the provider's answer names could not be found.", exception);
        }
    }

    private static HttpResponseMessage Refused(HttpRequestMessage request, string why) => new(HttpStatusCode.BadGateway)
    {
        RequestMessage = request,
        Content = new StringContent(
            $$$"""{"error":{"message":"The provider's answer names an address that is not asked: {{{why}}}.","code":"502"}}""", Encoding.UTF8, "application/json"),
    };

    /// <summary>One pool with the guarded one beside it, which few ever need.</summary>
    private sealed class Pool(UpstreamTransport transport, TransportOptions options) : HttpMessageInvoker(transport.MakeHandler(options), disposeHandler: true)
    {
        private readonly Lazy<HttpMessageInvoker> _guarded = new(() => new HttpMessageInvoker(transport.MakeGuarded(options), disposeHandler: true));

        public override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => request is ForeignRequest ? transport.SendGuardedAsync(_guarded.Value, request, cancellationToken) : base.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing && _guarded.IsValueCreated)
            {
                _guarded.Value.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
