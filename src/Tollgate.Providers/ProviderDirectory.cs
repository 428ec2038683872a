using Microsoft.Extensions.Logging;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Azure;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;
using Tollgate.Providers.Hooks;

namespace Tollgate.Providers;

/// <summary>
/// Resolves models to providers of the catalogue and makes connections to them. One for the process: it keeps the tokens.
/// </summary>
public sealed partial class ProviderDirectory : IProviderDirectory
{
    private readonly ProviderCatalogue _catalogue;
    private readonly ProviderResolver _resolver;
    private readonly ConnectionServices _services;
    private readonly ILogger<ProviderDirectory> _logger;

    /// <summary>Makes a directory.</summary>
    /// <param name="catalogue">The providers.</param>
    /// <param name="clock">Tells when tokens end.</param>
    /// <param name="loggers">For what is odd about a deployment.</param>
    /// <param name="logins">For what somebody must do before a connection works (a code to enter); null for the same.</param>
    public ProviderDirectory(ProviderCatalogue catalogue, TimeProvider clock, ILoggerFactory loggers, ILoggerFactory? logins = null)
        : this(catalogue, new ConnectionServices(clock, new EntraTokens(clock)) { Http = Pool(), Loggers = logins ?? loggers }, loggers)
    {
    }

    internal ProviderDirectory(ProviderCatalogue catalogue, ConnectionServices services, ILoggerFactory loggers)
    {
        _catalogue = catalogue;
        _resolver = new ProviderResolver(catalogue);
        _services = services;
        _logger = loggers.CreateLogger<ProviderDirectory>();
        Slugs = catalogue.Slugs;
    }

    /// <inheritdoc />
    public IReadOnlyCollection<string> Slugs { get; }

    /// <summary>The rows behind the directory: what documentation is made from.</summary>
    public ProviderCatalogue Catalogue => _catalogue;

    /// <inheritdoc />
    public bool IsProvider(string slug) => _catalogue.Find(slug) is not null;

    /// <inheritdoc />
    public IReadOnlyList<string> KnownModels(string providerSlug)
        => _catalogue.Models.ModelsOf(_catalogue.Find(providerSlug)?.Slug ?? providerSlug);

    /// <inheritdoc />
    public ProviderResolution Resolve(string model, string? customProvider, string? apiBase)
        => _resolver.Resolve(model, customProvider, apiBase);

    /// <inheritdoc />
    public IUpstreamConnection Connect(DeploymentConfig deployment, string upstreamModel, GatewayConfig config)
    {
        var resolved = Resolve(upstreamModel, deployment.CustomProvider, deployment.ApiBase);
        if (resolved.Slug is null)
        {
            return Unusable("", "", UpstreamErrorKind.BadRequest, ProviderResolver.NotProvided(upstreamModel));
        }

        if (_catalogue.Find(resolved.Slug) is not { } row)
        {
            return Unusable(
                resolved.Slug, resolved.Slug, UpstreamErrorKind.BadRequest,
                $"unknown provider '{resolved.Slug}': custom_llm_provider must be one of the catalogue.");
        }

        if (resolved.Notice is not null)
        {
            Log.OddDeployment(_logger, deployment.ModelGroup, resolved.Notice);
        }

        return Families.Has(row, deployment) ? Open(row, deployment, resolved.Model, config) : WithoutDialect(row);
    }

    /// <summary>Issuers of tokens have a pool of their own: it lives as long as the tokens, that is, as the process.</summary>
    private static Func<TransportOptions, HttpMessageInvoker> Pool()
    {
        var transport = new UpstreamTransport(new ServerSettings(), static () => new MediaSettings());
        return options => transport.For(options);
    }

    private IUpstreamConnection Open(ProviderRow row, DeploymentConfig deployment, string model, GatewayConfig config)
    {
        var draft = new ConnectionDraft(row, deployment, model, config, _catalogue.Models);
        foreach (var hook in row.Hooks)
        {
            ProviderHooks.Find(hook).Connect(draft);
        }

        return Families.Open(draft, _services);
    }

    internal static UnusableConnection WithoutDialect(ProviderRow row, string? model = null) => row.Family is "gone"
        ? Unusable(row.Slug, row.ExceptionName, UpstreamErrorKind.NotFound, $"the provider '{row.Slug}' has been shut down.")
        : Unusable(
            row.Slug,
            row.ExceptionName,
            UpstreamErrorKind.BadRequest,
            $"the dialect of provider '{row.Slug}'{(model is null ? "" : $" for model '{model}'")} ({row.Family}) "
            + "is not available in this gateway.");

    private static UnusableConnection Unusable(string slug, string exceptionName, UpstreamErrorKind kind, string message)
        => new(slug, exceptionName, new ConnectionFault(kind, exceptionName.Length == 0 ? message : $"{exceptionName} - {message}"));

    private static partial class Log
    {
        [LoggerMessage(EventIds.Providers + 1, LogLevel.Warning, "Model group {ModelGroup}: {Notice}")]
        public static partial void OddDeployment(ILogger logger, string modelGroup, string notice);
    }
}
