using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Journal;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;
using Tollgate.Data.Sqlite;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Spend;

namespace Tollgate.Data.Spend;

/// <summary>Registers the spend journal, what moves it into the database, budget resets and retention.</summary>
public static class SpendServices
{
    /// <summary>
    /// Adds <see cref="ISpendJournal"/>, <see cref="SpendStatus"/>, <see cref="BudgetResets"/> and the jobs. Needs the store
    /// (<c>AddTollgateData</c>) with a database; every registered <see cref="IFlushListener"/> hears of what is committed.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="spend">Settings of the moment.</param>
    /// <param name="budgets">Settings of the moment.</param>
    public static IServiceCollection AddSpendJournal(
        this IServiceCollection services, Func<IServiceProvider, Func<SpendSettings>> spend, Func<IServiceProvider, Func<BudgetSettings>> budgets)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(p => SpendJournal.Open(
            p.GetRequiredService<StorageSettings>().DataDirectory,
            spend(p),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<SpendJournal>>()));
        services.TryAddSingleton<ISpendJournal>(static p => p.GetRequiredService<SpendJournal>());
        services.TryAddSingleton<Leases>();
        services.TryAddSingleton<ISpendStore>(static p => Store(p.GetRequiredService<IDatabase>(), p.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(p => new SpendFlush(
            p.GetRequiredService<SpendJournal>(),
            p.GetRequiredService<ISpendStore>(),
            spend(p),
            budgets(p),
            p.GetServices<IFlushListener>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<SpendFlush>>()));
        services.TryAddSingleton(static p => new SpendStatus(p.GetRequiredService<SpendJournal>(), p.GetRequiredService<SpendFlush>()));
        services.TryAddSingleton(p => new BudgetResets(
            p.GetRequiredService<IDatabase>(), budgets(p), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<BudgetResets>>()));
        services.TryAddSingleton(p => new LogRetention(
            p.GetRequiredService<IDatabase>(),
            spend(p),
            p.GetRequiredService<StorageSettings>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<LogRetention>>()));
        AddJobs(services, spend);
        return services;
    }

    private static void AddJobs(IServiceCollection services, Func<IServiceProvider, Func<SpendSettings>> spend)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, JournalKeeper>(p => new JournalKeeper(
            p.GetRequiredService<SpendJournal>(), spend(p), p.GetRequiredService<TimeProvider>())));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SpendWriter>(p => new SpendWriter(
            p.GetRequiredService<SpendJournal>(),
            p.GetRequiredService<SpendFlush>(),
            spend(p),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<SpendWriter>>())));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, BudgetResetJob>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RetentionJob>(p => new RetentionJob(
            p.GetRequiredService<LogRetention>(),
            p.GetRequiredService<Leases>(),
            spend(p),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<RetentionJob>>())));
    }

    private static ISpendStore Store(IDatabase database, TimeProvider time) => database switch
    {
        PostgresDatabase postgres => new PostgresSpendStore(postgres, time),
        SqliteDatabase sqlite => new SqliteSpendStore(sqlite, time),
        _ => throw new InvalidOperationException("Spend cannot be recorded without a database: leave the spend journal out."),
    };
}
