using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Audit;

/// <summary>Routes of the audit log.</summary>
public static class AuditEndpoints
{
    /// <summary>Adds the reader of the audit log.</summary>
    public static void AddAudit(this IServiceCollection services) => services.TryAddSingleton<AuditReader>();

    /// <summary>Maps <c>/audit</c>.</summary>
    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        var reader = routes.ServiceProvider.GetRequiredService<AuditReader>();
        routes.MapAdmin("GET", "/audit", ErrorGroup.Detail, "List audit records",
            async request => await reader.ListAsync(request.Caller, request.Query, request.Aborted));
        routes.MapAdmin("GET", "/audit/{id}", ErrorGroup.Detail, "Read an audit record",
            async request => await reader.FindAsync(request.Caller, request.Path("id"), request.Aborted));
    }
}
