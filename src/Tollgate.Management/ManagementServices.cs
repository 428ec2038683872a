using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Management.Budgets;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Organizations;
using Tollgate.Management.Spend;
using Tollgate.Management.Teams;
using Tollgate.Management.Users;

namespace Tollgate.Management;

/// <summary>Puts the control plane into a container. The database, the snapshot holder and <see cref="ICallerResolver"/> are the host's.</summary>
public static class ManagementServices
{
    /// <summary>Adds the services of all resources, one line each.</summary>
    public static IServiceCollection AddManagement(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<AuditLog>();
        services.AddKeys();
        services.AddBudgets();
        services.AddTeams();
        services.AddOrganizations();
        services.AddUsers();
        services.AddSpend();
        return services;
    }
}
