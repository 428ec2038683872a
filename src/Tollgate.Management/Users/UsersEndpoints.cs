using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tollgate.Data.Secrets;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Users;

/// <summary>Routes of users (admin-api.md 6).</summary>
public static class UsersEndpoints
{
    /// <summary>Adds the services of this resource.</summary>
    public static IServiceCollection AddUsers(this IServiceCollection services)
    {
        services.TryAddSingleton<PasswordHash>();
        services.TryAddSingleton<UserTeams>();
        services.TryAddSingleton<UserWriter>();
        services.TryAddSingleton<UserCreation>();
        services.TryAddSingleton<UserService>();
        return services;
    }

    /// <summary>Maps the routes.</summary>
    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var users = routes.ServiceProvider.GetRequiredService<UserService>();
        var snapshots = routes.ServiceProvider.GetRequiredService<SnapshotHolder>();
        routes.MapAdmin("POST", "/user/new", ErrorGroup.Internal, "Makes a user", async r => await users.CreateAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("GET", "/user/info", ErrorGroup.Internal, "A user with keys and teams",
            async r => await users.InfoAsync(r.Caller, QueryText.Raw(r.Http, "user_id"), r.Aborted));
        routes.MapAdmin("GET", "/v2/user/info", ErrorGroup.Internal, "A user",
            async r => await users.InfoOnlyAsync(r.Caller, QueryText.Raw(r.Http, "user_id"), r.Aborted));
        routes.MapAdmin("POST", "/user/update", ErrorGroup.Auth, "Changes a user",
            async r => await users.UpdateAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("POST", "/user/bulk_update", ErrorGroup.Detail, "Changes many users",
            async r => await users.BulkUpdateAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("POST", "/user/delete", ErrorGroup.Detail, "Deletes users",
            async r => await users.DeleteAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("GET", "/user/list", ErrorGroup.Detail, "A page of users", r => ListAsync(r, users, snapshots));
        routes.MapAdmin("GET", "/user/get_users", ErrorGroup.Detail, "A page of users",
            async r => await users.ListAsync(r.Caller, r.Query, r.Aborted));
        routes.MapAdmin("GET", "/user/filter/ui", ErrorGroup.Detail, "Searches users",
            async r => await users.SearchAsync(r.Caller, r.Query, r.Aborted));
        routes.MapAdmin("GET", "/user/available_roles", ErrorGroup.Detail, "Roles of users",
            static r => Task.FromResult<JsonNode?>(UserService.AvailableRoles()));
        routes.MapAdmin("GET", "/user/available_users", ErrorGroup.Detail, "How many users there may be",
            async r => await users.SeatsAsync(r.Caller, r.Aborted));
        routes.MapAdmin("POST", "/user/budget", ErrorGroup.Internal, "Sets a user's budget",
            async r => await users.SetBudgetAsync(r.Caller, r.Body, r.Aborted));
        routes.MapAdmin("GET", "/user/budget", ErrorGroup.Internal, "A user's budget",
            async r => await users.BudgetAsync(r.Caller, QueryText.Raw(r.Http, "user_id"), r.Aborted));
        routes.MapAdmin("POST", "/user/reset_spend", ErrorGroup.Internal, "Sets what a user has spent",
            async r => await users.ResetSpendAsync(r.Caller, r.Body, r.Aborted));
    }

    // A bare array for a plain curl, the object for every client that says what it wants (admin-api.md 2, C1).
    private static async Task<JsonNode?> ListAsync(AdminRequest request, UserService users, SnapshotHolder snapshots)
    {
        var shape = snapshots.Current.Config.Management.UserList;
        var http = request.Http.Request;
        var isPlain = !http.QueryString.HasValue && http.Headers.Accept.ToString() is ("" or "*/*");
        return shape == UserListShape.Array || (shape == UserListShape.Auto && isPlain)
            ? await users.ListAllAsync(request.Caller, request.Aborted)
            : await users.ListAsync(request.Caller, request.Query, request.Aborted);
    }
}
