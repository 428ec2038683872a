using System.Collections.Immutable;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Spend;

/// <summary>One of the six tables with a row a day (database.md 2.16).</summary>
/// <param name="Table">The table.</param>
/// <param name="Entity">Column of whose spend it is.</param>
internal sealed record DailyTable(Table Table, string Entity)
{
    public const int User = 0;
    public const int Team = 1;
    public const int Organization = 2;
    public const int Customer = 3;
    public const int Agent = 4;
    public const int Tag = 5;

    /// <summary>All six, in the order in which they are written.</summary>
    public static ImmutableArray<DailyTable> All { get; } =
    [
        new(Tables.DailyUserSpend, "user_id"),
        new(Tables.DailyTeamSpend, "team_id"),
        new(Tables.DailyOrganizationSpend, "organization_id"),
        new(Tables.DailyCustomerSpend, "end_user_id"),
        new(Tables.DailyAgentSpend, "agent_id"),
        new(Tables.DailyTagSpend, "tag"),
    ];

    /// <summary>The unique key of the newest LiteLLM; older ones lack <c>endpoint</c>.</summary>
    public ImmutableArray<string> Key => [Entity, "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name", "endpoint"];
}
