using System.Collections.Frozen;
using Tollgate.Data.Rows;

namespace Tollgate.Management.Spend.Activity;

/// <summary>A kind of owner with a daily table.</summary>
/// <param name="Daily">Its daily table.</param>
/// <param name="Column">Column of the owner there.</param>
/// <param name="Parameter">Query parameter with ids; <c>exclude_</c> before it names those to leave out.</param>
/// <param name="DefaultPageSize">Rows of a page when the caller does not say.</param>
/// <param name="Names">Table with the owners' names; null when they have none.</param>
/// <param name="NameKey">Column of the id there.</param>
/// <param name="NameColumn">Column of the name there, and the member of the answer.</param>
internal sealed record ActivityOwner(
    Table Daily, string Column, string Parameter, int DefaultPageSize, Table? Names = null, string NameKey = "", string NameColumn = "")
{
    /// <summary>All kinds by the first part of their route.</summary>
    public static FrozenDictionary<string, ActivityOwner> All { get; } = new Dictionary<string, ActivityOwner>(StringComparer.Ordinal)
    {
        ["user"] = new(Tables.DailyUserSpend, "user_id", "user_id", 50),
        ["team"] = new(Tables.DailyTeamSpend, "team_id", "team_ids", 10, Tables.Teams, "team_id", "team_alias"),
        ["organization"] = new(
            Tables.DailyOrganizationSpend, "organization_id", "organization_ids", 10, Tables.Organizations, "organization_id",
                "organization_alias"),
        ["customer"] = new(Tables.DailyCustomerSpend, "end_user_id", "end_user_ids", 10, Tables.Customers, "user_id", "alias"),
        ["tag"] = new(Tables.DailyTagSpend, "tag", "tags", 10),
        ["agent"] = new(Tables.DailyAgentSpend, "agent_id", "agent_ids", 10),
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
