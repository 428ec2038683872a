using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;

namespace Tollgate.Management.Users;

// Looking at users (admin-api.md 6.2, 6.5).
public sealed partial class UserService
{
    private static readonly ImmutableArray<string> PublicMembers =
    [
        "user_id", "user_email", "user_alias", "user_role", "spend", "max_budget", "models", "budget_duration", "budget_reset_at", "metadata",
        "created_at", "updated_at", "sso_user_id", "teams",
    ];

    /// <summary>The roles that users may have.</summary>
    public static JsonNode AvailableRoles() => new JsonObject
    {
        ["proxy_admin"] = Role("admin over litellm proxy, has all permissions", "Admin (All Permissions)"),
        ["proxy_admin_viewer"] = Role("view all keys, view all spend", "Admin (View Only)"),
        ["internal_user"] = Role("view/create/delete their own keys, view their own spend", "Internal User (Create/Delete/View)"),
        ["internal_user_viewer"] = Role("view their own keys, view their own spend", "Internal User (View Only)"),
    };

    /// <summary>A user with keys and teams; without an id the caller, and for administrators all keys and teams.</summary>
    public async Task<JsonNode> InfoAsync(AdminCaller caller, string? userId, CancellationToken cancellationToken)
    {
        var asked = userId is { Length: > 0 } ? userId : null;
        return await database.ReadAsync(
            async rows =>
            {
                var id = asked ?? caller.UserId;
                var user = id is null ? null : await rows.FindAsync(Tables.Users, id);
                await CheckMaySeeAsync(rows, caller, asked, user);
                if (user is null && (asked is not null || !caller.MaySeeAll))
                {
                    throw AdminException.Of(ErrorGroup.Internal, 404, $"User {id ?? "None"} not found");
                }

                var all = asked is null && caller.IsAdmin;
                var keys = await rows.SelectAsync(
                    Tables.Keys,
                    Filter.All(KeyListQuery.NoSessions, HiddenMasterKey(), all ? Filter.None : Filter.Equal("user_id", id)),
                    [new SortBy("created_at", true), new SortBy("token", true)]);
                var teams = await rows.SelectAsync(
                    Tables.Teams, all ? Filter.None : Filter.In("team_id", BudgetRules.TextsOf(user, "teams")), [new SortBy("team_alias"), new SortBy("team_id")]);
                return new JsonObject
                {
                    ["user_id"] = id,
                    ["user_info"] = user is null ? null : await RowAsync(rows, user),
                    ["keys"] = await KeysAsync(rows, keys),
                    ["teams"] = new JsonArray([.. teams.Select(static team => UserTeams.Shape(team))]),
                };
            },
            cancellationToken);
    }

    /// <summary>A user alone.</summary>
    public async Task<JsonNode> InfoOnlyAsync(AdminCaller caller, string? userId, CancellationToken cancellationToken)
    {
        var id = (userId is { Length: > 0 } ? userId : caller.UserId)
            ?? throw AdminException.Of(ErrorGroup.Internal, 400, "user_id is required: this key has no user of its own.");
        return await database.ReadAsync(
            async rows =>
            {
                var user = await rows.FindAsync(Tables.Users, id);
                if (user is null || !(caller.MaySeeAll || string.Equals(id, caller.UserId, StringComparison.Ordinal)
                    || await UserAccess.AdministersAsync(rows, caller, user)))
                {
                    throw AdminException.Of(ErrorGroup.Internal, 404, $"User not found: {id}");
                }

                var row = UserShapes.Row(user);
                return new JsonObject(PublicMembers.Select(name => KeyValuePair.Create(name, row[name]?.DeepClone())));
            },
            cancellationToken);
    }

    /// <summary>A page of users.</summary>
    public async Task<JsonNode> ListAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var request = UserListQuery.Read(query);
        return await database.ReadAsync(
            async rows =>
            {
                var visible = await VisibleAsync(rows, caller);
                if (!caller.MaySeeAll && request.Organizations.Except(await UserAccess.OrganizationsAsync(rows, caller), StringComparer.Ordinal).Any())
                {
                    throw AdminException.Detail(403, "Organization admins can only list users of their own organizations.");
                }

                var filter = Filter.All(visible, await request.FilterAsync(rows));
                var total = await rows.CountAsync(Tables.Users, filter);
                var users = await rows.SelectAsync(
                    Tables.Users, filter, request.Order, new RowRange(request.Size, (request.Page - 1) * (long)request.Size));
                return new JsonObject
                {
                    ["users"] = await ListedAsync(rows, users),
                    ["total"] = total,
                    ["page"] = request.Page,
                    ["page_size"] = request.Size,
                    ["total_pages"] = (total + request.Size - 1) / request.Size,
                };
            },
            cancellationToken);
    }

    /// <summary>All users, up to ten thousand, newest first.</summary>
    public async Task<JsonNode> ListAllAsync(AdminCaller caller, CancellationToken cancellationToken) => await database.ReadAsync(
        async rows => await ListedAsync(
            rows,
            await rows.SelectAsync(Tables.Users, await VisibleAsync(rows, caller), UserListQuery.NewestFirst, new RowRange(UserListQuery.MostUnpaged))),
        cancellationToken);

    /// <summary>Users that match what somebody types into a search field.</summary>
    public async Task<JsonNode> SearchAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var page = KeyListQuery.Within(query, "page", 1, int.MaxValue / 100, 1);
        var size = KeyListQuery.Within(query, "page_size", 1, 100, 50);
        return await database.ReadAsync(
            async rows =>
            {
                var filter = Filter.All(
                    await VisibleAsync(rows, caller),
                    query.Text("user_id") is { Length: > 0 } id ? Filter.Contains("user_id", id) : Filter.None,
                    query.Text("user_email") is { Length: > 0 } email ? Filter.Contains("user_email", email) : Filter.None,
                    query.Text("team_id") is { Length: > 0 } team ? Filter.Holds("teams", team) : Filter.None);
                var users = await rows.SelectAsync(Tables.Users, filter, UserListQuery.NewestFirst, new RowRange((int)size, (page - 1) * size));
                return new JsonArray([.. users.Select(static user => UserShapes.Row(user))]);
            },
            cancellationToken);
    }

    /// <summary>How many users and teams there are; there is no limit to either.</summary>
    public async Task<JsonNode> SeatsAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        if (!caller.MaySeeAll)
        {
            throw AdminException.Detail(403, "Only proxy admins can count users.");
        }

        return await database.ReadAsync(
            async rows => new JsonObject
            {
                ["total_users"] = null,
                ["total_teams"] = null,
                ["total_users_used"] = await rows.CountAsync(Tables.Users, Filter.None),
                ["total_teams_used"] = await rows.CountAsync(Tables.Teams, Filter.None),
                ["total_users_remaining"] = null,
                ["total_teams_remaining"] = null,
            },
            cancellationToken);
    }

    private static JsonObject Role(string description, string label) => new() { ["description"] = description, ["ui_label"] = label };

    private static async Task<JsonObject> RowAsync(IRowReader rows, JsonObject user) => UserShapes.Row(
        user, await rows.SelectAsync(Tables.OrganizationMemberships, Filter.Equal("user_id", BudgetRules.TextOf(user, "user_id"))));

    private static async Task<JsonArray> KeysAsync(IRowReader rows, IReadOnlyList<JsonObject> keys)
    {
        var ids = keys.Select(static key => BudgetRules.TextOf(key, "team_id")).OfType<string>().Distinct(StringComparer.Ordinal);
        var aliases = (await rows.SelectAsync(Tables.Teams, Filter.In("team_id", ids)))
            .ToDictionary(static team => team["team_id"]!.GetValue<string>(), static team => BudgetRules.TextOf(team, "team_alias"), StringComparer.Ordinal);
        var shapes = new JsonArray();
        foreach (var key in keys)
        {
            var shape = await KeyShapes.RowAsync(rows, key);

            // COMPAT: a key without a team has the text "None" here (admin-api.md 6.2).
            shape["team_alias"] = BudgetRules.TextOf(key, "team_id") is { } team ? aliases.GetValueOrDefault(team) : "None";
            shapes.Add(shape);
        }

        return shapes;
    }

    private static async Task<JsonArray> ListedAsync(IRowReader rows, IReadOnlyList<JsonObject> users)
    {
        var counts = (await rows.QueryAsync(
                $"SELECT user_id, COUNT(*) AS key_count FROM {rows.NameOf(Tables.Keys)} WHERE user_id IS NOT NULL "
                + "AND (team_id IS NULL OR team_id <> @sessions) GROUP BY user_id",
                ("sessions", "litellm-dashboard")))
            .ToDictionary(static row => row["user_id"]!.GetValue<string>(), static row => BudgetRules.NumberOf(row, "key_count") ?? 0, StringComparer.Ordinal);
        var shapes = new JsonArray();
        foreach (var user in users)
        {
            var shape = UserShapes.Row(user);
            shape["key_count"] = (long)counts.GetValueOrDefault(user["user_id"]!.GetValue<string>());
            shapes.Add(shape);
        }

        return shapes;
    }

    /// <summary>Which users the caller's lists show.</summary>
    private static async Task<Filter> VisibleAsync(IRowReader rows, AdminCaller caller)
    {
        if (caller.MaySeeAll)
        {
            return Filter.None;
        }

        var own = await UserAccess.OrganizationsAsync(rows, caller);
        if (own.Count == 0)
        {
            throw AdminException.Detail(403, "Only proxy admins and organization admins can list users.");
        }

        var members = await rows.SelectAsync(Tables.OrganizationMemberships, Filter.In("organization_id", own));
        return Filter.In("user_id", members.Select(static row => row["user_id"]!.GetValue<string>()).Distinct(StringComparer.Ordinal));
    }

    private static async Task CheckMaySeeAsync(IRowReader rows, AdminCaller caller, string? asked, JsonObject? user)
    {
        if (asked is null || caller.MaySeeAll || string.Equals(asked, caller.UserId, StringComparison.Ordinal)
            || (user is not null && await UserAccess.AdministersAsync(rows, caller, user)))
        {
            return;
        }

        throw AdminException.Proxy(
            403, $"key not allowed to access this user's info. user_id={asked}, key's user_id={caller.UserId ?? "None"}", "auth_error");
    }

    private Filter HiddenMasterKey()
        => snapshots.Current.Config is { Management.HideMasterKeyRow: true, General.MasterKey: { Length: > 0 } master }
            ? Filter.NotEqual("token", KeyText.ToHash(master))
            : Filter.None;
}
