using Microsoft.AspNetCore.Routing;
using Tollgate.Management.Budgets;
using Tollgate.Management.Keys;
using Tollgate.Management.Organizations;
using Tollgate.Management.Spend;
using Tollgate.Management.Teams;
using Tollgate.Management.Users;

namespace Tollgate.Management;

/// <summary>Maps the endpoints of the control plane.</summary>
public static class ManagementEndpoints
{
    /// <summary>Maps the routes of all resources, one line each.</summary>
    public static IEndpointRouteBuilder MapManagement(this IEndpointRouteBuilder routes)
    {
        routes.MapKeys();
        routes.MapBudgets();
        routes.MapTeams();
        routes.MapOrganizations();
        routes.MapUsers();
        routes.MapSpend();
        return routes;
    }
}
