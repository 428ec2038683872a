using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Configuration;

/// <summary>Routes of the configuration (admin-api.md 16.1, 16.2, 29.4).</summary>
public static class ConfigurationEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapConfiguration(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var show = services.GetRequiredService<ShowConfiguration>();
        var update = services.GetRequiredService<UpdateSettings>();
        var addresses = services.GetRequiredService<AllowedAddresses>();
        routes.MapAdmin("GET", "/config", ErrorGroup.Detail, "The configuration in force", r => Answer(show.Run(r.Caller, r.Query.Text("section"))));

        // COMPAT: LiteLLM answers everyone with this; the real file never leaves the process (admin-api.md 16.1).
        routes.MapGet("/config/yaml", static http => AdminJson.SendAsync(http, new JsonObject { ["hello"] = "world" }))
            .WithSummary("Nothing").WithTags("management");
        routes.MapAdmin("POST", "/config/update", ErrorGroup.Auth, "Change settings",
            r => update.RunAsync(r.Caller, r.Body, addresses.AddressOf(r.Http), r.Aborted));
        routes.MapAdmin("POST", "/config/reload", ErrorGroup.Auth, "Read the configuration again", r => update.ReloadAsync(r.Caller, r.Aborted));
        MapFields(routes, services.GetRequiredService<FieldSettings>(), addresses);
        MapNamed(routes, services.GetRequiredService<NamedSettings>());
        MapAddresses(routes, addresses);
        MapPassThroughs(routes, services.GetRequiredService<PassThroughSettings>());
        MapFallbacks(routes, services.GetRequiredService<FallbackSettings>());
    }

    private static void MapFallbacks(IEndpointRouteBuilder routes, FallbackSettings fallbacks)
    {
        // Names of models may contain slashes: the parameter takes the rest of the path.
        const string one = "/fallback/{**model}";
        routes.MapAdmin("POST", "/fallback", ErrorGroup.Detail, "Set fallbacks of a model", r => fallbacks.SetAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("GET", one, ErrorGroup.Detail, "Fallbacks of a model", r => Answer(fallbacks.Read(r.Caller, r.Path("model"), r.Query)));
        routes.MapAdmin(
            "DELETE", one, ErrorGroup.Detail, "Take fallbacks of a model away",
            r => fallbacks.DeleteAsync(r.Caller, r.Path("model"), r.Query, r.Aborted));
    }

    private static void MapFields(IEndpointRouteBuilder routes, FieldSettings fields, AllowedAddresses addresses)
    {
        routes.MapAdmin("POST", "/config/field/update", ErrorGroup.Detail, "Set a field",
            r => fields.UpdateAsync(r.Caller, r.Body, addresses.AddressOf(r.Http), r.Aborted));
        routes.MapAdmin("POST", "/config/field/delete", ErrorGroup.Detail, "Unset a field", r => fields.DeleteAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("GET", "/config/field/info", ErrorGroup.Detail, "A stored field", r => fields.InfoAsync(r.Caller, r.Query, r.Aborted));
        routes.MapAdmin("GET", "/config/list", ErrorGroup.Detail, "Fields with their values", r => fields.ListAsync(r.Caller, r.Query, r.Aborted));
    }

    private static void MapNamed(IEndpointRouteBuilder routes, NamedSettings named)
    {
        routes.MapAdmin(
            "GET", "/config/cost_discount_config", ErrorGroup.Detail, "Discounts", r => Answer(named.Read(r.Caller, "cost_discount_config")));
        routes.MapAdmin(
            "PATCH", "/config/cost_discount_config", ErrorGroup.Detail, "Set discounts", r => named.SetDiscountsAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("GET", "/config/cost_margin_config", ErrorGroup.Detail, "Margins", r => Answer(named.Read(r.Caller, "cost_margin_config")));
        routes.MapAdmin(
            "PATCH", "/config/cost_margin_config", ErrorGroup.Detail, "Set margins", r => named.SetMarginsAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin(
            "POST", "/model_group/make_public", ErrorGroup.Detail, "Set public model groups",
            r => named.SetPublicGroupsAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin(
            "POST", "/model_hub/update_useful_links", ErrorGroup.Detail, "Set public links", r => named.SetLinksAsync(r.Caller, r.Body, r.Aborted));
    }

    private static void MapAddresses(IEndpointRouteBuilder routes, AllowedAddresses addresses)
    {
        routes.MapAdmin("GET", "/get/allowed_ips", ErrorGroup.Auth, "Addresses that may call", r => Answer(addresses.Read(r.Caller)));
        routes.MapAdmin(
            "POST", "/add/allowed_ip", ErrorGroup.Auth, "Allow an address",
            r => addresses.AddAsync(r.Caller, r.Body, addresses.AddressOf(r.Http), r.Aborted));
        routes.MapAdmin(
            "POST", "/delete/allowed_ip", ErrorGroup.Auth, "No longer allow an address", r => addresses.DeleteAsync(r.Caller, r.Body, r.Aborted));
    }

    private static void MapPassThroughs(IEndpointRouteBuilder routes, PassThroughSettings settings)
    {
        const string path = "/config/pass_through_endpoint";
        routes.MapAdmin("GET", path, ErrorGroup.Detail, "Paths of the operator's own", r => settings.ReadAsync(r.Caller, r.Query, r.Aborted));
        routes.MapAdmin("POST", path, ErrorGroup.Detail, "Add a path", r => settings.CreateAsync(r.Caller, r.Body, IsTaken, r.Aborted));
        routes.MapAdmin(
            "POST", path + "/{id}", ErrorGroup.Detail, "Change a path", r => settings.UpdateAsync(r.Caller, r.Path("id"), r.Body, IsTaken, r.Aborted));
        routes.MapAdmin("DELETE", path, ErrorGroup.Detail, "Take a path away", r => settings.DeleteAsync(r.Caller, r.Query, r.Aborted));

        // Literal routes, and everything below those that take the rest of a path.
        bool IsTaken(string asked) => routes.DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(static endpoint => "/" + endpoint.RoutePattern.RawText?.TrimStart('/'))
            .Any(route => string.Equals(route, asked.TrimEnd('/'), StringComparison.OrdinalIgnoreCase)
                || (route.IndexOf("{**", StringComparison.Ordinal) is > 1 and var rest && asked.StartsWith(route[..rest], StringComparison.OrdinalIgnoreCase)));
    }

    private static Task<JsonNode?> Answer(JsonNode answer) => Task.FromResult<JsonNode?>(answer);
}
