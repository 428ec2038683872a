using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;
using Tollgate.Management.Shapes;
using Tollgate.Management.Users;

namespace Tollgate.Management.Organizations;

/// <summary>Reads organizations (admin-api.md 8).</summary>
public sealed class OrganizationReader(IDatabase database)
{
    private static readonly ErrorGroup Errors = ErrorGroup.Detail;

    /// <summary>Organizations: all for those who see all, for others the ones they belong to.</summary>
    public Task<JsonNode> ListAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var filters = new List<Filter>();
        if (query.Text("org_id") is { Length: > 0 } id)
        {
            filters.Add(Filter.Equal("organization_id", id));
        }

        if (query.Text("org_alias") is { Length: > 0 } alias)
        {
            filters.Add(Filter.Contains("organization_alias", alias));
        }

        return database.ReadAsync<JsonNode>(
            async rows =>
            {
                if (!caller.MaySeeAll)
                {
                    filters.Add(await OwnAsync(rows, caller));
                }

                var found = await rows.SelectAsync(Tables.Organizations, Filter.All(filters), [new SortBy("created_at")]);
                return (await FullAsync(rows, found)).ToJsonArray();
            },
            cancellationToken);
    }

    /// <summary>One organization with members and teams.</summary>
    public Task<JsonObject> InfoAsync(AdminCaller caller, string organizationId, CancellationToken cancellationToken)
        => database.ReadAsync(
            async rows =>
            {
                var organization = await rows.FindAsync(Tables.Organizations, organizationId) ?? throw NotFound(organizationId);
                if (!caller.MaySeeAll
                    && (caller.UserId is null || await rows.FindAsync(Tables.OrganizationMemberships, caller.UserId, organizationId) is null))
                {
                    throw AdminException.Of(Errors, 403, $"User not authorized to see this organization. Your role={caller.RoleName}");
                }

                return (await FullAsync(rows, [organization]))[0];
            },
            cancellationToken);

    /// <summary>Several organizations by id; those that do not exist are absent.</summary>
    public Task<JsonNode> InfosAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var ids = fields.Texts("organizations") ?? [];
        if (ids.Count == 0)
        {
            throw AdminException.Of(Errors, 400, "Specify list of organization id's to query. Passed in=[]");
        }

        return database.ReadAsync<JsonNode>(
            async rows =>
            {
                var visible = caller.MaySeeAll ? Filter.None : await OwnAsync(rows, caller);
                var found = await rows.SelectAsync(Tables.Organizations, Filter.All(Filter.In("organization_id", ids), visible));
                return (await FullAsync(rows, found)).ToJsonArray();
            },
            cancellationToken);
    }

    internal static AdminException NotFound(string id)
        => AdminException.Of(Errors, 404, $"Organization not found for organization_id={id}");

    /// <summary>Organizations without members and teams.</summary>
    internal static async Task<List<JsonObject>> PlainAsync(IRowReader rows, IReadOnlyList<JsonObject> organizations)
    {
        var budgets = await BudgetShapes.LoadAsync(rows, organizations);
        var permissions = await PermissionShapes.LoadAsync(rows, organizations);
        return [.. organizations.Select(row => OrganizationShapes.Row(row, budgets, permissions))];
    }

    /// <summary>Organizations with members, teams and the copies that Terraform reads.</summary>
    internal static async Task<List<JsonObject>> FullAsync(IRowReader rows, IReadOnlyList<JsonObject> organizations)
    {
        var shaped = await PlainAsync(rows, organizations);
        var ids = shaped.Select(static row => row.Text("organization_id")!).ToList();
        var members = (await MembersAsync(rows, await rows.SelectAsync(
            Tables.OrganizationMemberships, Filter.In("organization_id", ids), [new SortBy("created_at"), new SortBy("user_id")])))
            .ToLookup(static row => row.Text("organization_id"), StringComparer.Ordinal);
        var teams = (await TeamShapes.RowsAsync(rows, await rows.SelectAsync(
            Tables.Teams, Filter.In("organization_id", ids), [new SortBy("created_at")])))
            .ToLookup(static row => row.Text("organization_id"), StringComparer.Ordinal);
        foreach (var row in shaped)
        {
            var id = row.Text("organization_id");
            row["members"] = members[id].ToJsonArray();
            row["teams"] = teams[id].ToJsonArray();
            row["users"] = null;
            OrganizationShapes.AddCopies(row);
        }

        return shaped;
    }

    /// <summary>Memberships with users and budgets.</summary>
    internal static async Task<List<JsonObject>> MembersAsync(IRowReader rows, IReadOnlyList<JsonObject> memberships)
    {
        var ids = memberships.Select(static row => row.Text("user_id")!).Distinct(StringComparer.Ordinal);
        var users = (await rows.SelectAsync(Tables.Users, Filter.In("user_id", ids)))
            .ToDictionary(static user => user.Text("user_id")!, static user => UserShapes.Row(user), StringComparer.Ordinal);
        var budgets = await BudgetShapes.LoadAsync(rows, memberships);
        return [.. memberships.Select(row => OrganizationShapes.Membership(row, users.GetValueOrDefault(row.Text("user_id")!), budgets))];
    }

    private static async Task<Filter> OwnAsync(IRowReader rows, AdminCaller caller)
    {
        var own = caller.UserId is null
            ? []
            : await rows.SelectAsync(Tables.OrganizationMemberships, Filter.Equal("user_id", caller.UserId));
        return Filter.In("organization_id", own.Select(static row => row.Text("organization_id")!));
    }
}
