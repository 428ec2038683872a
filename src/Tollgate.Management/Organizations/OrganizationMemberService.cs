using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Budgets;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;
using Tollgate.Management.Teams;

namespace Tollgate.Management.Organizations;

/// <summary>Members of organizations (admin-api.md 8).</summary>
public sealed class OrganizationMemberService(IDatabase database, AuditLog audit, BudgetClock clock)
{
    private static readonly ErrorGroup Errors = ErrorGroup.Auth;

    private static readonly string[] Roles = [TeamAccess.OrganizationAdmin, "internal_user", "internal_user_viewer"];

    /// <summary>Adds one member or several; users who do not exist are made.</summary>
    public async Task<JsonNode> AddAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var id = fields.RequiredText("organization_id");
        var members = NamedMember.ReadAll(fields, "member", Roles);
        var budget = new JsonObject();
        new BudgetFields(fields, Errors).ReadMoney(budget, "max_budget_in_organization", "max_budget");
        try
        {
            return await database.WriteAsync(rows => AddAsync(rows, caller, id, members, budget), cancellationToken);
        }
        catch (DuplicateRowException)
        {
            throw AdminException.Of(Errors, 400, "User already exists in organization");
        }
    }

    /// <summary>Changes the role or the budget of a member. COMPAT: Terraform nests the member's fields in <c>member</c>.</summary>
    public Task<JsonObject> UpdateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var id = fields.RequiredText("organization_id");
        var inner = fields.Object("member") is { } nested ? new Fields(nested) : fields;
        var (userId, email) = NamedMember.ReadIds(inner);
        var role = inner.Text("role") ?? fields.Text("role");
        if (role is not null && !Roles.Contains(role, StringComparer.Ordinal))
        {
            throw inner.Fault("literal_error", "role", "Input should be 'org_admin', 'internal_user' or 'internal_user_viewer'", role);
        }

        var budget = new JsonObject();
        new BudgetFields(fields.Has("max_budget_in_organization") ? fields : inner, Errors)
            .ReadMoney(budget, "max_budget_in_organization", "max_budget");
        return database.WriteAsync(
            async rows =>
            {
                await RequireManagerAsync(rows, caller, id);
                var before = await FindAsync(rows, id, userId, email);
                var changes = new JsonObject { ["updated_at"] = clock.Now };
                if (role is not null)
                {
                    changes["user_role"] = role;
                }

                if (budget.Count > 0)
                {
                    changes["budget_id"] = await BudgetOfAsync(rows, caller, before, budget);
                }

                var user = before.Text("user_id")!;
                await rows.UpdateAsync(Tables.OrganizationMemberships, Membership(id, user), changes);
                await NoteAsync(rows, caller, AuditAction.Updated, id, user, before, changes);
                var after = (await rows.FindAsync(Tables.OrganizationMemberships, user, id))!;
                return (await OrganizationReader.MembersAsync(rows, [after]))[0];
            },
            cancellationToken);
    }

    /// <summary>Takes a member out of an organization.</summary>
    public Task<JsonObject> RemoveAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var id = fields.RequiredText("organization_id");
        var (userId, email) = NamedMember.ReadIds(fields);
        return database.WriteAsync(
            async rows =>
            {
                await RequireManagerAsync(rows, caller, id);
                var membership = await FindAsync(rows, id, userId, email);
                var shaped = (await OrganizationReader.MembersAsync(rows, [membership]))[0];
                var user = membership.Text("user_id")!;
                await rows.DeleteAsync(Tables.OrganizationMemberships, Membership(id, user));
                await NoteAsync(rows, caller, AuditAction.Deleted, id, user, membership, null);
                return shaped;
            },
            cancellationToken);
    }

    private static Filter Membership(string organizationId, string userId)
        => Filter.All(Filter.Equal("organization_id", organizationId), Filter.Equal("user_id", userId));

    private async Task<JsonNode> AddAsync(
        IRowWriter rows, AdminCaller caller, string id, List<NamedMember> members, JsonObject budget)
    {
        await RequireManagerAsync(rows, caller, id);
        var people = new People(audit, clock, Errors);
        var users = new JsonArray();
        var memberships = new List<JsonObject>();
        foreach (var member in members)
        {
            var user = await people.FindOrMakeAsync(rows, caller, member);
            var userId = user.Text("user_id")!;
            if (await rows.FindAsync(Tables.OrganizationMemberships, userId, id) is not null)
            {
                throw AdminException.Of(Errors, 400, $"User already exists in organization. Member: user_id={userId}");
            }

            await rows.InsertAsync(Tables.OrganizationMemberships, new JsonObject
            {
                ["user_id"] = userId,
                ["organization_id"] = id,
                ["user_role"] = member.Role,
                ["budget_id"] = budget["max_budget"] is null ? null : await BudgetRows.InsertAsync(rows, caller, clock, budget),
                ["created_at"] = clock.Now,
                ["updated_at"] = clock.Now,
            });
            var row = (await rows.FindAsync(Tables.OrganizationMemberships, userId, id))!;
            memberships.Add(row);
            users.Add(Users.UserShapes.Row(user));
            await NoteAsync(rows, caller, AuditAction.Created, id, userId, null, row);
        }

        return new JsonObject
        {
            ["organization_id"] = id,
            ["updated_users"] = users,
            ["updated_organization_memberships"] = (await OrganizationReader.MembersAsync(rows, memberships)).ToJsonArray(),
        };
    }

    private static async Task RequireManagerAsync(IRowReader rows, AdminCaller caller, string id)
    {
        if (await rows.FindAsync(Tables.Organizations, id) is null)
        {
            throw AdminException.Of(Errors, 404, $"Organization not found for organization_id={id}");
        }

        if (!caller.IsAdmin && !await TeamAccess.IsOrganizationAdminAsync(rows, caller, id))
        {
            throw AdminException.Of(
                Errors, 403, $"Only proxy admins and admins of the organization can change its members. Your role={caller.RoleName}");
        }
    }

    private static async Task<JsonObject> FindAsync(IRowReader rows, string id, string? userId, string? email)
    {
        var user = userId ?? await People.FindByEmailAsync(rows, email!, Errors);
        return user is not null && await rows.FindAsync(Tables.OrganizationMemberships, user, id) is { } membership
            ? membership
            : throw AdminException.Of(Errors, 404, "User not found in organization");
    }

    private async Task<string?> BudgetOfAsync(IRowWriter rows, AdminCaller caller, JsonObject membership, JsonObject budget)
    {
        if (membership.Text("budget_id") is { } current && await BudgetRows.UpdateAsync(rows, caller, clock, current, budget))
        {
            return current;
        }

        return budget["max_budget"] is null ? null : await BudgetRows.InsertAsync(rows, caller, clock, budget);
    }

    private async Task NoteAsync(
        IRowWriter rows, AdminCaller caller, AuditAction action, string id, string userId, JsonObject? before, JsonObject? after)
    {
        await audit.RecordAsync(rows, caller, action, Tables.OrganizationMemberships, $"{id}|{userId}", before, after);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Organization, id));
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.User, userId));
    }
}
