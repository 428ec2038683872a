using Microsoft.AspNetCore.Routing;
using Tollgate.Management.Keys;

namespace Tollgate.Management;

/// <summary>Maps the endpoints of the control plane.</summary>
public static class ManagementEndpoints
{
    /// <summary>Maps the routes of all resources, one line each.</summary>
    public static IEndpointRouteBuilder MapManagement(this IEndpointRouteBuilder routes)
    {
        routes.MapKeys();
        return routes;
    }
}
