using Tollgate.Configuration;
using Tollgate.Data.Changes;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;
using Tollgate.Data.Secrets;
using Tollgate.Data.Sqlite;
using Tollgate.Data.Startup;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Upstream;
using Tollgate.Management.Configuration;
using Tollgate.Management.Credentials;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;

namespace Tollgate.Hosting;

/// <summary>Opens the database and puts what is built on it together.</summary>
internal static class StorageSetup
{
    /// <summary>Registers the database and the control plane's services over it.</summary>
    public static void AddStorage(this IServiceCollection services, GatewayConfig config, ConfigSource source)
    {
        var settings = Settings(config, source);
        services.AddSingleton(settings);
        services.AddSingleton<ChangeBus>();
        if (settings.DatabaseUrl is null)
        {
            services.AddSingleton<IStore, SqliteDatabase>();
        }
        else
        {
            services.AddSingleton<IStore, PostgresDatabase>();
        }

        services.AddSingleton<IDatabase>(static provider => provider.GetRequiredService<IStore>());
        services.AddSingleton<ISecretBox>(provider => new StoredSecrets(
            new SecretBox(settings),
            provider.GetRequiredService<IDatabase>(),
            settings.WriteEncryption,
            OwnershipOf(provider.GetRequiredService<IStore>())));
        services.AddSingleton(static provider => new DatabaseConfiguration(
            provider.GetRequiredService<IDatabase>(), provider.GetRequiredService<ISecretBox>(), OwnershipOf(provider.GetRequiredService<IStore>())));
        services.AddSingleton<IGatewayConfiguration>(static provider => provider.GetRequiredService<ConfigReloader>());
        services.AddSingleton<IModelMap>(static provider => new ModelMap(
            provider.GetRequiredService<IProviderDirectory>(), provider.GetRequiredService<PriceSetup>().Catalogue));
        services.AddSingleton<ICallerResolver, MasterKeyCallers>();
        services.AddModels();
        services.AddHostedService<StoreOpener>();
        services.AddSingleton<ConfigurationWatcher>();
        services.AddHostedService(static provider => provider.GetRequiredService<ConfigurationWatcher>());
    }

    /// <summary>Whether the database is one that Tollgate made.</summary>
    public static Func<bool> OwnershipOf(IStore store) => () => store is not PostgresDatabase postgres || postgres.IsOwner;

    private static StorageSettings Settings(GatewayConfig config, ConfigSource source) => config.Storage with
    {
        DatabaseUrl = config.Storage.DatabaseUrl ?? config.General.DatabaseUrl,
        DataDirectory = source.Data.Path,
        SaltKey = config.Storage.SaltKey ?? source.Environment.GetNonEmpty("LITELLM_SALT_KEY") ?? config.General.MasterKey,
    };

    /// <summary>Opens the store before anything asks it.</summary>
    private sealed class StoreOpener(IStore store, ChangeBus changes, ConfigurationWatcher watcher) : IHostedService
    {
        private IDisposable? _subscription;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _subscription = changes.Subscribe(watcher);
            return store.OpenAsync(cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            // The container closes the store, after everything that uses it.
            _subscription?.Dispose();
            return Task.CompletedTask;
        }
    }

    /// <summary>The holder of the master key is the administrator.</summary>
    private sealed class MasterKeyCallers(SnapshotHolder snapshots) : ICallerResolver
    {
        public ValueTask<AdminCaller> ResolveAsync(HttpContext http)
        {
            var caller = Authenticator.Identify(http.Request, snapshots.Current);
            return ValueTask.FromResult(caller.Role == CallerRole.ProxyAdmin
                ? new AdminCaller { Role = AdminRole.ProxyAdmin, UserId = AdminCaller.DefaultUserId, IsMasterKey = true }
                : new AdminCaller { Role = AdminRole.None });
        }
    }
}
