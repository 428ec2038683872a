using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;

namespace Tollgate.Management.Rules;

/// <summary>Users on their way into teams and organizations: found by id or e-mail address, made when there is none.</summary>
internal sealed class People(AuditLog audit, BudgetClock clock, ErrorGroup errors)
{
    /// <summary>The user's row, locked until the transaction ends, so that two additions at once do not lose one another.</summary>
    public async Task<JsonObject> FindOrMakeAsync(IRowWriter rows, AdminCaller caller, NamedMember member)
    {
        // Two who name the same new person at once: the second finds the row that the first has made.
        await Locks.TakeAsync(rows, member.UserId is { } named ? "user:" + named : "user_email:" + member.UserEmail!.ToLowerInvariant());
        var id = member.UserId ?? await FindByEmailAsync(rows, member.UserEmail!, errors);
        if (id is not null && await LockAsync(rows, id) is { } user)
        {
            return user;
        }

        if (member.UserId is not null && member.UserEmail is not null)
        {
            await Locks.TakeAsync(rows, "user_email:" + member.UserEmail.ToLowerInvariant());
            if (await FindByEmailAsync(rows, member.UserEmail, errors) is not null)
            {
                throw AdminException.Of(errors, 400, $"User with email {member.UserEmail} already exists under another user_id.");
            }
        }

        id ??= Guid.NewGuid().ToString();
        await rows.InsertAsync(Tables.Users, new JsonObject
        {
            ["user_id"] = id,
            ["user_email"] = member.UserEmail,
            ["user_role"] = AdminCaller.NameOf(caller.IsMasterKey && string.Equals(id, caller.UserId, StringComparison.Ordinal) ? AdminRole.ProxyAdmin : AdminRole.InternalUser),
            ["teams"] = new JsonArray(),
            ["models"] = new JsonArray(),
            ["created_at"] = clock.Now,
            ["updated_at"] = clock.Now,
        });
        var made = (await rows.FindAsync(Tables.Users, id))!;
        await audit.RecordAsync(rows, caller, AuditAction.Created, Tables.Users, id, null, made);
        return made;
    }

    /// <summary>Puts a team on the user's list.</summary>
    public static async Task AddTeamAsync(IRowWriter rows, JsonObject user, string teamId)
    {
        var id = user.Text("user_id")!;
        var teams = user.TextList("teams");
        if (!teams.Contains(teamId, StringComparer.Ordinal))
        {
            teams.Add(teamId);
            user["teams"] = teams.ToJsonArray();
            await rows.UpdateAsync(Tables.Users, Filter.Equal("user_id", id), new JsonObject { ["teams"] = teams.ToJsonArray() });
        }

        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.User, id));
    }

    /// <summary>Takes a team off the user's list.</summary>
    public async Task RemoveTeamAsync(IRowWriter rows, string userId, string teamId)
    {
        if (await LockAsync(rows, userId) is { } user)
        {
            var teams = user.TextList("teams");
            teams.RemoveAll(team => string.Equals(team, teamId, StringComparison.Ordinal));
            await rows.UpdateAsync(Tables.Users, Filter.Equal("user_id", userId), new JsonObject { ["teams"] = teams.ToJsonArray() });
            await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.User, userId));
        }
    }

    /// <summary>The id behind an e-mail address; null when nobody has it.</summary>
    public static async Task<string?> FindByEmailAsync(IRowReader rows, string email, ErrorGroup errors)
    {
        var found = await rows.SelectAsync(Tables.Users, Filter.EqualIgnoreCase("user_email", email), range: new RowRange(2));
        return found.Count > 1
            ? throw AdminException.Of(errors, 400, "Multiple users with this email found in db. Please use 'user_id' instead.")
            : found is [var only] ? only.Text("user_id") : null;
    }

    private async Task<JsonObject?> LockAsync(IRowWriter rows, string userId)
        => await rows.UpdateAsync(Tables.Users, Filter.Equal("user_id", userId), new JsonObject { ["updated_at"] = clock.Now }) > 0
            ? await rows.FindAsync(Tables.Users, userId)
            : null;
}
