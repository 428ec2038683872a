using Tollgate.Configuration;
using Tollgate.Data.Changes;
using Tollgate.Data.Identity;
using Tollgate.Data.Jobs;
using Tollgate.Data.Managed;
using Tollgate.Data.Postgres;
using Tollgate.Data.Redis;
using Tollgate.Data.Responses;
using Tollgate.Data.Rows;
using Tollgate.Data.Secrets;
using Tollgate.Data.Spend;
using Tollgate.Data.Startup;
using Tollgate.Engine;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Engine.PassThrough.Stored;
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
        if (DatabaseLogin.Of(settings, source.Environment) is { } login)
        {
            services.AddSingleton(login);
        }

        services.AddTollgateData(settings);
        if (settings.DatabaseUrl is not null || settings.EmbeddedDatabase)
        {
            services.AddSingleton<IIdentityStore>(static provider => new IdentityStore(
                provider.GetRequiredService<IDatabase>(),
                () => provider.GetRequiredService<SnapshotHolder>().Current.Config.Budgets,
                provider.GetRequiredService<TimeProvider>()));
            services.AddSpendJournal(static provider => SpendOf(provider), static provider => BudgetsOf(provider));
            services.AddSingleton<IResourceStore, ResourceStore>();
            services.AddStoredResponses(settings);
            services.AddHostedService<BatchPollingJob>();
            services.AddSingleton<IBudgetResets>(static provider => provider.GetRequiredService<BudgetResets>());
            services.AddManagementJobs();
        }

        services.AddRedis(config.Redis, config.Budgets.RateWindow);
        AddSecrets(services, settings);
        services.AddSingleton(static provider => new DatabaseConfiguration(
            provider.GetRequiredService<IDatabase>(), provider.GetRequiredService<ISecretBox>(), OwnershipOf(provider.GetRequiredService<IStore>())));
        services.AddSingleton<IGatewayConfiguration>(static provider => provider.GetRequiredService<ConfigReloader>());
        services.AddSingleton<IModelMap>(static provider => new ModelMap(
            provider.GetRequiredService<IProviderDirectory>(), provider.GetRequiredService<PriceSetup>()));
        services.AddSingleton<IRemotePrices, RemotePrices>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<ICallerResolver, CallerResolver>();
        services.AddSingleton(provider => new AuditLog(provider.GetRequiredService<TimeProvider>()) { IsOn = settings.AuditLogs });
        services.AddSingleton<ICostEstimator, CostEstimator>();
        services.AddSingleton<IProviderBudgets, ProviderBudgets>();
        services.AddManagement();
        services.AddSingleton<ConfigurationWatcher>();
        services.AddHostedService(static provider => provider.GetRequiredService<ConfigurationWatcher>());
        services.AddHostedService<ChangeSubscriptions>();
    }

    /// <summary>Whether the database is one that Tollgate made.</summary>
    public static Func<bool> OwnershipOf(IStore store) => () => store is not PostgresDatabase postgres || postgres.IsOwner;

    private static void AddSecrets(IServiceCollection services, StorageSettings settings)
    {
        services.AddSingleton<ISecretBox>(provider => new StoredSecrets(
            new SecretBox(settings),
            provider.GetRequiredService<IDatabase>(),
            settings.WriteEncryption,
            OwnershipOf(provider.GetRequiredService<IStore>())));
        services.AddSingleton<PasswordHash>();
    }

    /// <summary>The master key of a first run is made after the configuration was read.</summary>
    private static StorageSettings Settings(GatewayConfig config, ConfigSource source) => config.Storage with
    {
        DataDirectory = source.Data.Path,
        SaltKey = config.Storage.SaltKey ?? config.General.MasterKey,
    };

    private static Func<SpendSettings> SpendOf(IServiceProvider services)
    {
        var snapshots = services.GetRequiredService<SnapshotHolder>();
        return () => snapshots.Current.Config.Spend;
    }

    private static Func<BudgetSettings> BudgetsOf(IServiceProvider services)
    {
        var snapshots = services.GetRequiredService<SnapshotHolder>();
        return () => snapshots.Current.Config.Budgets;
    }

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

            // Budgets of models in the database are known from then on: the first look at what was spent must see them.
            await watcher.FirstRead.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (startup.Opened.IsCompletedSuccessfully)
            {
                await plane.RunAsync(stoppingToken);
            }
        }

        public override void Dispose()
        {
            _subscriptions.ForEach(static subscription => subscription.Dispose());
            base.Dispose();
        }
    }
}
