using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Rules;

/// <summary>A member as a request names it: by user id, by e-mail address, or both.</summary>
/// <param name="UserId">Null when not given.</param>
/// <param name="UserEmail">Null when not given.</param>
/// <param name="Role"><c>admin</c> or <c>user</c>; in organizations one of theirs.</param>
internal sealed record NamedMember(string? UserId, string? UserEmail, string Role)
{
    /// <summary>Roles in a team.</summary>
    public static readonly string[] TeamRoles = ["admin", "user"];

    /// <summary>A list of members, or a single one.</summary>
    public static List<NamedMember> ReadAll(Fields fields, string name, IReadOnlyList<string> roles)
    {
        if (!fields.Has(name))
        {
            throw AdminException.Invalid(new ValidationFault("missing", ["body", name], "Field required", fields.Json));
        }

        var sent = fields.Any(name);
        JsonArray items = sent switch
        {
            JsonObject single => [single.DeepClone()],
            JsonArray many => many,
            _ => throw fields.Fault("list_type", name, "Input should be a valid dictionary or list", sent),
        };
        return [.. items.Select(item => Read(new Fields(
            item as JsonObject ?? throw fields.Fault("dict_type", name, "Input should be a valid dictionary", item)), roles))];
    }

    /// <summary>One member. COMPAT: an empty text counts as absent; Terraform sends both names.</summary>
    public static NamedMember Read(Fields fields, IReadOnlyList<string> roles)
    {
        if (!fields.Has("role"))
        {
            throw AdminException.Invalid(new ValidationFault("missing", ["body", "member", "role"], "Field required", fields.Json));
        }

        var role = fields.Text("role") ?? "";
        if (!roles.Contains(role, StringComparer.Ordinal))
        {
            throw fields.Fault("literal_error", "role", $"Input should be {string.Join(" or ", roles.Select(static name => $"'{name}'"))}", role);
        }

        var (id, email) = ReadIds(fields);
        return new NamedMember(id, email, role);
    }

    /// <summary>User id and e-mail address of a request; one must be there.</summary>
    public static (string? UserId, string? UserEmail) ReadIds(Fields fields)
    {
        var id = fields.Text("user_id") is { Length: > 0 } givenId ? givenId : null;
        var email = fields.Text("user_email") is { Length: > 0 } givenEmail ? givenEmail : null;
        return id is not null || email is not null
            ? (id, email)
            : throw fields.Fault(
                "value_error", "user_id", "Value error, Either user id or user email must be provided", fields.Json);
    }

    /// <summary>True when an entry of <c>members_with_roles</c> is this member.</summary>
    public bool Is(JsonObject entry) => UserId is not null
        ? string.Equals(entry.Text("user_id"), UserId, StringComparison.Ordinal)
        : string.Equals(entry.Text("user_email"), UserEmail, StringComparison.OrdinalIgnoreCase);
}
