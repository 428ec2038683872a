using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Identity;

/// <summary>Makes an identity of the row that <see cref="IdentityStatements.Key"/> finds.</summary>
internal static class KeyRow
{
    public static KeyIdentity Read(JsonObject row)
    {
        var key = new RowPart(row, "k");
        var linked = new RowPart(row, "kb");
        var team = new RowPart(row, "t");
        var budget = BudgetColumns.OwnElseLinked(key, linked);
        var ownModelBudgets = BudgetColumns.ModelBudgets(key.Json("model_max_budget"), budget.Duration);
        return new KeyIdentity
        {
            Hash = key.Text("token")!,
            Alias = key.Text("key_alias"),
            Name = key.Text("key_name"),
            Blocked = key.Flag("blocked") == true,
            Expires = key.Time("expires"),
            Models = key.Texts("models"),
            AccessGroupModels = GroupModels(key),
            Aliases = key.TextMap("aliases"),
            AllowedRoutes = key.Texts("allowed_routes"),
            Permissions = key.Object("permissions") is { Count: > 0 } permissions ? Values.Utf8(permissions) : "{}"u8.ToArray(),
            Limits = BudgetColumns.Limits(key).Or(BudgetColumns.Limits(linked)),
            Budget = budget,
            Windows = BudgetColumns.Windows(key.Json("budget_limits")),
            ModelBudgets = ownModelBudgets.Length > 0
                ? ownModelBudgets
                : BudgetColumns.ModelBudgets(linked.Json("model_max_budget"), budget.Duration),
            Metadata = MetadataColumn.Read(key.Object("metadata")),
            Objects = Objects(row, "kp"),
            UserId = key.Text("user_id"),
            TeamId = key.Text("team_id"),
            AgentId = key.Text("agent_id"),
            User = User(new RowPart(row, "u")),
            Team = Team(row, team),
            Member = Member(row, key, team),
            Organization = Organization(row),
            Project = Project(row),
        };
    }

    private static UserIdentity? User(in RowPart row)
    {
        if (row.Text("user_id") is not { } id)
        {
            return null;
        }

        var budget = BudgetColumns.Own(row, null);
        return new UserIdentity
        {
            Id = id,
            Email = row.Text("user_email"),
            Alias = row.Text("user_alias"),
            Role = row.Text("user_role"),
            Models = row.Texts("models"),
            Limits = BudgetColumns.Limits(row),
            Budget = budget,
            ModelBudgets = BudgetColumns.ModelBudgets(row.Json("model_max_budget"), budget.Duration),
            IsActive = Values.Flag(row.Object("metadata")?["scim_active"]) != false,
        };
    }

    private static TeamIdentity? Team(JsonObject row, in RowPart team)
    {
        if (team.Text("team_id") is not { } id)
        {
            return null;
        }

        var metadata = team.Object("metadata");
        return new TeamIdentity
        {
            Id = id,
            Alias = team.Text("team_alias"),
            Blocked = team.Flag("blocked") == true,
            Models = team.Texts("models"),
            Aliases = new RowPart(row, "tm").TextMap("aliases"),
            Limits = BudgetColumns.Limits(team),
            Budget = BudgetColumns.Own(team, team.Money("soft_budget") ?? Values.Number(metadata?["soft_budget"])),
            Windows = BudgetColumns.Windows(team.Json("budget_limits")),
            Metadata = MetadataColumn.Read(metadata),
            AccessGroupModels = GroupModels(team),
            Objects = Objects(row, "tp"),
            Admins = team.Json("members_with_roles") is JsonArray members
                ? [.. members.OfType<JsonObject>()
                    .Where(static member => string.Equals(Values.Text(member["role"]), "admin", StringComparison.Ordinal))
                    .Select(static member => Values.Text(member["user_id"]))
                    .OfType<string>()]
                : [],
        };
    }

    private static MemberIdentity? Member(JsonObject row, in RowPart key, in RowPart team)
    {
        if (key.Text("user_id") is not { } user || key.Text("team_id") is not { } id)
        {
            return null;
        }

        var budget = new RowPart(row, "mb");
        var models = budget.Texts("allowed_models");
        return new MemberIdentity
        {
            TeamId = id,
            UserId = user,
            Limits = BudgetColumns.Limits(budget),
            Budget = BudgetColumns.Linked(budget, new RowPart(row, "m").Money("spend")),
            Models = models.Length > 0 ? models : team.Texts("default_team_member_models"),
        };
    }

    private static OrganizationIdentity? Organization(JsonObject row)
    {
        var organization = new RowPart(row, "o");
        var budget = new RowPart(row, "ob");
        return organization.Text("organization_id") is { } id
            ? new OrganizationIdentity
            {
                Id = id,
                Alias = organization.Text("organization_alias"),
                Models = organization.Texts("models"),
                Limits = BudgetColumns.Limits(budget),
                Budget = BudgetColumns.Linked(budget, organization.Money("spend")),
                Metadata = MetadataColumn.Read(organization.Object("metadata")),
                Objects = Objects(row, "op"),
            }
            : null;
    }

    private static ProjectIdentity? Project(JsonObject row)
    {
        var project = new RowPart(row, "p");
        var budget = new RowPart(row, "pb");
        return project.Text("project_id") is { } id
            ? new ProjectIdentity
            {
                Id = id,
                Alias = project.Text("project_alias"),
                Blocked = project.Flag("blocked") == true,
                Models = project.Texts("models"),
                Limits = BudgetColumns.Limits(budget),
                Budget = BudgetColumns.Linked(budget, project.Money("spend")),
                ModelLimits = BudgetColumns.ModelLimits(project.Json("model_rpm_limit"), project.Json("model_tpm_limit")),
            }
            : null;
    }

    /// <summary>Stores and tools that an owner is kept to (<c>object_permission</c>).</summary>
    private static ObjectRights Objects(JsonObject row, string alias)
    {
        var permission = new RowPart(row, alias);
        var (stores, tools) = (permission.Texts("vector_stores"), permission.Texts("search_tools"));
        return stores.IsDefaultOrEmpty && tools.IsDefaultOrEmpty ? ObjectRights.All : new ObjectRights(stores, tools);
    }

    /// <summary>Models of access groups: a list for each group, the groups in no particular order.</summary>
    private static ImmutableArray<string> GroupModels(in RowPart row) => row.Json("group_models") is JsonArray groups
        ? [.. groups.SelectMany(static group => Values.Texts(group)).Distinct(StringComparer.Ordinal)]
        : [];
}
