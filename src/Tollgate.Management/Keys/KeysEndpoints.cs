using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>Routes of virtual keys (admin-api.md 5).</summary>
public static class KeysEndpoints
{
    /// <summary>Adds the services of this resource.</summary>
    public static IServiceCollection AddKeys(this IServiceCollection services)
    {
        services.TryAddSingleton<KeyWriter>();
        services.TryAddSingleton<KeyService>();
        return services;
    }

    /// <summary>Maps the routes.</summary>
    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        var keys = routes.ServiceProvider.GetRequiredService<KeyService>();
        routes.MapAdmin("POST", "/key/generate", ErrorGroup.Internal, "Makes a virtual key",
            async r => await keys.GenerateAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("POST", "/key/service-account/generate", ErrorGroup.Internal, "Makes a key that belongs to a team alone",
            async r => await keys.GenerateServiceAccountAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("POST", "/key/update", ErrorGroup.Auth, "Changes a key",
            async r => await keys.UpdateAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("POST", "/key/delete", ErrorGroup.Internal, "Deletes keys",
            async r => await keys.DeleteAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("GET", "/key/info", ErrorGroup.Internal, "One key",
            async r => await keys.InfoAsync(r.Caller, r.Query.Text("key"), r.Aborted));
        routes.MapAdmin("POST", "/v2/key/info", ErrorGroup.Detail, "Several keys",
            async r => await keys.InfosAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("GET", "/key/list", ErrorGroup.Internal, "A page of keys",
            async r => await keys.ListAsync(r.Caller, r.Query, [.. r.Http.Request.Query["expand"].OfType<string>()], r.Aborted));
        routes.MapAdmin("GET", "/key/aliases", ErrorGroup.Internal, "Aliases of keys",
            async r => await keys.AliasesAsync(r.Caller, r.Query, r.Aborted));
        routes.MapAdmin("POST", "/key/block", ErrorGroup.Internal, "Blocks a key",
            async r => await keys.SetBlockedAsync(r.Caller, r.Body, true, r.Aborted));
        routes.MapAdmin("POST", "/key/unblock", ErrorGroup.Internal, "Unblocks a key",
            async r => await keys.SetBlockedAsync(r.Caller, r.Body, false, r.Aborted));
        routes.MapAdmin("POST", "/key/regenerate", ErrorGroup.Internal, "Gives a key a new value",
            async r => await keys.RegenerateAsync(r.Caller, r.Query.Text("key"), r.Body, r.Aborted));
        routes.MapAdmin("POST", "/key/{key}/regenerate", ErrorGroup.Internal, "Gives a key a new value",
            async r => await keys.RegenerateAsync(r.Caller, r.Path("key"), r.Body, r.Aborted));
        routes.MapAdmin("POST", "/key/bulk_update", ErrorGroup.Detail, "Changes many keys",
            async r => await keys.BulkUpdateAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("POST", "/team/key/bulk_update", ErrorGroup.Detail, "Changes the keys of a team",
            async r => await keys.TeamBulkUpdateAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("POST", "/key/{key}/reset_spend", ErrorGroup.Detail, "Sets what a key has spent",
            async r => await keys.ResetSpendAsync(r.Caller, r.Path("key"), r.Body, r.Aborted));
        routes.MapAdmin("POST", "/key/health", ErrorGroup.Internal, "Health of the caller's own key",
            async r => await KeyService.HealthAsync(r.Caller));
    }
}
