using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Data.Secrets;
using Tollgate.Engine;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;

namespace Tollgate.Management.Users;

/// <summary>
/// Users: made, changed, listed, deleted (admin-api.md 6). Every method checks the caller's right itself and returns what the HTTP endpoint
/// answers with.
/// </summary>
public sealed partial class UserService(
    IDatabase database, UserWriter writer, UserCreation creation, SnapshotHolder snapshots, TimeProvider time, PasswordHash passwords)
{
    private const int MostAtOnce = 500;

    /// <summary>Makes a user, with a key unless <c>auto_create_key</c> is false.</summary>
    public async Task<JsonNode> CreateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var password = await HashAsync(fields, cancellationToken);
        try
        {
            return await database.WriteAsync(rows => creation.RunAsync(rows, caller, fields, password), cancellationToken);
        }
        catch (DuplicateRowException)
        {
            throw AdminException.Of(ErrorGroup.Internal, 409, $"User with id {fields.Text("user_id")} already exists");
        }
    }

    /// <summary>Changes a user named by <c>user_id</c> or <c>user_email</c>; one that does not exist is made.</summary>
    public async Task<JsonNode> UpdateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var id = fields.Text("user_id") is { Length: > 0 } given ? given : null;
        var email = fields.Text("user_email") is { Length: > 0 } address ? address : null;
        if (id is null && email is null)
        {
            throw AdminException.Of(ErrorGroup.Auth, 400, "Authentication Error, Either user_id or user_email must be provided");
        }

        var password = await HashAsync(fields, cancellationToken);
        return await database.WriteAsync(
            async rows =>
            {
                var before = await LockAsync(rows, id, email);
                await UserAccess.CheckUpdateAsync(rows, caller, before, fields);
                var columns = UserColumns.Read(fields, before ?? [], time.GetUtcNow(), snapshots.Current.Config.Budgets.TimeZone, ErrorGroup.Auth);
                if (password is not null)
                {
                    columns["password"] = password;
                }

                if (fields.Has("object_permission"))
                {
                    columns["object_permission_id"] = await ObjectPermissions.SaveAsync(
                        rows, fields.Object("object_permission"), BudgetRules.TextOf(before, "object_permission_id"));
                }

                JsonObject after;
                if (before is null)
                {
                    columns["user_id"] = id ?? Guid.NewGuid().ToString();
                    after = await writer.CreateAsync(rows, caller, columns, ErrorGroup.Auth);
                }
                else
                {
                    after = await writer.ChangeAsync(rows, caller, before, columns, ErrorGroup.Auth);
                }

                return new JsonObject { ["user_id"] = after["user_id"]?.DeepClone(), ["data"] = UserShapes.Row(after) };
            },
            cancellationToken);
    }

    /// <summary>Changes many users, named or all; each succeeds or fails alone.</summary>
    public async Task<JsonNode> BulkUpdateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var updates = await ReadBulkAsync(caller, fields, cancellationToken);
        if (updates.Count > MostAtOnce)
        {
            throw AdminException.Detail(400, $"Maximum {MostAtOnce} users can be updated at once. Found {updates.Count} users.");
        }

        var results = new JsonArray();
        var successes = 0;
        foreach (var update in updates)
        {
            var result = new JsonObject { ["user_id"] = update.Any("user_id")?.DeepClone(), ["user_email"] = update.Any("user_email")?.DeepClone() };
            try
            {
                var answer = await UpdateAsync(caller, update, cancellationToken);
                successes++;
                result["success"] = true;
                result["error"] = null;
                result["updated_user"] = answer["data"]?.DeepClone();
            }
            catch (AdminException error)
            {
                result["success"] = false;
                result["error"] = error.Message;
                result["updated_user"] = null;
            }

            results.Add(result);
        }

        return new JsonObject
        {
            ["results"] = results,
            ["total_requested"] = results.Count,
            ["successful_updates"] = successes,
            ["failed_updates"] = results.Count - successes,
        };
    }

    /// <summary>Deletes users with keys, memberships and invitations; all of them or none.</summary>
    public async Task<JsonNode> DeleteAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var ids = fields.Texts("user_ids") ?? throw fields.Fault("missing", "user_ids", "Field required", fields.Json);
        return await database.WriteAsync(
            async rows =>
            {
                var users = new List<JsonObject>();
                foreach (var id in ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                {
                    await Locks.TakeAsync(rows, "user:" + id);
                    var user = await rows.FindAsync(Tables.Users, id);
                    if (user is null ? !caller.IsAdmin : !await UserAccess.OwnsAsync(rows, caller, user))
                    {
                        throw AdminException.Detail(403, "Only proxy admins can delete users.");
                    }

                    users.Add(user ?? throw AdminException.Detail(404, $"User not found, passed user_id={id}"));
                }

                foreach (var user in users)
                {
                    await writer.DeleteAsync(rows, caller, user);
                }

                return JsonValue.Create(users.Count);
            },
            cancellationToken);
    }

    /// <summary>The user, held until the transaction ends: changes of the same user, and makings of the same new one, come one after the other.</summary>
    private static async Task<JsonObject?> LockAsync(IRowWriter rows, string? id, string? email)
    {
        if (id is null)
        {
            await Locks.TakeAsync(rows, "user_email:" + email!.ToLowerInvariant());
            id = BudgetRules.TextOf(await FindAsync(rows, null, email), "user_id");
        }

        if (id is null)
        {
            return null;
        }

        await Locks.TakeAsync(rows, "user:" + id);
        return await rows.FindAsync(Tables.Users, id);
    }

    private static async Task<JsonObject?> FindAsync(IRowReader rows, string? id, string? email)
    {
        if (id is not null)
        {
            return await rows.FindAsync(Tables.Users, id);
        }

        var found = await rows.SelectAsync(Tables.Users, Filter.EqualIgnoreCase("user_email", email!), range: new RowRange(1));
        return found.Count > 0 ? found[0] : null;
    }

    private async Task<string?> HashAsync(Fields fields, CancellationToken cancellationToken)
    {
        if (UserColumns.Password(fields) is not { } password)
        {
            return null;
        }

        var encoding = snapshots.Current.Config.Management.PasswordHash switch
        {
            "pbkdf2" => PasswordEncoding.Pbkdf2,
            "keep" => PasswordEncoding.Sha256,
            _ => PasswordEncoding.Scrypt,
        };
        return await passwords.HashAsync(password, encoding, cancellationToken);
    }

    private async Task<IReadOnlyList<Fields>> ReadBulkAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        if (fields.Flag("all_users") == true && fields.Object("user_updates") is { } same)
        {
            if (!caller.IsAdmin)
            {
                throw AdminException.Detail(403, "Only proxy admins can update all users at once.");
            }

            var users = await database.ReadAsync(
                rows => rows.SelectAsync(Tables.Users, Filter.None, range: new RowRange(MostAtOnce + 1)), cancellationToken);
            return [.. users.Select(user =>
            {
                var update = (JsonObject)same.DeepClone();
                update["user_id"] = user["user_id"]?.DeepClone();
                return new Fields(update);
            })];
        }

        if (fields.List("users") is not { Count: > 0 } list)
        {
            throw AdminException.Detail(400, "Must specify either 'users' or both 'all_users' and 'user_updates'");
        }

        return [.. list.Select(item => new Fields(
            item as JsonObject ?? throw fields.Fault("dict_type", "users", "Input should be a valid dictionary", item)))];
    }
}
