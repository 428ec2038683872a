using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;

namespace Tollgate.Management.Users;

/// <summary>Writes rows of users within a transaction of the caller's; whoever uses it has checked the right to.</summary>
public sealed class UserWriter(AuditLog audit, UserTeams teams, KeyWriter keys, TimeProvider time)
{
    /// <summary>Makes a user.</summary>
    /// <returns>The row.</returns>
    public async Task<JsonObject> CreateAsync(IRowWriter rows, AdminCaller caller, JsonObject columns, ErrorGroup errors)
    {
        var id = columns["user_id"]!.GetValue<string>();
        await CheckUniqueAsync(rows, columns, id, errors);
        foreach (var name in columns.Where(static member => member.Value is null).Select(static member => member.Key).ToList())
        {
            columns.Remove(name);
        }

        columns["created_at"] = Timestamps.Text(time.GetUtcNow());
        columns["updated_at"] = Timestamps.Text(time.GetUtcNow());
        await rows.InsertAsync(Tables.Users, columns);
        var row = (await rows.FindAsync(Tables.Users, id))!;
        await audit.RecordAsync(rows, caller, AuditAction.Created, Tables.Users, id, null, row);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.User, id));
        return row;
    }

    /// <summary>Sets columns of a user.</summary>
    /// <returns>The row afterwards.</returns>
    public async Task<JsonObject> ChangeAsync(IRowWriter rows, AdminCaller caller, JsonObject before, JsonObject changes, ErrorGroup errors)
    {
        var id = before["user_id"]!.GetValue<string>();
        await CheckUniqueAsync(rows, changes, id, errors);
        changes["updated_at"] = Timestamps.Text(time.GetUtcNow());
        await rows.UpdateAsync(Tables.Users, Filter.Equal("user_id", id), changes);
        var after = (await rows.FindAsync(Tables.Users, id))!;
        await audit.RecordAsync(rows, caller, AuditAction.Updated, Tables.Users, id, before, after);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.User, id, changes.ContainsKey("spend")));
        return after;
    }

    /// <summary>Deletes a user with keys, memberships and invitations.</summary>
    public async Task DeleteAsync(IRowWriter rows, AdminCaller caller, JsonObject user)
    {
        var id = user["user_id"]!.GetValue<string>();
        foreach (var key in await rows.SelectAsync(Tables.Keys, Filter.Equal("user_id", id)))
        {
            await keys.DeleteAsync(rows, caller, key);
        }

        await teams.LeaveAllAsync(rows, caller, user);
        await rows.DeleteAsync(Tables.Users, Filter.Equal("user_id", id));
        await audit.RecordAsync(rows, caller, AuditAction.Deleted, Tables.Users, id, user, null);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.User, id));
    }

    private static async Task CheckUniqueAsync(IRowWriter rows, JsonObject columns, string id, ErrorGroup errors)
    {
        if (BudgetRules.TextOf(columns, "user_email") is { } email)
        {
            await Locks.TakeAsync(rows, "user_email:" + email.ToLowerInvariant());
            var holders = await rows.SelectAsync(Tables.Users, Filter.EqualIgnoreCase("user_email", email), range: new RowRange(2));
            if (holders.Any(holder => !string.Equals(BudgetRules.TextOf(holder, "user_id"), id, StringComparison.Ordinal)))
            {
                throw AdminException.Of(errors, 409, $"User with email {email} already exists");
            }
        }

        if (BudgetRules.TextOf(columns, "sso_user_id") is { } sso)
        {
            await Locks.TakeAsync(rows, "sso_user_id:" + sso);
            var holders = await rows.SelectAsync(Tables.Users, Filter.Equal("sso_user_id", sso), range: new RowRange(2));
            if (holders.Any(holder => !string.Equals(BudgetRules.TextOf(holder, "user_id"), id, StringComparison.Ordinal)))
            {
                throw AdminException.Of(errors, 409, $"User with sso_user_id {sso} already exists");
            }
        }
    }
}
