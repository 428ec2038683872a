using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Credentials;

/// <summary>Routes of credentials (admin-api.md 14). Names may contain slashes: the parameter takes the rest of the path.</summary>
public static class CredentialsEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapCredentials(this IEndpointRouteBuilder routes)
    {
        var change = routes.ServiceProvider.GetRequiredService<ChangeCredential>();
        var read = routes.ServiceProvider.GetRequiredService<ReadCredentials>();
        var group = ErrorGroup.Internal;
        routes.MapAdmin("POST", "/credentials", group, "Store a credential", r => change.CreateAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("GET", "/credentials", group, "Credentials", r => read.ListAsync(r.Caller, r.Aborted));
        routes.MapAdmin(
            "GET", "/credentials/by_name/{**name}", group, "A credential", r => read.ByNameAsync(r.Caller, r.Path("name"), r.Aborted));
        routes.MapAdmin(
            "GET", "/credentials/by_model/{model_id}", group, "What a deployment uses",
            r => Task.FromResult<System.Text.Json.Nodes.JsonNode?>(read.ByModel(r.Caller, r.Path("model_id"))));
        routes.MapAdmin(
            "PATCH", "/credentials/{**name}", group, "Change a credential", r => change.UpdateAsync(r.Caller, r.Path("name"), r.Body, r.Aborted));
        routes.MapAdmin("DELETE", "/credentials/{**name}", group, "Delete a credential", r => change.DeleteAsync(r.Caller, r.Path("name"), r.Aborted));
    }
}
