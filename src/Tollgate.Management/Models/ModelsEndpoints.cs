using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary>Routes of models (admin-api.md 13).</summary>
public static class ModelsEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapModelsAdmin(this IEndpointRouteBuilder routes)
    {
        MapWrites(routes);
        MapCostMap(routes);
        var list = routes.ServiceProvider.GetRequiredService<ListModels>();
        foreach (var path in (ReadOnlySpan<string>)["/model/info", "/v1/model/info"])
        {
            routes.MapAdmin("GET", path, ErrorGroup.Detail, "Deployments", r => list.RunAsync(r.Caller, r.Query, r.Aborted));
            routes.MapAdmin("POST", path, ErrorGroup.Detail, "Deployments that fit the body", r => list.RunAsync(r.Caller, r.Body, r.Aborted));
        }

        routes.MapAdmin("GET", "/v2/model/info", ErrorGroup.Detail, "A page of deployments", r => list.PageAsync(r.Caller, r.Query, r.Aborted));
        var groups = routes.ServiceProvider.GetRequiredService<ModelGroups>();
        routes.MapAdmin("GET", "/model_group/info", ErrorGroup.Detail, "Model groups", r => groups.RunAsync(r.Caller, r.Query, r.Aborted));
        var inquiries = routes.ServiceProvider.GetRequiredService<ModelInquiries>();
        routes.MapAdmin("POST", "/utils/token_counter", ErrorGroup.Detail, "Tokens of a prompt", r => Task.FromResult<JsonNode?>(inquiries.CountTokens(r.Body)));
        routes.MapAdmin(
            "GET", "/utils/supported_openai_params", ErrorGroup.Detail, "Parameters of a model",
            r => Task.FromResult<JsonNode?>(inquiries.SupportedParams(r.Query)));
    }

    private static void MapCostMap(IEndpointRouteBuilder routes)
    {
        var map = routes.ServiceProvider.GetRequiredService<CostMap>();
        foreach (var path in (ReadOnlySpan<string>)["/get/litellm_model_cost_map", "/public/litellm_model_cost_map"])
        {
            // Published facts: no key is needed for them.
            routes.MapGet(path, http => CostMapAnswer.SendAsync(http, map.Whole)).WithSummary("The cost map").WithTags("management");
        }

        routes.MapAdmin(
            "GET", "/model/cost_map/source", ErrorGroup.Detail, "Where prices come from", _ => Task.FromResult<JsonNode?>(map.Source()));
        routes.MapAdmin("POST", "/reload/model_cost_map", ErrorGroup.Detail, "Read prices again", r => map.ReloadAsync(r.Caller, r.Aborted));
        var schedule = routes.ServiceProvider.GetRequiredService<CostMapSchedule>();
        const string Path = "/schedule/model_cost_map_reload";
        routes.MapAdmin("POST", Path, ErrorGroup.Detail, "Read prices again from time to time", r => schedule.SetAsync(r.Caller, r.Query, r.Aborted));
        routes.MapAdmin("DELETE", Path, ErrorGroup.Detail, "Read prices no more by themselves", r => schedule.CancelAsync(r.Caller, r.Aborted));
        routes.MapAdmin(
            "GET", Path + "/status", ErrorGroup.Detail, "When prices are read again", r => schedule.StatusAsync(r.Caller, r.Aborted));
    }

    private static void MapWrites(IEndpointRouteBuilder routes)
    {
        var create = routes.ServiceProvider.GetRequiredService<CreateModel>();
        var update = routes.ServiceProvider.GetRequiredService<UpdateModel>();
        var delete = routes.ServiceProvider.GetRequiredService<DeleteModel>();
        var onOff = routes.ServiceProvider.GetRequiredService<SwitchModel>();
        routes.MapAdmin("POST", "/model/new", ErrorGroup.Auth, "Add a deployment", r => create.RunAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("POST", "/model/update", ErrorGroup.Auth, "Change a deployment or a group", r => update.RunAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin(
            "PATCH", "/model/{model_id}/update", ErrorGroup.Auth, "Change a deployment",
            r => update.PatchAsync(r.Caller, r.Path("model_id"), r.Body, r.Aborted));
        routes.MapAdmin("POST", "/model/delete", ErrorGroup.Auth, "Delete a deployment", r => delete.RunAsync(r.Caller, r.Body, r.Aborted));
        foreach (var (path, blocked) in (ReadOnlySpan<(string, bool)>)
            [("/model/disable", true), ("/model/block", true), ("/model/enable", false), ("/model/unblock", false)])
        {
            routes.MapAdmin(
                "POST", path, ErrorGroup.Auth, blocked ? "Switch a model off" : "Switch a model on",
                r => onOff.RunAsync(r.Caller, r.Body, blocked, r.Aborted));
        }
    }
}
