using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Responses;

namespace Tollgate.Data.Redis;

/// <summary>Registers what shares state through Redis.</summary>
public static class RedisServices
{
    /// <summary>Adds the shared counters and their heartbeat, and the memory of answers; nothing when Redis is not configured or the settings cannot be used.</summary>
    /// <param name="services">The container's.</param>
    /// <param name="settings">Where Redis is, and bounds.</param>
    /// <param name="window">How rates are counted.</param>
    public static IServiceCollection AddRedis(this IServiceCollection services, RedisSettings settings, RateWindow window)
    {
        if (!RedisTarget.TryCreate(settings, out var target, out _))
        {
            return services;
        }

        services.TryAddSingleton(provider => new RedisConnection(target!, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new RedisCounters(
            provider.GetRequiredService<RedisConnection>(),
            settings,
            window,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RedisCounters>>()));
        services.TryAddSingleton<ISharedCounters>(static provider => provider.GetRequiredService<RedisCounters>());
        services.TryAddSingleton<ISharedResponses>(provider => new RedisResponses(
            provider.GetRequiredService<RedisConnection>(), settings, provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<RedisHeartbeat>();
        return services;
    }
}
