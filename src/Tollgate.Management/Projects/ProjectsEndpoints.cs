using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Projects;

/// <summary>Routes of projects.</summary>
public static class ProjectsEndpoints
{
    /// <summary>Adds the service of projects.</summary>
    public static void AddProjects(this IServiceCollection services) => services.TryAddSingleton<ProjectService>();

    /// <summary>Maps <c>/project/*</c>.</summary>
    public static void MapProjects(this IEndpointRouteBuilder routes)
    {
        var projects = routes.ServiceProvider.GetRequiredService<ProjectService>();
        routes.MapAdmin("POST", "/project/new", ErrorGroup.Detail, "Make a project",
            async request => await projects.CreateAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/project/update", ErrorGroup.Detail, "Change a project",
            async request => await projects.UpdateAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("DELETE", "/project/delete", ErrorGroup.Detail, "Delete projects",
            async request => await projects.DeleteAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("GET", "/project/info", ErrorGroup.Detail, "Read a project",
            async request => await projects.InfoAsync(request.Caller, request.Query.RequiredText("project_id"), request.Aborted));
        routes.MapAdmin("GET", "/project/list", ErrorGroup.Detail, "List projects",
            async request => await projects.ListAsync(request.Caller, request.Aborted));
    }
}
