using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Configuration;
using Tollgate.Data.Rows;
using Tollgate.Data.Sqlite;
using Tollgate.Data.Startup;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Spend;
using Tollgate.Hosting;
using Tollgate.Management;
using Tollgate.Management.Kernel;

namespace Tollgate.Commands.Control;

/// <summary>
/// The management routes over the store itself, without a gateway: the same services and rules, called by the operator at the machine.
/// Nothing of what a gateway does beside is started: no listening, no journal, no jobs.
/// </summary>
internal sealed class LocalControlPlane : IControlPlaneClient
{
    private readonly WebApplication _app;
    private readonly RequestDelegate _serve;

    private LocalControlPlane(WebApplication app)
    {
        _app = app;
        IApplicationBuilder pipeline = app;
        pipeline.UseMiddleware<FrontDoor>();
        pipeline.UseRouting();
        app.MapManagement();
        pipeline.UseEndpoints(static _ => { });
        _serve = pipeline.Build();
    }

    /// <summary>Opens the store that <c>serve</c> would open with the same configuration.</summary>
    /// <exception cref="ControlPlaneException">It cannot be opened.</exception>
    public static async Task<LocalControlPlane> OpenAsync(
        string? configPath, EnvironmentSource environment, TextWriter errors, CancellationToken cancellationToken)
    {
        var options = new ServeOptions { ConfigPath = configPath };
        var app = Build(options, environment, await LoadAsync(options, environment, errors));
        try
        {
            await app.Services.GetRequiredService<IStore>().OpenAsync(cancellationToken);
            await app.Services.GetRequiredService<ConfigReloader>().RefreshAsync(cancellationToken);
            return new LocalControlPlane(app);
        }
        catch (Exception exception) when (exception is StorageStartException or DatabaseUnavailableException)
        {
            await app.DisposeAsync();
            throw new ControlPlaneException(
                $"{exception.Message}. Is a gateway running? Then ask it: --url URL --key KEY (or TOLLGATE_URL and LITELLM_MASTER_KEY).");
        }
    }

    /// <inheritdoc/>
    public async Task<ControlPlaneAnswer> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        await using var scope = _app.Services.CreateAsyncScope();
        var query = path.IndexOf('?', StringComparison.Ordinal);
        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = cancellationToken };
        http.Request.Method = method.Method;
        http.Request.Scheme = "http";
        http.Request.Host = new HostString("localhost");
        http.Request.Path = Uri.UnescapeDataString(query < 0 ? path : path[..query]);
        http.Request.QueryString = new QueryString(query < 0 ? "" : path[query..]);
        http.Request.ContentType = body is null ? null : "application/json";
        http.Request.Body = new MemoryStream(body ?? []);
        http.Response.Body = answer;
        await _serve(http);
        await http.Response.CompleteAsync();
        return new ControlPlaneAnswer(http.Response.StatusCode, answer.ToArray());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<(ConfigSource Source, GatewayConfig Config)> LoadAsync(
        ServeOptions options, EnvironmentSource environment, TextWriter errors)
    {
        var providers = ProviderSetup.Open(environment);
        var found = ConfigLoader.Load(new ConfigRequest { Path = options.ConfigPath, Environment = environment }, providers);
        if (found.Config is not { } readable)
        {
            await errors.WriteAsync(DiagnosticPrinter.ToText(found.Diagnostics, ConfigSource.SourceLine));
            throw new ControlPlaneException("The configuration is not usable, see the problems above.");
        }

        // A store that is not there would be made, and a wrong directory look like an empty gateway.
        var source = new ConfigSource(options, environment, providers);
        if (readable.Storage is { DatabaseUrl: null, EmbeddedDatabase: true }
            && !File.Exists(Path.Combine(source.Data.Path, SqliteDatabase.FileName)))
        {
            throw new ControlPlaneException(
                $"There is no database in {source.Data.Path}. Name its directory with --data_dir, its configuration with --config, or a running gateway with --url.");
        }

        try
        {
            var config = source.Load().Config ?? readable;
            if (source.NewMasterKey is not null)
            {
                await errors.WriteLineAsync($"A master key was made; it is kept in {source.Data.MasterKeyFile}.");
            }

            return (source, config);
        }
        catch (IOException exception)
        {
            throw new ControlPlaneException(exception.Message);
        }
    }

    private static WebApplication Build(
        ServeOptions options, EnvironmentSource environment, (ConfigSource Source, GatewayConfig Config) loaded)
    {
        var providers = ProviderSetup.Open(environment);
        var prices = new PriceSetup(providers.Catalogue.Models, loaded.Source.Data);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });

        // Standard output is the command's own.
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Error).AddConsole(
            static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddGateway(
            new GatewaySnapshot(loaded.Config, providers, prices.Open()), loaded.Source, prices, LogSettings.From(options, environment));
        builder.Services.RemoveAll<ISpendJournal>();
        builder.Services.Replace(ServiceDescriptor.Singleton<ICallerResolver, Operator>());
        return builder.Build();
    }

    /// <summary>Who may open the store may do everything.</summary>
    private sealed class Operator : ICallerResolver
    {
        public ValueTask<AdminCaller> ResolveAsync(HttpContext http) => new(AdminCaller.CommandLine);
    }
}
