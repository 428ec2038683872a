using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Tags;

/// <summary>Routes of tags.</summary>
public static class TagsEndpoints
{
    /// <summary>Adds the service of tags.</summary>
    public static void AddTags(this IServiceCollection services) => services.TryAddSingleton<TagService>();

    /// <summary>Maps <c>/tag/new</c>, <c>/tag/update</c>, <c>/tag/info</c>, <c>/tag/list</c> and <c>/tag/delete</c>.</summary>
    public static void MapTags(this IEndpointRouteBuilder routes)
    {
        var tags = routes.ServiceProvider.GetRequiredService<TagService>();
        routes.MapAdmin("POST", "/tag/new", ErrorGroup.Detail, "Make a tag",
            async request => await tags.CreateAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/tag/update", ErrorGroup.Detail, "Change a tag",
            async request => await tags.UpdateAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/tag/info", ErrorGroup.Detail, "Read tags",
            async request => await tags.InfoAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("GET", "/tag/list", ErrorGroup.Detail, "List tags",
            async request => await tags.ListAsync(request.Caller, request.Query, request.Aborted));
        routes.MapAdmin("POST", "/tag/delete", ErrorGroup.Detail, "Delete a tag",
            async request => await tags.DeleteAsync(request.Caller, request.Body, request.Aborted));
    }
}
