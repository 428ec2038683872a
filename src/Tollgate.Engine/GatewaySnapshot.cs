using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine;

/// <summary>
/// Configuration compiled for requests. Immutable: a request takes the current one at its first step and keeps it; a reload makes another
/// and swaps the reference (R10).
/// </summary>
public sealed class GatewaySnapshot
{
    private readonly ConcurrentDictionary<string, Caller> _admins = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Compiles a configuration.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="providers">Who is out there.</param>
    /// <param name="prices">Published prices; null leaves only those of the configuration.</param>
    public GatewaySnapshot(GatewayConfig config, IProviderDirectory providers, IPriceSource? prices = null)
    {
        Config = config;
        Providers = providers;
        Prices = new PriceBook(config, providers, prices ?? NoPrices.Instance);
        Models = new ModelResolver(config, providers, Prices);
        MasterKey = config.General.MasterKey is { Length: > 0 } key ? Encoding.UTF8.GetBytes(key) : null;
        PublicRoutes = [.. config.General.PublicRoutes.Select(static route => new RoutePattern(route))];
        AllowedRoutes = [.. config.General.AllowedRoutes.Select(static route => new RoutePattern(route))];
        AllowedClients = new ClientAddresses(config.General.AllowedIps);
    }

    public GatewayConfig Config { get; }

    public IProviderDirectory Providers { get; }

    public ModelResolver Models { get; }

    /// <summary>Prices of models.</summary>
    public PriceBook Prices { get; }

    /// <summary>The master key as UTF-8; null when the gateway is open.</summary>
    public byte[]? MasterKey { get; }

    /// <summary>Routes that need no key.</summary>
    public ImmutableArray<RoutePattern> PublicRoutes { get; }

    /// <summary>The only routes served; empty means all.</summary>
    public ImmutableArray<RoutePattern> AllowedRoutes { get; }

    /// <summary>Who may call at all.</summary>
    public ClientAddresses AllowedClients { get; }

    /// <summary>The administrator whose key came in a header; one object per header name, so that warm calls allocate none.</summary>
    internal Caller AdminFor(string header) => _admins.GetOrAdd(header, static name => new Caller(CallerRole.ProxyAdmin, name));
}
