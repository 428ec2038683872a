using System.Collections.Immutable;

namespace Tollgate.Data.Rows;

/// <summary>The tables that Tollgate reads and writes (LiteLLM's names; columns are in the schema description).</summary>
public static class Tables
{
    public static Table Keys { get; } = new("LiteLLM_VerificationToken", ["token"]);

    public static Table DeletedKeys { get; } = new("LiteLLM_DeletedVerificationToken", ["id"]);

    public static Table DeprecatedKeys { get; } = new("LiteLLM_DeprecatedVerificationToken", ["id"]);

    public static Table JwtKeyMappings { get; } = new("LiteLLM_JWTKeyMapping", ["id"]);

    public static Table Users { get; } = new("LiteLLM_UserTable", ["user_id"]);

    public static Table Teams { get; } = new("LiteLLM_TeamTable", ["team_id"]);

    public static Table DeletedTeams { get; } = new("LiteLLM_DeletedTeamTable", ["id"]);

    public static Table TeamMemberships { get; } = new("LiteLLM_TeamMembership", ["user_id", "team_id"]);

    public static Table Organizations { get; } = new("LiteLLM_OrganizationTable", ["organization_id"]);

    public static Table OrganizationMemberships { get; } = new("LiteLLM_OrganizationMembership", ["user_id", "organization_id"]);

    public static Table Projects { get; } = new("LiteLLM_ProjectTable", ["project_id"]);

    public static Table Budgets { get; } = new("LiteLLM_BudgetTable", ["budget_id"]);

    public static Table Customers { get; } = new("LiteLLM_EndUserTable", ["user_id"]);

    public static Table Tags { get; } = new("LiteLLM_TagTable", ["tag_name"]);

    public static Table ObjectPermissions { get; } = new("LiteLLM_ObjectPermissionTable", ["object_permission_id"]);

    public static Table AccessGroups { get; } = new("LiteLLM_AccessGroupTable", ["access_group_id"]);

    public static Table Models { get; } = new("LiteLLM_ProxyModelTable", ["model_id"]);

    public static Table Credentials { get; } = new("LiteLLM_CredentialsTable", ["credential_id"]);

    public static Table TeamModelAliases { get; } = new("LiteLLM_ModelTable", ["id"]);

    public static Table Config { get; } = new("LiteLLM_Config", ["param_name"]);

    public static Table SpendLogs { get; } = new("LiteLLM_SpendLogs", ["request_id"]);

    public static Table DailyUserSpend { get; } = new("LiteLLM_DailyUserSpend", ["id"]);

    public static Table DailyTeamSpend { get; } = new("LiteLLM_DailyTeamSpend", ["id"]);

    public static Table DailyOrganizationSpend { get; } = new("LiteLLM_DailyOrganizationSpend", ["id"]);

    public static Table DailyCustomerSpend { get; } = new("LiteLLM_DailyEndUserSpend", ["id"]);

    public static Table DailyAgentSpend { get; } = new("LiteLLM_DailyAgentSpend", ["id"]);

    public static Table DailyTagSpend { get; } = new("LiteLLM_DailyTagSpend", ["id"]);

    public static Table AuditLog { get; } = new("LiteLLM_AuditLog", ["id"]);

    public static Table Invitations { get; } = new("LiteLLM_InvitationLink", ["id"]);

    public static Table ManagedFiles { get; } = new("LiteLLM_ManagedFileTable", ["id"]);

    public static Table ManagedObjects { get; } = new("LiteLLM_ManagedObjectTable", ["id"]);

    public static Table SearchTools { get; } = new("LiteLLM_SearchToolsTable", ["search_tool_id"]);

    public static Table VectorStores { get; } = new("LiteLLM_ManagedVectorStoresTable", ["vector_store_id"]);

    public static Table VectorStoreIndexes { get; } = new("LiteLLM_ManagedVectorStoreIndexTable", ["id"]);

    /// <summary>Named values of ours: <c>name</c>, <c>value</c> (JSON).</summary>
    public static Table Values { get; } = new("kv", ["name"], IsOwn: true);

    /// <summary>Changes laid over what the configuration file says of models: <c>scope</c> (<c>id</c> or <c>group</c>), <c>id</c>, <c>data</c> (JSON).</summary>
    public static Table ModelOverrides { get; } = new("model_override", ["scope", "id"], IsOwn: true);

    /// <summary>Kept answers: <c>name</c>, <c>kept</c> (packed, encrypted), <c>size</c> in bytes, <c>created_at</c>.</summary>
    public static Table Responses { get; } = new("response", ["name"], IsOwn: true);

    /// <summary>All of them.</summary>
    public static ImmutableArray<Table> All { get; } =
    [
        Keys, DeletedKeys, DeprecatedKeys, JwtKeyMappings, Users, Teams, DeletedTeams, TeamMemberships, Organizations,
        OrganizationMemberships, Projects, Budgets, Customers, Tags, ObjectPermissions, AccessGroups, Models, Credentials,
        TeamModelAliases, Config, SpendLogs, DailyUserSpend, DailyTeamSpend, DailyOrganizationSpend, DailyCustomerSpend, DailyAgentSpend,
        DailyTagSpend, AuditLog, Invitations, ManagedFiles, ManagedObjects, SearchTools, VectorStores, VectorStoreIndexes, Values, ModelOverrides,
        Responses,
    ];
}
