using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend;

/// <summary>Whose spend a caller may read (admin-api.md 3.5): everything, what one user spent, or what one key spent.</summary>
/// <param name="UserId">Only rows of this user; null for no such limit.</param>
/// <param name="KeyHash">Only rows of this key; null for no such limit.</param>
internal readonly record struct SpendScope(string? UserId, string? KeyHash)
{
    /// <summary>True when nothing is hidden.</summary>
    public bool SeesAll => UserId is null && KeyHash is null;

    /// <summary>The scope of a caller.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="isGlobal">A <c>/global/spend</c> route, which the key permission <c>get_spend_routes</c> opens whole.</param>
    /// <exception cref="AdminException">401 for callers that may read no spend.</exception>
    public static SpendScope Of(AdminCaller caller, bool isGlobal = false)
    {
        if (caller.MaySeeAll || (isGlobal && HasSpendPermission(caller)))
        {
            return default;
        }

        if (caller.UserId is { } user && caller.Role is AdminRole.InternalUser or AdminRole.InternalUserViewer)
        {
            return new SpendScope(user, null);
        }

        // A key without a user gets here only through its own list of routes: then it sees what it spent itself.
        return caller.KeyHash.Length > 0 && !caller.AllowedRoutes.IsDefaultOrEmpty
            ? new SpendScope(null, caller.KeyHash)
            : throw AdminException.Proxy(401,
                $"Authentication Error, Only proxy admin can read the spend of others. Your role={caller.RoleName}.", "auth_error");
    }

    /// <summary>Hash of a key that may be given in clear; null and empty stay null.</summary>
    public static string? Hash(string? key) => string.IsNullOrWhiteSpace(key) ? null
        : key.StartsWith("sk-", StringComparison.Ordinal) ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))
        : key;

    /// <summary>Limits rows of the request logs.</summary>
    public SqlConditions OnLogs(SqlConditions conditions) => conditions.Equal("\"user\"", UserId).Equal("api_key", KeyHash);

    /// <summary>Limits rows of a table that names the user in a column.</summary>
    public SqlConditions OnUsers(SqlConditions conditions, string column = "user_id")
        => conditions.Equal(column, UserId).Equal("api_key", KeyHash);

    /// <summary>Limits rows of a table that knows no users: what the user's own keys spent.</summary>
    public SqlConditions OnKeys(SqlConditions conditions, IRowReader rows)
    {
        if (UserId is not null)
        {
            conditions.Add(OwnKeys(conditions, rows));
        }

        return conditions.Equal("api_key", KeyHash);
    }

    /// <summary>Limits rows of either kind of table.</summary>
    public SqlConditions OnKeysOrUsers(SqlConditions conditions, IRowReader rows, bool hasUsers)
        => hasUsers ? OnUsers(conditions) : OnKeys(conditions, rows);

    /// <summary>True for rows of keys that the user has or had.</summary>
    public string OwnKeys(SqlConditions conditions, IRowReader rows)
    {
        var user = conditions.Parameter(UserId ?? "");
        return $"api_key IN (SELECT token FROM {rows.NameOf(Tables.Keys)} WHERE user_id = {user} "
            + $"UNION SELECT token FROM {rows.NameOf(Tables.DeletedKeys)} WHERE user_id = {user})";
    }

    private static bool HasSpendPermission(AdminCaller caller)
    {
        if (caller.Key is not { Permissions.Length: > 0 } key)
        {
            return false;
        }

        try
        {
            return JsonNode.Parse(key.Permissions.Span) is JsonObject permissions
                && permissions["get_spend_routes"] is JsonValue value && value.GetValueKind() == JsonValueKind.True;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
