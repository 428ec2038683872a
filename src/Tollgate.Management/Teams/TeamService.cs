using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Rules;
using Tollgate.Management.Shapes;

namespace Tollgate.Management.Teams;

/// <summary>Makes, changes, blocks and deletes teams (admin-api.md 7.1, 7.4 to 7.6).</summary>
public sealed class TeamService
{
    private readonly IDatabase _database;
    private readonly AuditLog _audit;
    private readonly BudgetClock _clock;
    private readonly TeamSettings _settings;
    private readonly TeamRoster _roster;
    private readonly TeamRemoval _removal;

    /// <summary>Builds the service over its database.</summary>
    public TeamService(IDatabase database, AuditLog audit, BudgetClock clock, TeamSettings settings, KeyWriter keys)
    {
        _database = database;
        _audit = audit;
        _clock = clock;
        _settings = settings;
        var people = new People(audit, clock, ErrorGroup.Detail);
        _roster = new TeamRoster(people, clock);
        _removal = new TeamRemoval(audit, clock, people, keys);
    }

    /// <summary>Makes a team.</summary>
    public async Task<JsonNode> CreateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        fields = _settings.WithDefaults(fields);
        var columns = TeamColumns.Read(fields, _clock);
        var memberBudget = TeamMemberBudget.Read(fields, _clock);
        var metadata = MetadataOverlay.Apply(null, fields) ?? [];
        var members = MembersOf(caller, fields);
        var wanted = fields.Text("team_id") is { Length: > 0 } given ? given : null;
        var id = wanted ?? Guid.NewGuid().ToString();
        columns["team_id"] = id;
        columns["metadata"] = metadata;
        try
        {
            return await _database.WriteAsync(
                async rows =>
                {
                    await CheckNewAsync(rows, caller, columns);
                    var row = (JsonObject)columns.DeepClone();
                    var details = (JsonObject)row["metadata"]!;
                    await TeamMemberBudget.StoreAsync(rows, caller, _clock, id, details, memberBudget);
                    row["object_permission_id"] = await ObjectPermissions.SaveAsync(rows, fields.Object("object_permission"), null);
                    row["model_id"] = await TeamAliases.StoreAsync(rows, caller, _clock, fields, null);
                    var entries = await JoinAsync(rows, caller, id, members, details.Text(TeamMemberBudget.IdName));
                    row["members"] = TeamRoster.IdsOf(entries);
                    row["members_with_roles"] = entries;
                    row["created_at"] = _clock.Now;
                    row["updated_at"] = _clock.Now;
                    await rows.InsertAsync(Tables.Teams, row);
                    return await FinishAsync(rows, caller, AuditAction.Created, id, null);
                },
                cancellationToken);
        }
        catch (DuplicateRowException) when (wanted is not null)
        {
            throw Duplicate(wanted);
        }
    }

    /// <summary>Changes a team: fields that are absent stay, explicit nulls clear.</summary>
    public Task<JsonObject> UpdateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var id = fields.RequiredText("team_id");
        var sent = TeamColumns.Read(fields, _clock);
        sent.Remove("members");
        var memberBudget = TeamMemberBudget.Read(fields, _clock);
        var spend = new BudgetFields(fields, ErrorGroup.Detail).Money("spend");
        if (spend is not null)
        {
            sent["spend"] = spend;
        }

        return _database.WriteAsync(
            async rows =>
            {
                var before = await _roster.LockAsync(rows, id) ?? throw NotFound(id);
                await RequireManagerAsync(rows, caller, before, "/team/update");
                var changes = (JsonObject)sent.DeepClone();
                await ReadMetadataAsync(rows, caller, before, changes, fields, memberBudget);
                if (fields.Has("object_permission"))
                {
                    await RequireOwnerAsync(rows, caller, before, "change object_permission of");
                    changes["object_permission_id"] = await ObjectPermissions.SaveAsync(
                        rows, fields.Object("object_permission"), before.Text("object_permission_id"));
                }

                if (fields.Has("model_aliases"))
                {
                    await RequireOwnerAsync(rows, caller, before, "change model_aliases of");
                    changes["model_id"] = await TeamAliases.StoreAsync(rows, caller, _clock, fields, before.Count("model_id"));
                }

                await CheckChangesAsync(rows, caller, before, changes);
                changes["updated_at"] = _clock.Now;
                await rows.UpdateAsync(Tables.Teams, Filter.Equal("team_id", id), changes);
                var data = await FinishAsync(rows, caller, AuditAction.Updated, id, before, spend is not null);
                return new JsonObject { ["team_id"] = id, ["data"] = data };
            },
            cancellationToken);
    }

    /// <summary>Blocks a team, whose keys are refused from then on, or lets it go on.</summary>
    public Task<JsonObject> BlockAsync(AdminCaller caller, Fields fields, bool block, CancellationToken cancellationToken)
    {
        var id = fields.RequiredText("team_id");
        return _database.WriteAsync(
            async rows =>
            {
                var before = await _roster.LockAsync(rows, id) ?? throw NotFound(id);
                await RequireOwnerAsync(rows, caller, before, block ? "block" : "unblock");
                await rows.UpdateAsync(Tables.Teams, Filter.Equal("team_id", id), new JsonObject { ["blocked"] = block });
                return await FinishAsync(rows, caller, block ? AuditAction.Blocked : AuditAction.Unblocked, id, before);
            },
            cancellationToken);
    }

    /// <summary>Sets the recorded spend of a team.</summary>
    public Task<JsonObject> ResetSpendAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var id = fields.RequiredText("team_id");
        var spend = new BudgetFields(fields, ErrorGroup.Detail).Money("reset_to") ?? 0;
        return _database.WriteAsync(
            async rows =>
            {
                var before = await _roster.LockAsync(rows, id) ?? throw NotFound(id);
                await RequireOwnerAsync(rows, caller, before, "reset the spend of");
                await rows.UpdateAsync(Tables.Teams, Filter.Equal("team_id", id), new JsonObject { ["spend"] = spend });
                await FinishAsync(rows, caller, AuditAction.Updated, id, before, spendWasSet: true);
                return new JsonObject
                {
                    ["team_id"] = id,
                    ["spend"] = spend,
                    ["previous_spend"] = before["spend"]?.DeepClone(),
                    ["max_budget"] = before["max_budget"]?.DeepClone(),
                    ["budget_reset_at"] = before["budget_reset_at"]?.DeepClone(),
                };
            },
            cancellationToken);
    }

    /// <summary>Deletes teams with their keys and memberships; a copy of each stays in the archive.</summary>
    public Task<JsonObject> DeleteAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        if (!fields.Has("team_ids"))
        {
            throw AdminException.Invalid(new ValidationFault("missing", ["body", "team_ids"], "Field required", fields.Json));
        }

        var ids = (fields.Texts("team_ids") ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return _database.WriteAsync(
            async rows =>
            {
                foreach (var id in ids)
                {
                    var team = await _roster.LockAsync(rows, id) ?? throw NotFound(id);
                    await RequireOwnerAsync(rows, caller, team, "delete");
                    await _removal.RemoveAsync(rows, caller, team);
                }

                return new JsonObject { ["deleted_teams"] = ids.ToJsonArray() };
            },
            cancellationToken);
    }

    internal static AdminException NotFound(string id) => AdminException.Detail(404, $"Team not found, passed team_id={id}");

    internal static async Task RequireManagerAsync(IRowReader rows, AdminCaller caller, JsonObject team, string route)
    {
        if (!await TeamAccess.ManagesAsync(rows, caller, team))
        {
            throw AdminException.Detail(
                403, $"Call not allowed. User not proxy admin OR team admin. route={route}, team_id={team.Text("team_id")}");
        }
    }

    internal static async Task RequireOwnerAsync(IRowReader rows, AdminCaller caller, JsonObject team, string verb)
    {
        if (!await TeamAccess.OwnsAsync(rows, caller, team))
        {
            throw AdminException.Detail(403, $"Only proxy admins and organization admins can {verb} a team. Your role={caller.RoleName}");
        }
    }

    private static AdminException Duplicate(string id)
        => AdminException.Detail(400, $"Team id = {id} already exists. Please use a different team id.");

    /// <summary>Members that the request names, and the maker as administrator.</summary>
    private static List<NamedMember> MembersOf(AdminCaller caller, Fields fields)
    {
        var members = fields.Any("members_with_roles") is null ? [] : NamedMember.ReadAll(fields, "members_with_roles", NamedMember.TeamRoles);
        if (caller.UserId is { } maker && !members.Exists(member => string.Equals(member.UserId, maker, StringComparison.Ordinal)))
        {
            members.Add(new NamedMember(maker, null, "admin"));
        }

        return members;
    }

    private static async Task CheckNewAsync(IRowReader rows, AdminCaller caller, JsonObject team)
    {
        if (!caller.IsAdmin && !await TeamAccess.IsOrganizationAdminAsync(rows, caller, team.Text("organization_id")))
        {
            throw AdminException.Detail(
                403, $"Only proxy admin can be used to create teams, or an admin of their organization. Your role={caller.RoleName}");
        }

        TeamColumns.Check(team);
        if (await rows.FindAsync(Tables.Teams, team.Text("team_id")!) is not null)
        {
            throw Duplicate(team.Text("team_id")!);
        }

        await OrganizationBounds.CheckAsync(rows, team);
        await TeamLimitsOfCallers.CheckMakerAsync(rows, caller, team);
    }

    private async Task<JsonArray> JoinAsync(
        IRowWriter rows, AdminCaller caller, string teamId, List<NamedMember> members, string? budgetId)
    {
        var entries = new JsonArray();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            var joined = await _roster.JoinAsync(rows, caller, teamId, member, budgetId);
            if (seen.Add(joined.Entry.Text("user_id")!))
            {
                entries.Add(joined.Entry);
            }
        }

        return entries;
    }

    private async Task ReadMetadataAsync(
        IRowWriter rows, AdminCaller caller, JsonObject before, JsonObject changes, Fields fields, JsonObject memberBudget)
    {
        var applied = MetadataOverlay.Apply(before["metadata"] as JsonObject, fields);
        var metadata = applied ?? before.MapCopy("metadata");

        // The link to the members' budget is ours: replacing the notes must not lose it, and nobody may point it elsewhere.
        metadata.Remove(TeamMemberBudget.IdName);
        if (TeamMemberBudget.IdOf(before) is { } current)
        {
            metadata[TeamMemberBudget.IdName] = current;
        }

        if (applied is not null)
        {
            changes["metadata"] = metadata.DeepClone();
            await CheckChangesAsync(rows, caller, before, changes);
        }

        if (memberBudget.Count > 0
            && await TeamMemberBudget.StoreAsync(rows, caller, _clock, before.Text("team_id")!, metadata, memberBudget))
        {
            changes["metadata"] = metadata;
        }
    }

    private static async Task CheckChangesAsync(IRowReader rows, AdminCaller caller, JsonObject before, JsonObject changes)
    {
        if (!await TeamAccess.OwnsAsync(rows, caller, before))
        {
            await TeamLimitsOfCallers.CheckTeamAdminAsync(rows, before, changes);
        }

        var after = (JsonObject)before.DeepClone();
        after.Overlay(changes);
        TeamColumns.Check(after);
        if (changes.ContainsKey("organization_id") || changes.ContainsKey("models") || changes.ContainsKey("max_budget")
            || changes.ContainsKey("tpm_limit") || changes.ContainsKey("rpm_limit") || changes.ContainsKey("metadata"))
        {
            await OrganizationBounds.CheckAsync(rows, after);
        }

        // Whoever moves a team must also run the organization that it moves to.
        if (!caller.IsAdmin && changes.ContainsKey("organization_id") && !await TeamAccess.OwnsAsync(rows, caller, after))
        {
            throw AdminException.Detail(403, "Only admins of both organizations can move a team.");
        }
    }

    private async Task<JsonObject> FinishAsync(
        IRowWriter rows, AdminCaller caller, AuditAction action, string id, JsonObject? before, bool spendWasSet = false)
    {
        var row = (await rows.FindAsync(Tables.Teams, id))!;
        await _audit.RecordAsync(rows, caller, action, Tables.Teams, id, before, row);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Team, id, spendWasSet));
        return await TeamShapes.RowAsync(rows, row);
    }
}
