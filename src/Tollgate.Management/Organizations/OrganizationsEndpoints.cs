using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Organizations;

/// <summary>Routes of organizations.</summary>
public static class OrganizationsEndpoints
{
    /// <summary>Adds the services of organizations.</summary>
    public static void AddOrganizations(this IServiceCollection services)
    {
        services.TryAddSingleton<OrganizationService>();
        services.TryAddSingleton<OrganizationReader>();
        services.TryAddSingleton<OrganizationMemberService>();
    }

    /// <summary>Maps <c>/organization/*</c>.</summary>
    public static void MapOrganizations(this IEndpointRouteBuilder routes)
    {
        var organizations = routes.ServiceProvider.GetRequiredService<OrganizationService>();
        var reader = routes.ServiceProvider.GetRequiredService<OrganizationReader>();
        var members = routes.ServiceProvider.GetRequiredService<OrganizationMemberService>();
        routes.MapAdmin("POST", "/organization/new", ErrorGroup.Detail, "Make an organization",
            async request => await organizations.CreateAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("PATCH", "/organization/update", ErrorGroup.Detail, "Change an organization",
            async request => await organizations.UpdateAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("DELETE", "/organization/delete", ErrorGroup.Detail, "Delete organizations with their teams and keys",
            async request => await organizations.DeleteAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("GET", "/organization/list", ErrorGroup.Detail, "List organizations",
            async request => await reader.ListAsync(request.Caller, request.Query, request.Aborted));
        routes.MapAdmin("GET", "/organization/info", ErrorGroup.Detail, "Read an organization with members and teams",
            async request => await reader.InfoAsync(request.Caller, request.Query.RequiredText("organization_id"), request.Aborted));
        routes.MapAdmin("POST", "/organization/info", ErrorGroup.Detail, "Read organizations",
            async request => await reader.InfosAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/organization/member_add", ErrorGroup.Auth, "Add members to an organization",
            async request => await members.AddAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("PATCH", "/organization/member_update", ErrorGroup.Auth, "Change a member of an organization",
            async request => await members.UpdateAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("DELETE", "/organization/member_delete", ErrorGroup.Auth, "Take a member out of an organization",
            async request => await members.RemoveAsync(request.Caller, request.Body, request.Aborted));
    }
}
