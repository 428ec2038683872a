using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.PassThrough;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;

namespace Tollgate.Providers.PassThrough;

/// <summary>Where relayed calls go, from the table of prefixes, the deployments and the environment.</summary>
public sealed class PassThroughProviders : IPassThroughProviders
{
    private readonly ProviderDirectory _directory;
    private readonly FrozenDictionary<string, PassThroughRow> _rows =
        PassThroughRow.All.ToFrozenDictionary(static row => row.Prefix, StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes them.</summary>
    /// <param name="directory">Makes connections to deployments and knows their providers.</param>
    public PassThroughProviders(ProviderDirectory directory)
    {
        _directory = directory;
        Prefixes = [.. PassThroughRow.All.Select(static row => new PassThroughPrefix(
            row.Prefix, $"Calls in the API of {row.Provider}, relayed as they are", row.Query is not null, row.Scheme == PassThroughScheme.Region,
            row.PaidBySecondAs))];
    }

    /// <inheritdoc/>
    public ImmutableArray<PassThroughPrefix> Prefixes { get; }

    /// <inheritdoc/>
    public ImmutableArray<string> LivePaths { get; } = ["/vertex_ai/live", "/vertex-ai/live", "/v1/vertex-ai/live", "/v1/vertex_ai/live"];

    /// <inheritdoc/>
    public ImmutableArray<string> ResourceProviders { get; } = ["openai", "azure", "hosted_vllm", "manus"];

    /// <inheritdoc/>
    public ImmutableArray<string> NativeProviders { get; } = ["anthropic", "gemini", "vertex_ai", "bedrock"];

    /// <inheritdoc/>
    public ImmutableArray<string> TuningProviders { get; } = ["vertex_ai"];

    /// <inheritdoc/>
    public IUpstreamConnection ConnectModel(string provider, DeploymentConfig? owner, string model, GatewayConfig config)
        => new ResourceTargets(_directory).ConnectModel(provider, owner, model, config);

    /// <inheritdoc/>
    public PassThroughModel ModelOf(string prefix, string path) => PassThroughPaths.ModelOf(_rows[prefix].Model, path);

    /// <inheritdoc/>
    public string ProviderAt(Uri address)
    {
        foreach (var fragment in _directory.Catalogue.BaseFragments)
        {
            if (address.AbsoluteUri.Contains(fragment.Text, StringComparison.OrdinalIgnoreCase))
            {
                return fragment.Row.Slug;
            }
        }

        return PassThroughRow.All.FirstOrDefault(row => row.Base.Length > 0
            && string.Equals(new Uri(row.Base).Host, address.Host, StringComparison.OrdinalIgnoreCase))?.Provider ?? "";
    }

    /// <inheritdoc/>
    public PassThroughTarget Open(in PassThroughCall call)
    {
        var row = _rows[call.Prefix];
        var (lender, routed) = Lender(row, call);
        var config = call.Config;
        var path = routed is null ? call.Path : PassThroughPaths.WithModel(row.Model, call.Path, routed);
        var root = RootOf(row, lender, path, config);
        if (root is null)
        {
            return Unable(row, $"no address is known for '/{row.Prefix}': set {(row.BaseEnv.IsEmpty ? "api_base" : row.BaseEnv[0])} or a deployment with use_in_pass_through.");
        }

        var transport = new TransportOptions(
            lender?.SslVerify ?? config.Models.SslVerify, lender?.SslCaFile
                ?? (lender?.SslVerify is null ? config.Models.SslCaFile : null), lender?.Proxy);
        var query = row.Query is null ? call.Query : Without(call.Query, row.Query);
        var (credential, inner, fault) = Credentials(row, lender, path, config);
        if (row.Query is not null && credential is { } key)
        {
            query += $"{(query.Length == 0 ? '?' : '&')}{row.Query}={Uri.EscapeDataString(key.Value)}";
            credential = null;
        }

        var text = PassThroughPaths.Join(root, path, row.Version) + query;
        var takesClients = row.Scheme == PassThroughScheme.Project && lender is null
            && First(config, "DEFAULT_GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS", "DEFAULT_VERTEXAI_PROJECT") is null;
        return new PassThroughTarget
        {
            Address = Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null,
            Connection = new PassThroughConnection(row.Provider, root, transport)
            {
                Credential = credential,
                Inner = fault is null
                && !takesClients ? inner : null
            },
            Fault = takesClients || config.General.UseClientCredentials ? null : fault,
            TakesClientCredentials = takesClients,
            Model = routed,
            SendModel = row.Model == PathModel.None ? routed : null,
            DeploymentId = routed is null ? "" : lender!.Id,
            OnlyHeaders = row.OnlyHeaders,
            IsStream = row.Model is not PathModel.None && path.Contains("stream", StringComparison.OrdinalIgnoreCase),
        };
    }

    /// <inheritdoc/>
    public PassThroughTarget OpenResource(string provider, DeploymentConfig? deployment, in PassThroughCall call)
        => new ResourceTargets(_directory).Open(provider, deployment, call);

    /// <inheritdoc/>
    public PassThroughTarget OpenRealtime(DeploymentConfig deployment, string upstreamModel, GatewayConfig config, string query)
        => new RealtimeTargets(_directory).Open(deployment, upstreamModel, config, query);

    /// <inheritdoc/>
    public PassThroughTarget OpenLive(string? project, string? location, string model, GatewayConfig config)
    {
        var place = (project ?? PassThroughPaths.Part("/" + model, "projects")) is { } named ? $"/projects/{Uri.EscapeDataString(named)}" : "";
        place += (location ?? PassThroughPaths.Part("/" + model, "locations")) is { } where ? $"/locations/{Uri.EscapeDataString(where)}" : "";

        // Host and credentials are those of calls below the prefix.
        var target = Open(new PassThroughCall("vertex_ai", $"/v1{place}/live", "", model[(model.LastIndexOf('/') + 1)..], config));
        var text = target.Address is { } address
            ? "ws" + address.GetLeftPart(UriPartial.Authority)["http".Length..] + "/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent" : null;
        return target with { Address = text is null ? null : new Uri(text) };
    }

    /// <summary>
    /// The deployment whose credentials count: one that serves the call's model under that public name, else one that lends them
    /// (<c>use_in_pass_through</c>).
    /// </summary>
    private (DeploymentConfig? Lender, string? Model) Lender(PassThroughRow row, in PassThroughCall call)
    {
        var mine = new List<DeploymentConfig>();
        foreach (var deployment in call.Config.Deployments)
        {
            if (deployment.Info is { TeamId: null, Blocked: false } && string.Equals(SlugOf(deployment), row.Provider, StringComparison.Ordinal))
            {
                mine.Add(deployment);
            }
        }

        var model = call.Model;
        if (row.Scheme is PassThroughScheme.Connection or PassThroughScheme.Region or PassThroughScheme.Project || row.Base.Length == 0)
        {
            var named = mine.Where(deployment => string.Equals(deployment.ModelGroup, model, StringComparison.Ordinal)).ToList();
            if (named.Count > 0)
            {
                var chosen = named[Random.Shared.Next(named.Count)];
                return (chosen, _directory.Resolve(chosen.Model, chosen.CustomProvider, chosen.ApiBase).Model);
            }
        }

        var project = PassThroughPaths.Part(call.Path, "projects");
        var location = PassThroughPaths.Part(call.Path, "locations");
        var lenders = mine.Where(static deployment => deployment.UseInPassThrough).ToList();
        return (lenders.Find(deployment => Fits(deployment, "vertex_project", project) && Fits(deployment, "vertex_location", location))
            ?? lenders.FirstOrDefault(), null);
    }

    private string? SlugOf(DeploymentConfig deployment) => _directory.Resolve(deployment.Model, deployment.CustomProvider, deployment.ApiBase).Slug;

    private static bool Fits(DeploymentConfig deployment, string name, string? asked)
        => asked is null || !deployment.ProviderParams.TryGetValue(name, out var own) || string.Equals(own, asked, StringComparison.Ordinal);

    private static string? RootOf(PassThroughRow row, DeploymentConfig? lender, string path, GatewayConfig config)
    {
        if ((lender?.ApiBase ?? First(config, row.BaseEnv)) is { Length: > 0 } own)
        {
            return own;
        }

        switch (row.Scheme)
        {
            case PassThroughScheme.Project when path.StartsWith("/discovery/", StringComparison.Ordinal):
                return "https://discoveryengine.googleapis.com";
            case PassThroughScheme.Project:
                var location = PassThroughPaths.Part(path, "locations") ?? lender?.ProviderParams.GetValueOrDefault("vertex_location")
                    ?? First(config, "DEFAULT_VERTEXAI_LOCATION", "VERTEXAI_LOCATION") ?? "us-central1";
                return location is "global" ? "https://aiplatform.googleapis.com" : IsName(location)
                    ? $"https://{location}-aiplatform.googleapis.com" : null;
            case PassThroughScheme.Region:
                var region = lender?.ProviderParams.GetValueOrDefault("aws_region_name")
                    ?? First(config, "AWS_REGION_NAME", "AWS_REGION", "AWS_DEFAULT_REGION");
                var service = path.StartsWith("/model/", StringComparison.Ordinal) ? "bedrock-runtime" : "bedrock-agent-runtime";
                return region is not null && IsName(region) ? $"https://{service}.{region}.amazonaws.com" : null;
            default:
                return row.Base.Length > 0 ? row.Base : null;
        }
    }

    private ((string Name, string Value)? Credential, IUpstreamConnection? Inner, ConnectionFault? Fault) Credentials(
        PassThroughRow row, DeploymentConfig? lender, string path, GatewayConfig config)
    {
        if (row.Scheme is PassThroughScheme.Connection or PassThroughScheme.Project or PassThroughScheme.Region)
        {
            var deployment = lender ?? FromEnvironment(row, path, config);
            var inner = _directory.Connect(deployment, lender is null ? deployment.Model : lender.Model, config);
            return (null, inner, inner is UnusableConnection ? inner.EndpointFor(Surface.Chat).Fault : null);
        }

        var key = lender is { ApiKeyUnresolved: true } ? null : lender?.ApiKey ?? First(config, row.KeyEnv) ?? row.Placeholder;
        if (row.Scheme == PassThroughScheme.Pair)
        {
            var secret = First(config, row.KeyEnv[1]);
            return First(config, row.KeyEnv[0]) is { } user && secret is not null
                ? (("Authorization", "Basic " + Base64($"{user}:{secret}")), null, null)
                : (null, null, Missing(row, string.Join(" and ", row.KeyEnv)));
        }

        return key is null ? (null, null, Missing(row, row.KeyEnv[0])) : ((row.Header, Fill(row.Format, key)), null, null);
    }

    /// <summary>A deployment of the provider that has nothing but what the environment says.</summary>
    private static DeploymentConfig FromEnvironment(PassThroughRow row, string path, GatewayConfig config)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        if (row.Scheme == PassThroughScheme.Project)
        {
            Add("vertex_project", PassThroughPaths.Part(path, "projects") ?? First(config, "DEFAULT_VERTEXAI_PROJECT"));
            Add("vertex_location", PassThroughPaths.Part(path, "locations") ?? First(config, "DEFAULT_VERTEXAI_LOCATION"));
            Add("vertex_credentials", First(config, "DEFAULT_GOOGLE_APPLICATION_CREDENTIALS"));
        }

        return new DeploymentConfig
        {
            ModelGroup = row.Prefix,
            Id = "",
            Model = row.Provider + "/pass-through",
            CustomProvider = row.Provider,
            ProviderParams = parameters.ToFrozenDictionary(StringComparer.Ordinal),
        };

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                parameters[name] = value;
            }
        }
    }

    private static PassThroughTarget Unable(PassThroughRow row, string message) => new()
    {
        Connection = new PassThroughConnection(row.Provider, null, TransportOptions.Default),
        Fault = new ConnectionFault(UpstreamErrorKind.InternalServer, message),
    };

    private static ConnectionFault Missing(PassThroughRow row, string variable) => new(
        UpstreamErrorKind.InternalServer,
        $"no credential for '/{row.Prefix}': set the environment variable {variable}, or use_in_pass_through: true on a deployment of {row.Provider}.");

    private static string Fill(string format, string key)
        => format.Replace("{basic}", Base64(key + ":"), StringComparison.Ordinal).Replace("{key}", key, StringComparison.Ordinal);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Without(string query, string name)
        => query.Length < 2 ? "" : query[1..].Split('&').Where(part => !string.Equals(Uri.UnescapeDataString(part.Split('=', 2)[0]), name, StringComparison.Ordinal))
            .Aggregate("", static (kept, part) => $"{kept}{(kept.Length == 0 ? '?' : '&')}{part}");

    private static string? First(GatewayConfig config, params ImmutableArray<string> names)
    {
        foreach (var name in names)
        {
            if (config.Environment.TryGetValue(name, out var value) && value.Length > 0)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>A location goes into a host's name: letters, digits and dashes only, whatever a path says.</summary>
    private static bool IsName(string text) => text.Length is > 0 and < 64
        && text.All(static character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '-');
}
