using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary>Who may change which model: proxy admins all, admins of a team the team's own (admin-api.md 13).</summary>
internal static class ModelRights
{
    private const string Credential = "litellm_credential_name";

    /// <summary>Values that decide where credentials are sent.</summary>
    private static readonly string[] Addresses = ["api_base", "base_url", "proxy"];

    /// <summary>Lets the caller change a model of this team (null: of nobody) or says why not.</summary>
    public static async Task RequireAsync(IRowReader rows, AdminCaller caller, string? teamId)
    {
        if (caller.IsAdmin || (teamId is not null && await IsTeamAdminAsync(rows, caller, teamId)))
        {
            return;
        }

        throw AdminException.Of(
            ErrorGroup.Auth,
            403,
            $"Only proxy admins, team admins of the model's team, or its org admins can call this endpoint. Your role={caller.RoleName}, team_id={teamId ?? "None"}.");
    }

    /// <summary>Proxy admins only.</summary>
    public static void RequireAdmin(AdminCaller caller, ErrorGroup group)
    {
        if (!caller.IsAdmin)
        {
            throw AdminException.Of(group, 403, $"Only proxy admin can call this endpoint. Your role={caller.RoleName}.");
        }
    }

    /// <summary>Who may see all of the configuration: admins and viewers.</summary>
    public static void RequireViewer(AdminCaller caller, ErrorGroup group)
    {
        if (!caller.MaySeeAll)
        {
            throw AdminException.Of(group, 403, $"Only proxy admin or proxy admin viewer can call this endpoint. Your role={caller.RoleName}.");
        }
    }

    /// <summary>
    /// A team admin must not make the gateway read its own variables for them, nor send its credentials to an address of theirs: neither
    /// in one step nor by taking the key away, or naming a credential, once the address is there.
    /// </summary>
    /// <param name="caller">Who changes.</param>
    /// <param name="changes">What changes, in clear.</param>
    /// <param name="result">All parameters as they will be, in clear.</param>
    public static void CheckParams(AdminCaller caller, JsonObject changes, JsonObject result)
    {
        if (caller.IsAdmin)
        {
            return;
        }

        if (HasReference(changes))
        {
            throw AdminException.Of(ErrorGroup.Auth, 400, "os.environ/ references are not allowed for team models.");
        }

        // An address that an admin gave, with the admin's key, may stay as it is while other values change.
        var isTouched = changes.Any(static member => IsAddress(member.Key) || member.Key is "api_key" or Credential);
        if (!isTouched || !result.Any(static member => member.Value is not null && IsAddress(member.Key)))
        {
            return;
        }

        var brings = changes.Any(static member => member.Value is not null && IsAddress(member.Key));
        if (string.IsNullOrWhiteSpace(ModelRows.Text((brings ? changes : result)["api_key"])))
        {
            throw AdminException.Of(ErrorGroup.Auth, 400, "api_key must be given when api_base changes.");
        }

        if (brings && result.Any(member => member.Value is not null && !changes.ContainsKey(member.Key) && IsSent(member.Key)))
        {
            throw AdminException.Of(ErrorGroup.Auth, 400, "api_key and all other secrets must be given when api_base changes.");
        }

        if (result[Credential] is not null)
        {
            throw AdminException.Of(ErrorGroup.Auth, 400, $"api_key must be given when api_base changes: {Credential} cannot be used with an address.");
        }
    }

    private static bool IsAddress(string name) =>
        Addresses.Contains(name, StringComparer.Ordinal) || name.EndsWith("_endpoint", StringComparison.Ordinal)
            || name.EndsWith("_url", StringComparison.Ordinal);

    /// <summary>Goes out with every call and is nobody else's to see.</summary>
    private static bool IsSent(string name) => SecretNames.IsSecret(name) || name is "extra_headers" or "headers";

    private static bool HasReference(JsonNode? node) => node switch
    {
        JsonObject value => value.Any(static member => HasReference(member.Value)),
        JsonArray list => list.Any(HasReference),
        JsonValue value when value.TryGetValue(out string? text) => SecretNames.IsReference(text) || text.Contains("${", StringComparison.Ordinal)
            || text.StartsWith("oidc/", StringComparison.Ordinal),
        _ => false,
    };

    private static async Task<bool> IsTeamAdminAsync(IRowReader rows, AdminCaller caller, string teamId)
    {
        if (caller.UserId is null || await rows.FindAsync(Tables.Teams, teamId) is not { } team)
        {
            return false;
        }

        var isAdmin = (team["members_with_roles"] as JsonArray ?? []).OfType<JsonObject>().Any(member =>
            Is(member["role"], "admin") && Is(member["user_id"], caller.UserId))
            || (team["admins"] as JsonArray ?? []).Any(admin => Is(admin, caller.UserId));
        if (isAdmin || team["organization_id"] is not JsonValue organization || !organization.TryGetValue(out string? organizationId))
        {
            return isAdmin;
        }

        var membership = await rows.FindAsync(Tables.OrganizationMemberships, caller.UserId, organizationId);
        return Is(membership?["user_role"], "org_admin");
    }

    private static bool Is(JsonNode? node, string text) =>
        node is JsonValue value && value.TryGetValue(out string? written) && string.Equals(written, text, StringComparison.Ordinal);
}
