using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.AccessGroups;

/// <summary>Routes of access groups.</summary>
public static class AccessGroupsEndpoints
{
    /// <summary>Adds the services of access groups.</summary>
    public static void AddAccessGroups(this IServiceCollection services)
    {
        services.TryAddSingleton<AccessGroupService>();
        services.TryAddSingleton<ModelAccessGroupService>();
    }

    /// <summary>Maps <c>/access_group/*</c>, <c>/v1/access_group</c> and <c>/v1/unified_access_group</c>.</summary>
    public static void MapAccessGroups(this IEndpointRouteBuilder routes)
    {
        MapModelGroups(routes);
        foreach (var root in (string[])["/v1/access_group", "/v1/unified_access_group"])
        {
            MapGroups(routes, root, routes.ServiceProvider.GetRequiredService<AccessGroupService>());
        }
    }

    private static void MapModelGroups(IEndpointRouteBuilder routes)
    {
        // Asked for at the call: it needs the configuration in force, which a host without models does not have.
        static ModelAccessGroupService Groups(AdminRequest request)
            => request.Http.RequestServices.GetRequiredService<ModelAccessGroupService>();

        routes.MapAdmin("POST", "/access_group/new", ErrorGroup.Detail, "Make a group of models",
            async request => await Groups(request).CreateAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("GET", "/access_group/list", ErrorGroup.Detail, "List groups of models",
            request => Task.FromResult<System.Text.Json.Nodes.JsonNode?>(Groups(request).List(request.Caller)));
        routes.MapAdmin("GET", "/access_group/{group}/info", ErrorGroup.Detail, "Read a group of models",
            request => Task.FromResult<System.Text.Json.Nodes.JsonNode?>(Groups(request).Info(request.Caller, request.Path("group"))));
        routes.MapAdmin("PUT", "/access_group/{group}/update", ErrorGroup.Detail, "Replace the models of a group",
            async request => await Groups(request).UpdateAsync(request.Caller, request.Path("group"), request.Body, request.Aborted));
        routes.MapAdmin("DELETE", "/access_group/{group}/delete", ErrorGroup.Detail, "Take a group from all models",
            async request => await Groups(request).DeleteAsync(request.Caller, request.Path("group"), request.Aborted));
    }

    private static void MapGroups(IEndpointRouteBuilder routes, string root, AccessGroupService groups)
    {
        routes.MapAdmin("POST", root, ErrorGroup.Detail, "Make an access group", async request =>
        {
            var made = await groups.CreateAsync(request.Caller, request.Body, request.Aborted);
            request.Http.Response.StatusCode = StatusCodes.Status201Created;
            return made;
        });
        routes.MapAdmin("GET", root, ErrorGroup.Detail, "List access groups",
            async request => await groups.ListAsync(request.Caller, request.Aborted));
        routes.MapAdmin("GET", root + "/{id}", ErrorGroup.Detail, "Read an access group",
            async request => await groups.InfoAsync(request.Caller, request.Path("id"), request.Aborted));
        routes.MapAdmin("PUT", root + "/{id}", ErrorGroup.Detail, "Change an access group",
            async request => await groups.UpdateAsync(request.Caller, request.Path("id"), request.Body, request.Aborted));
        routes.MapAdmin("DELETE", root + "/{id}", ErrorGroup.Detail, "Delete an access group", async request =>
        {
            await groups.DeleteAsync(request.Caller, request.Path("id"), request.Aborted);
            request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
            return null;
        });
    }
}
