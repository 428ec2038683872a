using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Teams;

namespace Tollgate.Management.Users;

/// <summary>Makes a user with everything that belongs to a new one: memberships, permissions, a key (admin-api.md 6.1).</summary>
public sealed class UserCreation(UserWriter writer, UserTeams teams, KeyWriter keys, SnapshotHolder snapshots, TimeProvider time)
{
    private static readonly string[] KeyFields =
    [
        "key_alias", "duration", "models", "aliases", "config", "permissions", "blocked", "agent_id", "allowed_cache_controls", "guardrails", "tags",
    ];

    private static readonly string[] Answer =
    [
        "expires", "max_budget", "budget_duration", "spend", "models", "metadata", "tpm_limit", "rpm_limit", "max_parallel_requests",
        "aliases", "config", "permissions", "allowed_cache_controls", "model_max_budget", "created_at", "updated_at",
    ];

    /// <summary>Makes the user.</summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="caller">Who makes it.</param>
    /// <param name="request">Fields of the request.</param>
    /// <param name="password">Stored form of the password; null for none.</param>
    public async Task<JsonObject> RunAsync(IRowWriter rows, AdminCaller caller, Fields request, string? password)
    {
        var config = snapshots.Current.Config;
        var fields = WithDefaults(request, config.Management);
        await CheckAsync(rows, caller, fields);

        // Teams that the operator puts every new user into are not the caller's choice.
        await CheckTeamsAsync(rows, caller, Teams(request));
        var columns = UserColumns.Read(fields, null, time.GetUtcNow(), config.Budgets.TimeZone, ErrorGroup.Internal);
        var id = fields.Text("user_id") is { Length: > 0 } given ? given : Guid.NewGuid().ToString();
        await Locks.TakeAsync(rows, "user:" + id);
        if (await rows.FindAsync(Tables.Users, id) is not null)
        {
            throw AdminException.Of(ErrorGroup.Internal, 409, $"User with id {id} already exists");
        }

        columns["user_id"] = id;
        columns["password"] = password;
        columns["object_permission_id"] = await ObjectPermissions.SaveAsync(rows, fields.Object("object_permission"), null);
        var wanted = Teams(fields);
        var joined = wanted is null ? [] : await teams.JoinAsync(rows, caller, columns, wanted);
        columns["teams"] = new JsonArray([.. joined.Select(static team => (JsonNode)team)]);
        var user = await writer.CreateAsync(rows, caller, columns, ErrorGroup.Internal);
        await teams.JoinOrganizationsAsync(rows, id, fields.Texts("organizations") ?? []);
        var key = fields.Flag("auto_create_key") == false
            ? null
            : await keys.CreateAsync(rows, caller, KeyOf(fields), id, ErrorGroup.Internal);
        return Shape(user, key, wanted is null ? null : joined, fields);
    }

    private static Fields WithDefaults(Fields request, ManagementSettings settings)
    {
        var body = (JsonObject)request.Json.DeepClone();
        if (request.Text("user_role") is not "proxy_admin")
        {
            KeyDefaults.Fill(body, settings.UserDefaults);
        }

        if (BudgetRules.TextOf(body, "user_role") is "internal_user")
        {
            body["max_budget"] ??= settings.InternalUserBudget;
            body["budget_duration"] ??= settings.InternalUserBudgetDuration;
        }

        return new Fields(body);
    }

    private static async Task CheckAsync(IRowReader rows, AdminCaller caller, Fields fields)
    {
        if (caller.IsAdmin)
        {
            return;
        }

        var role = fields.Text("user_role");
        if (role is "proxy_admin" or "proxy_admin_viewer")
        {
            throw AdminException.Of(
                ErrorGroup.Internal,
                403,
                "Only proxy admins can create administrative users (proxy_admin, proxy_admin_viewer). "
                + $"Attempted to create user with role: {role}. Your role: {caller.RoleName}");
        }

        var organizations = fields.Texts("organizations") ?? [];
        var own = KeyAccess.MayWrite(caller) ? await UserAccess.OrganizationsAsync(rows, caller) : [];
        if (organizations.Count == 0 || !organizations.All(own.Contains))
        {
            throw AdminException.Of(
                ErrorGroup.Internal, 403, $"Only proxy admins and organization admins can create users. Your role: {caller.RoleName}");
        }

        KeyCreation.CheckSafeFields(fields, ErrorGroup.Internal);
    }

    private static async Task CheckTeamsAsync(IRowReader rows, AdminCaller caller, JsonArray? teams)
    {
        foreach (var item in caller.IsAdmin ? [] : teams ?? [])
        {
            var id = UserTeams.Wish(item).RequiredText("team_id");
            if (await rows.FindAsync(Tables.Teams, id) is { } team && !await TeamAccess.ManagesAsync(rows, caller, team))
            {
                throw AdminException.Of(
                    ErrorGroup.Internal, 403, $"Only proxy admins and admins of team={id} can add users to it. Your role: {caller.RoleName}");
            }
        }
    }

    private static JsonArray? Teams(Fields fields)
    {
        var teams = fields.List("teams");
        return fields.Text("team_id") is { Length: > 0 } one ? [.. teams?.Select(static team => team?.DeepClone()) ?? [], one] : teams;
    }

    private static Fields KeyOf(Fields fields)
    {
        var body = new JsonObject();
        foreach (var name in KeyFields)
        {
            if (fields.Any(name) is { } value)
            {
                body[name] = value.DeepClone();
            }
        }

        return new Fields(body);
    }

    private static JsonObject Shape(JsonObject user, JsonObject? key, IReadOnlyList<string>? joined, Fields fields)
    {
        var row = UserShapes.Row(user);
        var shape = new JsonObject
        {
            ["user_id"] = row["user_id"]?.DeepClone(),
            ["user_email"] = row["user_email"]?.DeepClone(),
            ["user_role"] = row["user_role"]?.DeepClone(),
            ["user_alias"] = row["user_alias"]?.DeepClone(),
            ["teams"] = joined is null ? null : new JsonArray([.. joined.Select(static team => (JsonNode)team)]),
            ["key"] = key?["key"]?.DeepClone() ?? "",
            ["key_name"] = key?["key_name"]?.DeepClone(),
            ["key_alias"] = key?["key_alias"]?.DeepClone(),
            ["token"] = null,
            ["token_id"] = null,
        };
        foreach (var name in Answer)
        {
            shape[name] = (row.ContainsKey(name) ? row[name] : key?[name])?.DeepClone();
        }

        foreach (var name in (ReadOnlySpan<string>)["aliases", "config", "permissions"])
        {
            shape[name] ??= new JsonObject();
        }

        foreach (var name in (ReadOnlySpan<string>)["created_by", "updated_by", "organization_id", "budget_id"])
        {
            shape[name] = null;
        }

        foreach (var name in (ReadOnlySpan<string>)["team_id", "duration", "tags", "blocked", "guardrails"])
        {
            shape[name] = fields.Any(name)?.DeepClone();
        }

        return shape;
    }
}
