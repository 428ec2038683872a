using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;

namespace Tollgate.Management.Credentials;

/// <summary>Named credentials in the database (admin-api.md 14): every change of them.</summary>
public sealed class ChangeCredential(
    ModelWrite write, ModelRows models, DeploymentSecrets deployments, IGatewayConfiguration configuration, AuditLog audit)
{
    /// <summary>Stores a credential, with given values or those of a deployment.</summary>
    public Task<JsonNode?> CreateAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Internal);
        var name = NameIn(body);
        var info = InfoIn(body, isRequired: true)!;
        var values = ValuesIn(body)
            ?? (body.Text("model_id") is { } modelId ? deployments.Of(modelId) : null)
            ?? throw AdminException.Of(
                ErrorGroup.Internal, 400, "Credential values are required. Unable to infer credential values from model ID.");
        return write.RunAsync<JsonNode?>(
            name,
            async rows =>
            {
                await RequireFreeAsync(rows, name);
                var now = models.Now;
                var row = new JsonObject
                {
                    ["credential_id"] = Guid.NewGuid().ToString(),
                    ["credential_name"] = name,
                    ["credential_values"] = models.Seal(values),
                    ["credential_info"] = info.DeepClone(),
                    ["created_at"] = now,
                    ["created_by"] = caller.ChangedBy,
                    ["updated_at"] = now,
                    ["updated_by"] = caller.ChangedBy,
                };
                await rows.InsertAsync(Tables.Credentials, row);
                await audit.RecordAsync(rows, caller, AuditAction.Created, Tables.Credentials, name, null, row);
                return Done("created");
            },
            cancellationToken);
    }

    /// <summary>Changes name, values or facts, member by member; null takes a member away.</summary>
    public Task<JsonNode?> UpdateAsync(AdminCaller caller, string name, Fields body, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Internal);
        var newName = body.Text("credential_name") is { Length: > 0 } given ? given : name;
        var values = ValuesIn(body);
        var info = InfoIn(body, isRequired: false);
        return write.RunAsync<JsonNode?>(
            name,
            async rows =>
            {
                var row = await FindAsync(rows, name);
                if (!string.Equals(newName, name, StringComparison.Ordinal))
                {
                    await RequireFreeAsync(rows, newName);
                }

                var changes = new JsonObject
                {
                    ["credential_name"] = newName,
                    ["credential_values"] = models.Merge(row["credential_values"], values ?? [], nullRemoves: true),
                    ["credential_info"] = OverrideRows.Merge(row["credential_info"] as JsonObject, info ?? []),
                    ["updated_at"] = models.Now,
                    ["updated_by"] = caller.ChangedBy,
                };
                await rows.UpdateAsync(Tables.Credentials, Filter.Equal("credential_name", name), changes);
                await audit.RecordAsync(rows, caller, AuditAction.Updated, Tables.Credentials, name, row, changes);
                return WithUsers(Done("updated"), string.Equals(newName, name, StringComparison.Ordinal) ? [] : UsersOf(name));
            },
            cancellationToken);
    }

    /// <summary>Takes a credential away, also one in use: calls of those deployments then fail and name it.</summary>
    public Task<JsonNode?> DeleteAsync(AdminCaller caller, string name, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Internal);
        return write.RunAsync<JsonNode?>(
            name,
            async rows =>
            {
                var row = await FindAsync(rows, name);
                await rows.DeleteAsync(Tables.Credentials, Filter.Equal("credential_name", name));
                await audit.RecordAsync(rows, caller, AuditAction.Deleted, Tables.Credentials, name, row, null);
                return WithUsers(Done("deleted"), UsersOf(name));
            },
            cancellationToken);
    }

    private async Task<JsonObject> FindAsync(IRowWriter rows, string name)
    {
        var found = await rows.SelectAsync(Tables.Credentials, Filter.Equal("credential_name", name));
        if (found.Count > 0)
        {
            return found[0];
        }

        throw configuration.View.FileCredentials.Any(c => string.Equals(c.Name, name, StringComparison.Ordinal))
            ? AdminException.Of(ErrorGroup.Internal, 400, $"Credential {name} is defined in the configuration file and cannot be changed here.")
            : ReadCredentials.NotFound(name);
    }

    private async Task RequireFreeAsync(IRowWriter rows, string name)
    {
        if (await rows.CountAsync(Tables.Credentials, Filter.Equal("credential_name", name)) > 0
            || configuration.View.FileCredentials.Any(c => string.Equals(c.Name, name, StringComparison.Ordinal)))
        {
            throw AdminException.Of(ErrorGroup.Internal, 400, $"Credential {name} already exists");
        }
    }

    private IReadOnlyList<string> UsersOf(string name) =>
    [
        .. configuration.View.Deployments
            .Where(d => string.Equals(ModelRows.Text(d.Params["litellm_credential_name"]), name, StringComparison.Ordinal)).Select(static d => d.Id),
    ];

    private static string NameIn(Fields body)
    {
        var name = body.RequiredText("credential_name");
        return name.Length > 0 ? name
            : throw body.Fault("value_error", "credential_name", "Value error, credential_name must not be empty", null);
    }

    private static JsonObject? InfoIn(Fields body, bool isRequired) => isRequired && !body.Has("credential_info")
        ? throw AdminException.Invalid(new ValidationFault("missing", ["body", "credential_info"], "Field required", null))
        : body.Object("credential_info") ?? (isRequired ? [] : null);

    // What does not fit may be a secret: it is not sent back.
    private static JsonObject? ValuesIn(Fields body) => body.Any("credential_values") switch
    {
        null => null,
        JsonObject values => values,
        _ => throw body.Fault("dict_type", "credential_values", "Input should be a valid dictionary", null),
    };

    private static JsonObject Done(string verb) => new() { ["success"] = true, ["message"] = $"Credential {verb} successfully" };

    private static JsonObject WithUsers(JsonObject answer, IReadOnlyList<string> users)
    {
        if (users.Count > 0)
        {
            answer["models_using"] = new JsonArray([.. users.Select(static id => JsonValue.Create(id))]);
        }

        return answer;
    }
}
