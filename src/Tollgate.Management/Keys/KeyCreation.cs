using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Configuration;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>Who may make which key (admin-api.md 5.1).</summary>
internal static class KeyCreation
{
    /// <summary>Checks the caller's right to make the key that is asked for.</summary>
    /// <returns>Whose key it will be; null for nobody's.</returns>
    public static async Task<string?> OwnerAsync(
        IRowReader rows, AdminCaller caller, Fields fields, ManagementSettings settings, string route, ErrorGroup errors)
    {
        var teamId = fields.Text("team_id") is { Length: > 0 } id ? id : null;
        var owner = fields.Text("user_id") is { Length: > 0 } user ? user : null;
        if (teamId is null && settings.PersonalKeysDisabled)
        {
            throw AdminException.Of(errors, 400, "Personal key creation has been disabled by the admin. Pass a team_id.");
        }

        var team = await TeamFacts.FindAsync(rows, teamId);
        if (teamId is not null && team is null && settings.TeamKeys is not null)
        {
            throw AdminException.Of(errors, 400, $"Unable to find team object in database. Team ID: {teamId}");
        }

        if (caller.IsAdmin)
        {
            return owner;
        }

        if (!KeyAccess.MayWrite(caller))
        {
            throw AdminException.Of(errors, 403, $"user not allowed to access this route, role= {caller.RoleName}. Trying to access: {route}");
        }

        CheckSafeFields(fields, errors);
        var whose = teamId is null
            ? PersonalOwner(caller, owner, fields, settings, errors)
            : await TeamOwnerAsync(rows, caller, owner, team, teamId, fields, settings, route, errors);
        await KeyOwners.CheckRankAsync(rows, caller, whose, errors);
        await KeyOwners.CheckAsync(rows, caller, fields, null, errors);
        return whose;
    }

    /// <summary>What would give a key more rights than its maker has is the administrator's to set.</summary>
    public static void CheckSafeFields(Fields fields, ErrorGroup errors)
    {
        IEnumerable<string> routes = fields.Texts("allowed_routes") ?? [];
        if (fields.Text("key_type") is "management")
        {
            routes = routes.Append("management_routes");
        }

        foreach (var route in routes)
        {
            var isSafe = RouteGroups.IsGroup(route)
                ? route is "llm_api_routes" or "openai_routes" or "anthropic_routes" or "google_routes" or "mcp_routes" or "agent_routes"
                    or "info_routes" or "public_routes" or "key_management_routes" or "litellm_native_routes" or "mapped_pass_through_routes"
                : RouteGroups.IsInference(route.TrimEnd('*')) || RouteGroups.Has("info_routes", route) || RouteGroups.Has("key_management_routes", route);
            if (!isSafe)
            {
                throw AdminException.Of(errors, 403, $"Only proxy admins can give keys the management route {route} in allowed_routes.");
            }
        }

        if (fields.Object("permissions")?["get_spend_routes"] is not null)
        {
            throw AdminException.Of(errors, 403, "Only proxy admins can give keys the permission get_spend_routes.");
        }
    }

    private static string? PersonalOwner(AdminCaller caller, string? owner, Fields fields, ManagementSettings settings, ErrorGroup errors)
    {
        if (settings.PersonalKeys is { } rule)
        {
            if (rule.Roles.Length > 0 && !rule.Roles.Contains(caller.RoleName, StringComparer.Ordinal))
            {
                throw AdminException.Of(
                    errors,
                    400,
                    "Personal key creation has been restricted by admin. "
                    + $"Allowed roles={BudgetRules.Show(rule.Roles)}. Your role={caller.RoleName}.");
            }

            CheckRequired(fields, rule, errors);
        }

        return owner is null || string.Equals(owner, caller.UserId, StringComparison.Ordinal) ? caller.UserId : throw Foreign(caller, owner, errors);
    }

    private static async Task<string?> TeamOwnerAsync(
        IRowReader rows,
        AdminCaller caller,
        string? owner,
        TeamFacts? team,
        string teamId,
        Fields fields,
        ManagementSettings settings,
        string route,
        ErrorGroup errors)
    {
        var role = team?.RoleOf(caller.UserId);
        var administers = team is not null && await team.IsAdministeredByAsync(rows, caller);
        if (team is null || (role is null && !administers))
        {
            throw AdminException.Of(errors, 400, $"User={caller.UserId ?? "None"} not assigned to team={teamId}");
        }

        if (settings.TeamKeys is { } rule)
        {
            if (rule.Roles.Length > 0 && !rule.Roles.Contains(administers ? "admin" : role ?? "user", StringComparer.Ordinal))
            {
                throw AdminException.Of(
                    errors, 400, $"Team member role {role} not in allowed_team_member_roles={BudgetRules.Show(rule.Roles)}");
            }

            CheckRequired(fields, rule, errors);
        }

        // A rule of the operator that names the member's role is the permission; else the team says what plain members may.
        if (!administers && settings.TeamKeys is not { Roles.Length: > 0 } && !team.MemberPermissions.Contains(route, StringComparer.Ordinal))
        {
            throw AdminException.Proxy(
                401,
                $"Team member does not have permissions for endpoint: {route}. You only have access to the following endpoints: "
                + $"{BudgetRules.Show(team.MemberPermissions)} for team {teamId}",
                "team_member_permission_error",
                route);
        }

        if (owner is null || string.Equals(owner, caller.UserId, StringComparison.Ordinal))
        {
            return caller.UserId;
        }

        return !administers ? throw Foreign(caller, owner, errors)
            : team.RoleOf(owner) is null ? throw AdminException.Of(errors, 400, $"User={owner} not assigned to team={teamId}")
            : owner;
    }

    private static void CheckRequired(Fields fields, KeyCreationRule rule, ErrorGroup errors)
    {
        foreach (var name in rule.RequiredParams)
        {
            if (fields.Any(name) is null or JsonArray { Count: 0 } or JsonObject { Count: 0 })
            {
                throw AdminException.Of(errors, 400, $"Required param {name} not in data");
            }
        }
    }

    private static AdminException Foreign(AdminCaller caller, string owner, ErrorGroup errors) => AdminException.Of(
        errors,
        403,
        $"User can only create keys for themselves. Got user_id={owner}, Your ID={caller.UserId ?? "None"}. "
        + "Only proxy admin can create keys for other users.");
}
