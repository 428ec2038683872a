using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Management.Spend.Activity;
using Tollgate.Management.Spend.Logs;
using Tollgate.Management.Spend.Metrics;

namespace Tollgate.Management.Spend;

/// <summary>Registration of the slice. <see cref="ICostEstimator"/> and <see cref="IProviderBudgets"/> are the host's.</summary>
public static class SpendServices
{
    /// <summary>Adds the services that read spend and usage.</summary>
    public static IServiceCollection AddSpend(this IServiceCollection services)
    {
        services.TryAddSingleton<SpendService>();
        services.TryAddSingleton<SpendLogService>();
        services.TryAddSingleton<SpendReportService>();
        services.TryAddSingleton<GlobalSpendService>();
        services.TryAddSingleton<TeamSpendService>();
        services.TryAddSingleton<CostService>();
        services.TryAddSingleton<ActivityService>();
        services.TryAddSingleton<GlobalActivityService>();
        services.TryAddSingleton<TagActivityService>();
        services.TryAddSingleton<ModelMetricsService>();
        return services;
    }
}
