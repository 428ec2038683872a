using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Data.Spend;
using Tollgate.Management.AccessGroups;
using Tollgate.Management.Audit;
using Tollgate.Management.Budgets;
using Tollgate.Management.Customers;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Lookups;
using Tollgate.Management.Models;
using Tollgate.Management.Organizations;
using Tollgate.Management.Projects;
using Tollgate.Management.Spend;
using Tollgate.Management.Tags;
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
        services.AddProjects();
        services.AddCustomers();
        services.AddTags();
        services.AddAccessGroups();
        services.AddAudit();
        services.AddUsers();
        services.AddSpend();
        services.AddModels();
        services.AddLookups();
        return services;
    }

    /// <summary>Adds what the control plane does by itself; needs a database and the <see cref="Leases"/> in it.</summary>
    public static IServiceCollection AddManagementJobs(this IServiceCollection services)
        => services.AddHostedService<KeyRotationJob>().AddHostedService<CostMapJob>();
}
