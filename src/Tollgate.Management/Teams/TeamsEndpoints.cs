using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Teams;

/// <summary>Routes of teams.</summary>
public static class TeamsEndpoints
{
    /// <summary>Adds the services of teams.</summary>
    public static void AddTeams(this IServiceCollection services)
    {
        services.TryAddSingleton<TeamSettings>();
        services.TryAddSingleton<TeamService>();
        services.TryAddSingleton<TeamReader>();
        services.TryAddSingleton<TeamMemberService>();
        services.TryAddSingleton<TeamRightsService>();
    }

    /// <summary>Maps <c>/team/*</c> and <c>/v2/team/list</c>.</summary>
    public static void MapTeams(this IEndpointRouteBuilder routes)
    {
        MapTeam(routes, routes.ServiceProvider.GetRequiredService<TeamService>());
        MapReading(routes, routes.ServiceProvider.GetRequiredService<TeamReader>());
        MapMembers(routes, routes.ServiceProvider.GetRequiredService<TeamMemberService>());
        MapRights(routes, routes.ServiceProvider.GetRequiredService<TeamRightsService>());
    }

    private static void MapTeam(IEndpointRouteBuilder routes, TeamService teams)
    {
        routes.MapAdmin("POST", "/team/new", ErrorGroup.Detail, "Make a team",
            async request => await teams.CreateAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/team/update", ErrorGroup.Detail, "Change a team",
            async request => await teams.UpdateAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/team/delete", ErrorGroup.Detail, "Delete teams with their keys",
            async request => await teams.DeleteAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/team/block", ErrorGroup.Detail, "Block a team",
            async request => await teams.BlockAsync(request.Caller, request.Body, block: true, request.Aborted));
        routes.MapAdmin("POST", "/team/unblock", ErrorGroup.Detail, "Unblock a team",
            async request => await teams.BlockAsync(request.Caller, request.Body, block: false, request.Aborted));
        routes.MapAdmin("POST", "/team/reset_spend", ErrorGroup.Detail, "Set the recorded spend of a team",
            async request => await teams.ResetSpendAsync(request.Caller, request.Body, request.Aborted));
    }

    private static void MapReading(IEndpointRouteBuilder routes, TeamReader reader)
    {
        routes.MapAdmin("GET", "/team/info", ErrorGroup.Auth, "Read a team with keys and members",
            async request => await reader.InfoAsync(request.Caller, request.Query, request.Aborted));
        routes.MapAdmin("GET", "/team/list", ErrorGroup.Detail, "List teams",
            async request => await reader.ListAsync(request.Caller, request.Query, request.Aborted));
        routes.MapAdmin("GET", "/v2/team/list", ErrorGroup.Detail, "List teams page by page",
            async request => await reader.PageAsync(request.Caller, request.Query, request.Aborted));
        routes.MapAdmin("GET", "/team/available", ErrorGroup.Detail, "List teams that the caller may join",
            async request => await reader.AvailableAsync(request.Caller, request.Aborted));
        routes.MapAdmin("GET", "/team/filter/ui", ErrorGroup.Detail, "Find teams by id or alias",
            async request => await reader.SearchAsync(request.Caller, request.Query, request.Aborted));
        routes.MapAdmin("GET", "/team/{team_id}/members/me", ErrorGroup.Detail, "Read the caller's membership of a team",
            async request => await reader.OwnMembershipAsync(request.Caller, request.Path("team_id"), request.Aborted));
    }

    private static void MapMembers(IEndpointRouteBuilder routes, TeamMemberService members)
    {
        routes.MapAdmin("POST", "/team/member_add", ErrorGroup.Detail, "Add members to a team",
            async request => await members.AddAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/team/bulk_member_add", ErrorGroup.Detail, "Add many members to a team",
            async request => await members.AddManyAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/team/member_update", ErrorGroup.Detail, "Change a member of a team",
            async request => await members.UpdateAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/team/member_delete", ErrorGroup.Detail, "Take a member out of a team",
            async request => await members.RemoveAsync(request.Caller, request.Body, request.Aborted));
    }

    private static void MapRights(IEndpointRouteBuilder routes, TeamRightsService rights)
    {
        routes.MapAdmin("GET", "/team/permissions_list", ErrorGroup.Detail, "Read the rights of a team's members",
            async request => await rights.PermissionsAsync(request.Caller, request.Query.RequiredText("team_id"), request.Aborted));
        routes.MapAdmin("POST", "/team/permissions_update", ErrorGroup.Detail, "Set the rights of a team's members",
            async request => await rights.SetPermissionsAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/team/permissions_bulk_update", ErrorGroup.Detail, "Add rights for members of many teams",
            async request => await rights.AppendPermissionsAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/team/model/add", ErrorGroup.Detail, "Add models to a team",
            async request => await rights.AddModelsAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/team/model/delete", ErrorGroup.Detail, "Take models from a team",
            async request => await rights.RemoveModelsAsync(request.Caller, request.Body, request.Aborted));
        routes.MapAdmin("POST", "/team/{team_id}/callback", ErrorGroup.Detail, "Add a callback for calls of a team",
            async request => await rights.AddCallbackAsync(request.Caller, request.Path("team_id"), request.Body, request.Aborted));
        routes.MapAdmin("GET", "/team/{team_id}/callback", ErrorGroup.Detail, "Read the callbacks of a team",
            async request => await rights.CallbacksAsync(request.Caller, request.Path("team_id"), request.Aborted));
        routes.MapAdmin("POST", "/team/{team_id}/disable_logging", ErrorGroup.Detail, "Remove the callbacks of a team",
            async request => await rights.DisableLoggingAsync(request.Caller, request.Path("team_id"), request.Aborted));
    }
}
