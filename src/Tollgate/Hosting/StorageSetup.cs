using Tollgate.Configuration;
using Tollgate.Data.Changes;
using Tollgate.Data.Identity;
using Tollgate.Data.Postgres;
using Tollgate.Data.Redis;
using Tollgate.Data.Rows;
using Tollgate.Data.Secrets;
using Tollgate.Data.Startup;
using Tollgate.Engine;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Upstream;
using Tollgate.Management;
using Tollgate.Management.Configuration;
using Tollgate.Management.Credentials;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;
using Tollgate.Management.Spend;

namespace Tollgate.Hosting;

/// <summary>Puts the store and everything that is built on it together.</summary>
internal static class StorageSetup
{
    /// <summary>Registers the store, the identities in it, shared counters and the control plane.</summary>
    public static void AddStorage(this IServiceCollection services, GatewayConfig config, ConfigSource source)
    {
        var settings = Settings(config, source);
        services.AddTollgateData(settings);
        if (settings.DatabaseUrl is not null || settings.EmbeddedDatabase)
        {
            services.AddSingleton<IIdentityStore>(static provider => new IdentityStore(
                provider.GetRequiredService<IDatabase>(),
                () => provider.GetRequiredService<SnapshotHolder>().Current.Config.Budgets,
                provider.GetRequiredService<TimeProvider>()));
        }

        AddShared(services, config);
        AddSecrets(services, settings);
        services.AddSingleton(static provider => new DatabaseConfiguration(
            provider.GetRequiredService<IDatabase>(), provider.GetRequiredService<ISecretBox>(), OwnershipOf(provider.GetRequiredService<IStore>())));
        services.AddSingleton<IGatewayConfiguration>(static provider => provider.GetRequiredService<ConfigReloader>());
        services.AddSingleton<IModelMap>(static provider => new ModelMap(
            provider.GetRequiredService<IProviderDirectory>(), provider.GetRequiredService<PriceSetup>().Catalogue));
        services.AddSingleton<ICallerResolver, CallerResolver>();
        services.AddSingleton<ICostEstimator, CostEstimator>();
        services.AddSingleton<IProviderBudgets, ProviderBudgets>();
        services.AddManagement();
        services.AddModels();
        services.AddSingleton<ConfigurationWatcher>();
        services.AddHostedService(static provider => provider.GetRequiredService<ConfigurationWatcher>());
        services.AddHostedService<ChangeSubscriptions>();
    }

    /// <summary>Whether the database is one that Tollgate made.</summary>
    public static Func<bool> OwnershipOf(IStore store) => () => store is not PostgresDatabase postgres || postgres.IsOwner;

    private static void AddShared(IServiceCollection services, GatewayConfig config)
    {
        if (config.Redis.Url is null || !RedisTarget.TryParse(config.Redis.Url, out var target, out _))
        {
            return;
        }

        services.AddSingleton(new RedisConnection(target!));
        services.AddSingleton<ISharedCounters>(provider => new RedisCounters(
            provider.GetRequiredService<RedisConnection>(),
            config.Redis,
            config.Budgets.RateWindow,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RedisCounters>>()));
    }

    private static void AddSecrets(IServiceCollection services, StorageSettings settings)
    {
        services.AddSingleton<ISecretBox>(provider => new StoredSecrets(
            new SecretBox(settings),
            provider.GetRequiredService<IDatabase>(),
            settings.WriteEncryption,
            OwnershipOf(provider.GetRequiredService<IStore>())));
        services.AddSingleton<PasswordHash>();
    }

    private static StorageSettings Settings(GatewayConfig config, ConfigSource source) => config.Storage with
    {
        DatabaseUrl = config.Storage.DatabaseUrl ?? config.General.DatabaseUrl,
        DataDirectory = source.Data.Path,
        SaltKey = config.Storage.SaltKey ?? source.Environment.GetNonEmpty("LITELLM_SALT_KEY") ?? config.General.MasterKey,
    };

    /// <summary>Everything in memory hears of changes, and budgets of deployments follow what other replicas record.</summary>
    private sealed class ChangeSubscriptions(ChangeBus changes, ControlPlane plane, ConfigurationWatcher watcher, DatabaseStartup startup) : BackgroundService
    {
        private readonly List<IDisposable> _subscriptions = [];

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            foreach (var listener in plane.Listeners.Append(watcher))
            {
                _subscriptions.Add(changes.Subscribe(listener));
            }

            await startup.Opened.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (startup.Opened.IsCompletedSuccessfully)
            {
                await plane.SynchronizeBudgetsAsync().WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        public override void Dispose()
        {
            _subscriptions.ForEach(static subscription => subscription.Dispose());
            base.Dispose();
        }
    }
}
