using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Data.Changes;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;
using Tollgate.Data.Sqlite;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Startup;

/// <summary>Registers the store.</summary>
public static class DataServices
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Adds <see cref="IDatabase"/>, <see cref="ChangeBus"/> and <see cref="DatabaseStartup"/>, and by its own type the engine that the
    /// settings choose: <see cref="PostgresDatabase"/> or <see cref="SqliteDatabase"/>.
    /// </summary>
    public static IServiceCollection AddTollgateData(this IServiceCollection services, StorageSettings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(settings);
        services.TryAddSingleton<ChangeBus>();
        if (settings.DatabaseUrl is not null)
        {
            services.TryAddSingleton<PostgresDatabase>();
            services.TryAddSingleton<IStore>(provider => provider.GetRequiredService<PostgresDatabase>());
        }
        else if (settings.EmbeddedDatabase)
        {
            services.TryAddSingleton<SqliteDatabase>();
            services.TryAddSingleton<IStore>(provider => provider.GetRequiredService<SqliteDatabase>());
        }
        else
        {
            services.TryAddSingleton<IStore, NoDatabase>();
        }

        services.TryAddSingleton<IDatabase>(provider => provider.GetRequiredService<IStore>());
        services.TryAddSingleton<DatabaseStartup>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DatabaseStartup>(
            provider => provider.GetRequiredService<DatabaseStartup>()));
        return services;
    }

    /// <summary>Brings the schema up to date and says what was done, for <c>tollgate migrate</c>.</summary>
    /// <param name="settings">Which database; schema changes are made whatever they say of that.</param>
    /// <param name="output">Where the outcome is written.</param>
    /// <param name="time">Clock of the waits for a database that is not there yet.</param>
    /// <param name="tokens">Passwords of the database; null where the URL has one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DatabaseUnavailableException">The database could not be reached within the start's wait.</exception>
    /// <exception cref="StorageStartException">It cannot be used as it is.</exception>
    public static async Task MigrateOnceAsync(
        StorageSettings settings, TextWriter output, TimeProvider time, CancellationToken cancellationToken, IDatabaseTokens? tokens = null)
    {
        settings = settings with { NoSchemaChanges = false };
        await using var store = StoreOf(settings, time, tokens);
        var opening = await OpenAsync(store, settings.StartWait, time, cancellationToken);
        foreach (var name in opening.Applied)
        {
            await output.WriteLineAsync($"applied {name}");
        }

        var owner = opening.IsOwner ? "made by Tollgate" : "adopted: nothing outside the schema tollgate is changed";
        await output.WriteLineAsync($"{opening.Place} is up to date ({owner})");
    }

    /// <summary>The store of some settings, not yet opened, for commands that need nothing but it.</summary>
    /// <param name="settings">Which database.</param>
    /// <param name="time">Clock.</param>
    /// <param name="tokens">Passwords of the database; null where the URL has one.</param>
    public static IStore StoreOf(StorageSettings settings, TimeProvider time, IDatabaseTokens? tokens = null) => settings.DatabaseUrl is null
        ? new SqliteDatabase(settings, new ChangeBus(), time, NullLogger<SqliteDatabase>.Instance)
        : new PostgresDatabase(settings, new ChangeBus(), time, NullLogger<PostgresDatabase>.Instance, tokens);

    private static async Task<StoreOpening> OpenAsync(
        IStore store, TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var wait = FirstWait; ; wait *= 2)
        {
            try
            {
                return await store.OpenAsync(cancellationToken);
            }
            catch (DatabaseUnavailableException) when (time.GetElapsedTime(started) + wait <= longest)
            {
                await Task.Delay(wait, time, cancellationToken);
            }
        }
    }
}
