using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;

namespace Tollgate.Management.Kernel;

/// <summary>Which role may call which route (admin-api.md 3.5). Services check ownership themselves; this is the outer wall.</summary>
internal static class RouteGate
{
    /// <summary>Lets a caller pass or says why not.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="http">The request.</param>
    /// <param name="body">Its body: names the organization that an organization's administrator acts for.</param>
    /// <exception cref="AdminException">401 or 403, in LiteLLM's words.</exception>
    public static async Task CheckAsync(AdminCaller caller, HttpContext http, Fields body)
    {
        var path = Canonical(http.Request.Path.Value);
        var settings = http.RequestServices.GetService<SnapshotHolder>()?.Current.Config.Management ?? new ManagementSettings();
        CheckWalls(caller, path, settings);
        if (caller.IsAdmin)
        {
            return;
        }

        if (settings.AdminOnlyRoutes.Contains(path, StringComparer.Ordinal))
        {
            throw Forbidden($"user not allowed to access this route. Route={path} is an admin only route");
        }

        if (!Passes(caller, http, path) && !await PassesAsOrganizationAdminAsync(caller, http, path, body))
        {
            throw Refusal(caller, path);
        }
    }

    /// <summary>A user id as messages show it: first six and last two characters.</summary>
    internal static string Mask(string? id) => id is null ? "None" : id.Length <= 4 ? "***" : id.Length <= 8 ? $"{id[..2]}**{id[^1..]}" : $"{id[..6]}**{id[^2..]}";

    /// <summary>The path as rules name it: a slash more at the end is served too, and must not lead around them.</summary>
    private static string Canonical(string? path) => path?.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/";

    private static void CheckWalls(AdminCaller caller, string path, ManagementSettings settings)
    {
        if (settings.IsDisabled)
        {
            throw Forbidden("Management routes are disabled for this instance (DISABLE_ADMIN_ENDPOINTS).");
        }

        if (!caller.IsMasterKey && RouteGroups.Has("master_key_only_routes", path))
        {
            throw AdminException.Proxy(401, $"Authentication Error, Tried to access route={path}, which is only for MASTER KEY", "auth_error");
        }

        if (!RouteGroups.Allow(caller.AllowedRoutes, path))
        {
            throw Forbidden(
                "Virtual key is not allowed to call this route. Only allowed to call routes: "
                + $"[{string.Join(", ", caller.AllowedRoutes.Select(static route => $"'{route}'"))}]. Tried to call route: {path}");
        }
    }

    private static bool Passes(AdminCaller caller, HttpContext http, string path)
    {
        if (RouteGroups.IsInference(path))
        {
            return caller.Role != AdminRole.ProxyAdminViewer
                ? true
                : throw Forbidden($"user not allowed to access this OpenAI routes, role= {caller.RoleName}");
        }

        if (RouteGroups.Has("info_routes", path))
        {
            CheckOwnUser(caller, http, path);
            return true;
        }

        if (RouteGroups.Has("global_spend_tracking_routes", path) && MayGetSpend(caller))
        {
            return true;
        }

        // Before the routes that manage themselves: who only looks changes nothing there either, but for the own address and password.
        if (caller.Role == AdminRole.ProxyAdminViewer)
        {
            return MayView(http, path) || path is "/user/update";
        }

        return caller.Role switch
        {
            AdminRole.InternalUser when RouteGroups.Has("internal_user_routes", path) => true,
            AdminRole.InternalUserViewer when RouteGroups.Has("internal_user_view_only_routes", path) => true,
            _ => false,
        }
        || RouteGroups.Has("self_managed_routes", path)
        || path.StartsWith("/v1/mcp/", StringComparison.Ordinal) || path.StartsWith("/mcp-rest/", StringComparison.Ordinal)
        || !caller.AllowedRoutes.IsDefaultOrEmpty;
    }

    private static void CheckOwnUser(AdminCaller caller, HttpContext http, string path)
    {
        if (path is "/user/info" && !caller.MaySeeAll && QueryText.Raw(http, "user_id") is { Length: > 0 } asked
            && !string.Equals(asked, caller.UserId, StringComparison.Ordinal))
        {
            throw Forbidden($"key not allowed to access this user's info. user_id={asked}, key's user_id={caller.UserId ?? "None"}");
        }
    }

    private static bool MayView(HttpContext http, string path)
        => HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || HttpMethods.IsOptions(http.Request.Method)
            || RouteGroups.Has("admin_viewer_routes", path) || RouteGroups.Has("spend_tracking_routes", path);

    private static bool MayGetSpend(AdminCaller caller)
    {
        if (caller.Key is not { } key)
        {
            return false;
        }

        var reader = new Utf8JsonReader(key.Permissions.Span);
        try
        {
            return JsonElement.TryParseValue(ref reader, out var permissions) && permissions.Value.ValueKind == JsonValueKind.Object
                && permissions.Value.TryGetProperty("get_spend_routes", out var flag) && flag.ValueKind == JsonValueKind.True;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async Task<bool> PassesAsOrganizationAdminAsync(AdminCaller caller, HttpContext http, string path, Fields body)
    {
        if (caller.UserId is not { } user || !RouteGroups.Has("org_admin_allowed_routes", path)
            || http.RequestServices.GetService<IDatabase>() is not { } database)
        {
            return false;
        }

        return await database.ReadAsync(
            async rows =>
            {
                var own = (await rows.SelectAsync(
                        Tables.OrganizationMemberships, Filter.All(Filter.Equal("user_id", user), Filter.Equal("user_role", "org_admin"))))
                    .Select(static row => row["organization_id"]!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
                return own.Count > 0 && own.Overlaps(await OrganizationsAsync(rows, body, http.Request.Query));
            },
            http.RequestAborted);
    }

    private static async Task<List<string>> OrganizationsAsync(IRowReader rows, Fields body, IQueryCollection query)
    {
        List<string> named = [.. TextsIn(body.Any("organization_id")), .. TextsIn(body.Any("organizations"))];
        named.AddRange(query["organization_id"].OfType<string>());
        foreach (var team in TextsIn(body.Any("team_id")).Concat(query["team_id"].OfType<string>()))
        {
            if (await rows.FindAsync(Tables.Teams, team) is { } row)
            {
                named.AddRange(TextsIn(row["organization_id"]));
            }
        }

        return named;
    }

    private static IEnumerable<string> TextsIn(JsonNode? node) => node switch
    {
        JsonValue value when value.GetValueKind() == JsonValueKind.String => [value.GetValue<string>()],
        JsonArray array => array.SelectMany(TextsIn),
        _ => [],
    };

    private static AdminException Refusal(AdminCaller caller, string path) => caller.Role == AdminRole.ProxyAdminViewer
        ? Forbidden($"user not allowed to access this route, role= {caller.RoleName}. Trying to access: {path}")
        : AdminException.Proxy(
            401,
            "Authentication Error, Only proxy admin can be used to generate, delete, update info for new keys/users/teams. "
            + $"Route={path}. Your role={caller.RoleName}. Your user_id={Mask(caller.UserId)}",
            "auth_error");

    private static AdminException Forbidden(string message) => AdminException.Proxy(403, message, "auth_error");
}
