using System.Collections.Immutable;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Spend;

/// <summary>A table whose rows have a running <c>spend</c>.</summary>
/// <param name="Table">The table.</param>
/// <param name="Key">Its key; two columns for memberships.</param>
/// <param name="Kind">What listeners know it as; null when none of them counts it.</param>
internal sealed record CounterTable(Table Table, ImmutableArray<string> Key, ChangedObject? Kind)
{
    public const int Keys = 0;
    public const int Teams = 1;
    public const int Members = 2;
    public const int Users = 3;
    public const int Organizations = 4;
    public const int OrganizationMembers = 5;
    public const int Projects = 6;
    public const int Agents = 7;
    public const int Customers = 8;
    public const int Tags = 9;

    /// <summary>The user row that holds the spend of the whole gateway.</summary>
    public const string GlobalUser = "litellm-proxy-budget";

    /// <summary>All of them in the order in which every writer locks them (database.md 9.2), so that two never wait for each other.</summary>
    public static ImmutableArray<CounterTable> All { get; } =
    [
        new(Tables.Keys, ["token"], ChangedObject.Key),
        new(Tables.Teams, ["team_id"], ChangedObject.Team),
        new(Tables.TeamMemberships, ["user_id", "team_id"], ChangedObject.TeamMember),
        new(Tables.Users, ["user_id"], ChangedObject.User),
        new(Tables.Organizations, ["organization_id"], ChangedObject.Organization),
        new(Tables.OrganizationMemberships, ["user_id", "organization_id"], null),
        new(Tables.Projects, ["project_id"], ChangedObject.Project),
        new(new Table("LiteLLM_AgentsTable", ["agent_id"]), ["agent_id"], null),
        new(Tables.Customers, ["user_id"], ChangedObject.Customer),
        new(Tables.Tags, ["tag_name"], ChangedObject.Tag),
    ];
}
