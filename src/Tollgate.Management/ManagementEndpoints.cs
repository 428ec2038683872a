using Microsoft.AspNetCore.Routing;
using Tollgate.Management.AccessGroups;
using Tollgate.Management.Audit;
using Tollgate.Management.Budgets;
using Tollgate.Management.Configuration;
using Tollgate.Management.Credentials;
using Tollgate.Management.Customers;
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
        routes.MapProjects();
        routes.MapCustomers();
        routes.MapTags();
        routes.MapAccessGroups();
        routes.MapAudit();
        routes.MapUsers();
        routes.MapSpend();
        routes.MapModelsAdmin();
        routes.MapCredentials();
        routes.MapLookups();
        routes.MapConfiguration();
        return routes;
    }
}
