using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>
/// Virtual keys: made, changed, listed, rotated, deleted (admin-api.md 5). Every method checks the caller's right itself and returns what the
/// HTTP endpoint answers with.
/// </summary>
public sealed partial class KeyService(
    IDatabase database, KeyWriter writer, SnapshotHolder snapshots, TimeProvider time, IEnumerable<IMasterKeyRotation> rotations)
{
    /// <summary>Makes a key.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="fields">Fields of admin-api.md 5.1, all optional.</param>
    public async Task<JsonNode> GenerateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        const string Route = "/key/generate";
        var settings = snapshots.Current.Config.Management;
        return await WriteAsync(
            async rows =>
            {
                var request = KeyDefaults.Apply(fields, settings, time.GetUtcNow(), ErrorGroup.Internal);
                var owner = await KeyCreation.OwnerAsync(rows, caller, request, settings, Route, ErrorGroup.Internal);
                CheckOwnSpend(caller, request, ErrorGroup.Internal);
                return await writer.CreateAsync(rows, caller, request, owner, ErrorGroup.Internal);
            },
            cancellationToken);
    }

    /// <summary>Makes a key that belongs to a team and to nobody in it.</summary>
    public async Task<JsonNode> GenerateServiceAccountAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        const string Route = "/key/service-account/generate";
        var settings = snapshots.Current.Config.Management;
        if (fields.Text("team_id") is not { Length: > 0 } teamId)
        {
            throw AdminException.Of(
                ErrorGroup.Internal, 400, "team_id is required for service account keys. Please specify `team_id` in the request body.");
        }

        return await WriteAsync(
            async rows =>
            {
                if (await TeamFacts.FindAsync(rows, teamId) is null)
                {
                    throw AdminException.Of(ErrorGroup.Internal, 400, "team_id does not exist in the database. Please specify a valid `team_id`.");
                }

                var request = KeyDefaults.Apply(fields, settings, time.GetUtcNow(), ErrorGroup.Internal);
                request.Json.Remove("user_id");
                await KeyCreation.OwnerAsync(rows, caller, request, settings, Route, ErrorGroup.Internal);
                CheckOwnSpend(caller, request, ErrorGroup.Internal);
                return await writer.CreateAsync(rows, caller, request, null, ErrorGroup.Internal);
            },
            cancellationToken);
    }

    /// <summary>Deletes keys, named in any of the forms that clients use: <c>key</c>, <c>keys</c>, <c>key_alias</c>, <c>key_aliases</c>.</summary>
    public async Task<JsonNode> DeleteAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        List<string> keys = [.. fields.TextOrTexts("keys") ?? [], .. fields.TextOrTexts("key") ?? []];
        List<string> aliases = [.. fields.TextOrTexts("key_aliases") ?? [], .. fields.TextOrTexts("key_alias") ?? []];
        if (keys.Count + aliases.Count == 0)
        {
            throw fields.Fault("value_error", "keys", "Value error, At least one of 'keys' or 'key_aliases' must be provided.", fields.Json);
        }

        await database.WriteAsync(
            async rows =>
            {
                var named = Filter.Any(Filter.In("token", keys.Select(KeyText.ToHash).Distinct(StringComparer.Ordinal)), Filter.In("key_alias", aliases));
                var found = await rows.SelectAsync(Tables.Keys, named);
                if (found.Count == 0)
                {
                    throw AdminException.Of(ErrorGroup.Internal, 404, "No keys found");
                }

                foreach (var row in found)
                {
                    if (!await KeyAccess.MayChangeAsync(rows, caller, row, "/key/delete"))
                    {
                        throw AdminException.Of(ErrorGroup.Internal, 403, "You are not authorized to delete this key");
                    }
                }

                var deleted = 0;
                foreach (var row in found)
                {
                    deleted += await writer.DeleteAsync(rows, caller, row) ? 1 : 0;
                }

                return deleted > 0 ? deleted : throw AdminException.Of(ErrorGroup.Internal, 404, "No keys found");
            },
            cancellationToken);

        // COMPAT: what was passed, not what was found (admin-api.md 5.4).
        return new JsonObject { ["deleted_keys"] = new JsonArray([.. keys.Concat(aliases).Select(static text => (JsonNode)text)]) };
    }

    /// <summary>Blocks a key, or lets it work again.</summary>
    public async Task<JsonNode> SetBlockedAsync(AdminCaller caller, Fields fields, bool blocked, CancellationToken cancellationToken)
    {
        var key = fields.RequiredText("key");
        var token = KeyText.ToHash(key);
        if (!KeyForm.IsHash(token))
        {
            throw AdminException.Proxy(400, "Invalid key format.", "bad_request_error", "key");
        }

        return await database.WriteAsync(
            async rows =>
            {
                var row = await LockAsync(rows, token)
                    ?? throw AdminException.Proxy(404, "Key not found. It cannot be blocked or unblocked.", "not_found_error", "key");
                if (!await KeyAccess.IsAdministratorAsync(rows, caller, row))
                {
                    throw AdminException.Of(
                        ErrorGroup.Internal, 403, "Only proxy admins, team admins, or org admins can block or unblock this key.");
                }

                var after = await writer.ChangeAsync(
                    rows, caller, row, new JsonObject { ["blocked"] = blocked }, blocked ? AuditAction.Blocked : AuditAction.Unblocked);
                return await KeyShapes.RowAsync(rows, after);
            },
            cancellationToken);
    }

    /// <summary>Sets what a key has spent, usually to nothing; its budget's period goes on.</summary>
    public async Task<JsonNode> ResetSpendAsync(AdminCaller caller, string key, Fields fields, CancellationToken cancellationToken)
        => await database.WriteAsync(
            async rows =>
            {
                var row = await LockAsync(rows, KeyText.ToHash(key)) ?? throw AdminException.Detail(404, "Key not found.");
                if (!await KeyAccess.IsAdministratorAsync(rows, caller, row))
                {
                    throw AdminException.Detail(403, "You must be a proxy admin or team admin to reset key spend");
                }

                var spent = BudgetRules.NumberOf(row, "spend") ?? 0;
                var after = await writer.ChangeAsync(
                    rows, caller, row, new JsonObject { ["spend"] = SpendReset.Read(fields, spent, BudgetRules.NumberOf(row, "max_budget")) }, AuditAction.Updated);
                return new JsonObject
                {
                    ["key_hash"] = after["token"]?.DeepClone(),
                    ["spend"] = after["spend"]?.DeepClone(),
                    ["previous_spend"] = spent,
                    ["max_budget"] = after["max_budget"]?.DeepClone(),
                    ["budget_reset_at"] = after["budget_reset_at"]?.DeepClone(),
                };
            },
            cancellationToken);

    /// <summary>Tells whether the callbacks that the caller's own key names work.</summary>
    public static Task<JsonNode> HealthAsync(AdminCaller caller)
    {
        var answer = new JsonObject { ["key"] = "healthy", ["logging_callbacks"] = null };
        if (caller.Key is { } key && JsonNode.Parse(key.Metadata.Json.Span)?["logging"] is JsonArray { Count: > 0 } logging)
        {
            answer["logging_callbacks"] = new JsonObject
            {
                ["callbacks"] = new JsonArray(
                    [.. logging.OfType<JsonObject>().Select(static entry => (JsonNode?)BudgetRules.TextOf(entry, "callback_name"))]),
                ["status"] = "unhealthy",
                ["details"] = "This gateway does not send calls to the callbacks of single keys.",
            };
        }

        return Task.FromResult<JsonNode>(answer);
    }

    /// <summary>Writes a key whose value may be the caller's choice: two who choose the same at once are not both served.</summary>
    private async Task<JsonNode> WriteAsync(Func<IRowWriter, Task<JsonObject>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await database.WriteAsync(work, cancellationToken);
        }
        catch (DuplicateRowException)
        {
            throw KeyWriter.AlreadyExists();
        }
    }

    /// <summary>Who pays does not decide what was spent.</summary>
    private static void CheckOwnSpend(AdminCaller caller, Fields fields, ErrorGroup errors)
    {
        if (!caller.IsAdmin && fields.Number("spend") is not null and not 0)
        {
            throw AdminException.Of(errors, 403, "Only proxy admins can set the spend of a new key.");
        }
    }
}
