using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Lookups;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine;

/// <summary>
/// Configuration compiled for requests. Immutable: a request takes the current one at its first step and keeps it; a reload makes another
/// and swaps the reference (R10).
/// </summary>
public sealed class GatewaySnapshot
{
    /// <summary>User id of the master key (LiteLLM's).</summary>
    public const string MasterUserId = "default_user_id";

    private const int MostPatterns = 4096;
    private const int MostAddresses = 4096;

    private static readonly byte[] NobodyPrefix = SpendMetadata.PrefixFor("", userId: null);

    private readonly byte[] _adminPrefix;
    private readonly ConcurrentDictionary<IPAddress, string> _addresses = new();

    private readonly FrozenDictionary<string, FrozenSet<string>> _accessGroups;
    private readonly ConcurrentDictionary<string, WildcardPattern> _patterns = new(StringComparer.Ordinal);
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
        Lookups = new LookupDirectory(config, providers, Prices);
        MasterKey = config.General.MasterKey is { Length: > 0 } key ? Encoding.UTF8.GetBytes(key) : null;
        MasterKeyHash = MasterKey is null ? "" : Convert.ToHexStringLower(SHA256.HashData(MasterKey));
        _adminPrefix = SpendMetadata.PrefixFor(MasterKeyHash, MasterUserId);
        PublicRoutes = [.. config.General.PublicRoutes.Select(static route => new RoutePattern(route))];
        AllowedRoutes = [.. config.General.AllowedRoutes.Select(static route => new RoutePattern(route))];
        AllowedClients = new ClientAddresses(config.General.AllowedIps);
        _accessGroups = config.Deployments
            .SelectMany(static deployment => deployment.Info.AccessGroups, static (deployment, group) => (group, deployment.ModelGroup))
            .GroupBy(static pair => pair.group, static pair => pair.ModelGroup, StringComparer.Ordinal)
            .ToFrozenDictionary(static names => names.Key, static names => names.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    public GatewayConfig Config { get; }

    public IProviderDirectory Providers { get; }

    /// <summary>Access groups of deployments (<c>model_info.access_groups</c>), with the names of the models in them.</summary>
    public IReadOnlyDictionary<string, FrozenSet<string>> AccessGroups => _accessGroups;

    public ModelResolver Models { get; }

    /// <summary>Tools and stores that can be searched.</summary>
    public LookupDirectory Lookups { get; }

    /// <summary>Prices of models.</summary>
    public PriceBook Prices { get; }

    /// <summary>The master key as UTF-8; null when the gateway is open.</summary>
    public byte[]? MasterKey { get; }

    /// <summary>SHA-256 of the master key as rows name it; empty when there is none.</summary>
    public string MasterKeyHash { get; }

    /// <summary>Routes that need no key.</summary>
    public ImmutableArray<RoutePattern> PublicRoutes { get; }

    /// <summary>The only routes served; empty means all.</summary>
    public ImmutableArray<RoutePattern> AllowedRoutes { get; }

    /// <summary>Who may call at all.</summary>
    public ClientAddresses AllowedClients { get; }

    /// <summary>True when a model group belongs to an access group (<c>model_info.access_groups</c>).</summary>
    internal bool IsInAccessGroup(string accessGroup, string model)
        => _accessGroups.TryGetValue(accessGroup, out var models)
            && (models.Contains(model) || (Models.Resolve(model) is { } group && models.Contains(group.Deployments[0].Config.ModelGroup)));

    /// <summary>A pattern of a model list, compiled once.</summary>
    internal WildcardPattern PatternFor(string text)
    {
        if (_patterns.TryGetValue(text, out var known))
        {
            return known;
        }

        var pattern = new WildcardPattern(text);
        if (_patterns.Count < MostPatterns)
        {
            _patterns.TryAdd(text, pattern);
        }

        return pattern;
    }

    /// <summary>Beginning of the log row's metadata for a caller without a virtual key.</summary>
    internal byte[] MetadataPrefixFor(Caller caller) => caller.IsAdmin ? _adminPrefix : NobodyPrefix;

    /// <summary>An address as text; the same clients call again and again.</summary>
    internal string TextOf(IPAddress address)
    {
        if (_addresses.TryGetValue(address, out var known))
        {
            return known;
        }

        var text = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        if (_addresses.Count < MostAddresses)
        {
            _addresses.TryAdd(address, text);
        }

        return text;
    }

    /// <summary>The administrator whose key came in a header; one object per header name, so that warm calls allocate none.</summary>
    internal Caller AdminFor(string header) => _admins.GetOrAdd(header, static name => new Caller(CallerRole.ProxyAdmin, name));
}
