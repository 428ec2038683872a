using System.Text.Json.Nodes;
using Tollgate.Engine;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Teams;

/// <summary>What the operator's configuration says about teams and the users who come with them, as it is at the moment.</summary>
public sealed class TeamSettings(SnapshotHolder snapshots)
{
    /// <summary>The request with the defaults for what is absent or null (<c>default_team_params</c>).</summary>
    internal Fields WithDefaults(Fields fields)
    {
        var body = (JsonObject)fields.Json.DeepClone();
        KeyDefaults.Fill(body, snapshots.Current.Config.Management.TeamDefaults);
        return new Fields(body);
    }

    /// <summary>True for a team that users may join by themselves (<c>default_internal_user_params.available_teams</c>).</summary>
    internal bool IsAvailable(string teamId) => Available.Contains(teamId, StringComparer.Ordinal);

    /// <summary>Teams that users may join by themselves. Default none.</summary>
    internal IReadOnlyList<string> Available
    {
        get
        {
            foreach (var member in snapshots.Current.Config.Management.UserDefaults)
            {
                if (string.Equals(member.Name, "available_teams", StringComparison.Ordinal)
                    && JsonNode.Parse(member.Json.Span) is JsonArray teams)
                {
                    return teams.TextItems();
                }
            }

            return [];
        }
    }
}
