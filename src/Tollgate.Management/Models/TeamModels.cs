using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary>Models that belong to one team: an internal name in the row, the public one in the team's list and aliases (admin-api.md 13.1).</summary>
internal static class TeamModels
{
    /// <summary>Gives the team a model.</summary>
    /// <returns>The internal name of the model.</returns>
    public static async Task<string> AddAsync(
        IRowWriter rows, ModelRows models, AdminCaller caller, string teamId, string publicName, JsonObject info)
    {
        var team = await rows.FindAsync(Tables.Teams, teamId)
            ?? throw AdminException.Of(ErrorGroup.Auth, 400, $"Team id={teamId} does not exist in db");
        var shown = ModelRows.Text(info["team_public_model_name"]) is { Length: > 0 } chosen ? chosen : publicName;
        info["team_public_model_name"] = shown;
        var internalName = $"model_name_{teamId}_{Guid.NewGuid()}";
        var names = (team["models"] as JsonArray ?? []).Select(ModelRows.Text).OfType<string>().ToList();

        // An empty list is every model: adding one name would take all others away.
        if (names.Count > 0 && !names.Contains(shown, StringComparer.Ordinal))
        {
            names.Add(shown);
            await rows.UpdateAsync(Tables.Teams, Filter.Equal("team_id", teamId), new JsonObject { ["models"] = ListOf(names) });
        }

        await SetAliasAsync(rows, models, caller, team, aliases => aliases[shown] = internalName);
        return internalName;
    }

    /// <summary>Takes a model away from its team.</summary>
    public static async Task RemoveAsync(IRowWriter rows, ModelRows models, AdminCaller caller, JsonObject row)
    {
        var info = row["model_info"] as JsonObject;
        if (ModelRows.Text(info?["team_id"]) is not { } teamId || await rows.FindAsync(Tables.Teams, teamId) is not { } team)
        {
            return;
        }

        var shown = ModelRows.Text(info!["team_public_model_name"]);
        var names = (team["models"] as JsonArray ?? []).Select(ModelRows.Text).OfType<string>().ToList();

        // Emptied, the list would open every model to the team.
        if (shown is not null && names.Count > 1 && names.Remove(shown))
        {
            await rows.UpdateAsync(Tables.Teams, Filter.Equal("team_id", teamId), new JsonObject { ["models"] = ListOf(names) });
        }

        await SetAliasAsync(rows, models, caller, team, aliases =>
        {
            if (shown is not null && string.Equals(ModelRows.Text(aliases[shown]), ModelRows.Text(row["model_name"]), StringComparison.Ordinal))
            {
                aliases.Remove(shown);
            }
        });
    }

    private static async Task SetAliasAsync(
        IRowWriter rows, ModelRows models, AdminCaller caller, JsonObject team, Action<JsonObject> change)
    {
        var id = team["model_id"]?.ToString();
        var row = id is null ? null : await rows.FindAsync(Tables.TeamModelAliases, id);
        var aliases = row?["aliases"]?.DeepClone() as JsonObject ?? [];
        change(aliases);
        if (row is not null)
        {
            await rows.UpdateAsync(
                Tables.TeamModelAliases,
                Filter.Equal("id", long.Parse(id!, System.Globalization.CultureInfo.InvariantCulture)),
                new JsonObject { ["aliases"] = aliases, ["updated_at"] = models.Now, ["updated_by"] = caller.ChangedBy });
        }
        else if (aliases.Count > 0)
        {
            // The id is the database's to give, and only this statement can say which one it gave.
            var made = await rows.QueryAsync(
                $"""
                INSERT INTO {rows.NameOf(Tables.TeamModelAliases)} ("aliases", "created_by", "updated_by")
                VALUES ({(rows.Kind is DatabaseKind.PostgreSql ? "CAST(@aliases AS jsonb)" : "@aliases")}, @by, @by) RETURNING "id"
                """,
                ("aliases", AdminJson.ToText(aliases)),
                ("by", caller.ChangedBy));
            await rows.UpdateAsync(
                Tables.Teams, Filter.Equal("team_id", ModelRows.Text(team["team_id"])), new JsonObject { ["model_id"] = made[0]["id"]?.DeepClone() });
        }
    }

    private static JsonArray ListOf(List<string> names) => new([.. names.Select(static name => JsonValue.Create(name))]);
}
