using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Lookups;

/// <summary>Routes of tools and stores that can be searched (admin-api.md 23).</summary>
public static class LookupsEndpoints
{
    /// <summary>Adds the services.</summary>
    public static IServiceCollection AddLookups(this IServiceCollection services)
    {
        services.TryAddSingleton<SearchToolService>();
        services.TryAddSingleton<VectorStoreService>();
        return services;
    }

    /// <summary>Maps the routes.</summary>
    public static void MapLookups(this IEndpointRouteBuilder routes)
    {
        var tools = routes.ServiceProvider.GetRequiredService<SearchToolService>();
        var stores = routes.ServiceProvider.GetRequiredService<VectorStoreService>();
        var group = ErrorGroup.Detail;
        routes.MapAdmin("POST", "/search_tools", group, "Store a search tool", r => tools.CreateAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("GET", "/search_tools/list", group, "Search tools", r => tools.ListAsync(r.Caller, r.Aborted));
        routes.MapAdmin(
            "GET", "/search_tools/ui/available_providers", group, "Providers of search tools", r => Task.FromResult<JsonNode?>(tools.Providers(r.Caller)));
        routes.MapAdmin("GET", "/search_tools/{id}", group, "A search tool", r => tools.FindAsync(r.Caller, r.Path("id"), r.Aborted));
        routes.MapAdmin("PUT", "/search_tools/{id}", group, "Change a search tool", r => tools.UpdateAsync(r.Caller, r.Path("id"), r.Body, r.Aborted));
        routes.MapAdmin("DELETE", "/search_tools/{id}", group, "Delete a search tool", r => tools.DeleteAsync(r.Caller, r.Path("id"), r.Aborted));
        routes.MapAdmin("POST", "/vector_store/new", group, "Register a vector store", r => stores.CreateAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("POST", "/vector_store/update", group, "Change a vector store", r => stores.UpdateAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("POST", "/vector_store/info", group, "A vector store", r => stores.InfoAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("POST", "/vector_store/delete", group, "Forget a vector store", r => stores.DeleteAsync(r.Caller, r.Body, r.Aborted));
        foreach (var prefix in (ReadOnlySpan<string>)["", "/v1"])
        {
            routes.MapAdmin("GET", prefix + "/vector_store/list", group, "Vector stores", r => stores.ListAsync(r.Caller, r.Query, r.Aborted));
        }
    }
}
