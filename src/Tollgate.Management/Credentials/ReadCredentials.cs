using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;

namespace Tollgate.Management.Credentials;

/// <summary>Named credentials as they are shown: every value masked (admin-api.md 14).</summary>
public sealed class ReadCredentials(
    IDatabase database, IGatewayConfiguration configuration, ModelRows models, DeploymentSecrets deployments)
{
    /// <summary>All credentials, those of the file included.</summary>
    public async Task<JsonNode?> ListAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Internal);
        var rows = await database.ReadAsync(
            static reader => reader.SelectAsync(Tables.Credentials, Filter.None, [new SortBy("credential_name")]), cancellationToken);
        var stored = rows.Select(Shown).ToList();
        var own = configuration.View.FileCredentials
            .Where(c => !rows.Any(row => string.Equals(ModelRows.Text(row["credential_name"]), c.Name, StringComparison.Ordinal))).Select(Shown);
        return new JsonObject { ["success"] = true, ["credentials"] = new JsonArray([.. stored, .. own]) };
    }

    /// <summary>One credential.</summary>
    public async Task<JsonNode?> ByNameAsync(AdminCaller caller, string name, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Internal);
        var rows = await database.ReadAsync(
            reader => reader.SelectAsync(Tables.Credentials, Filter.Equal("credential_name", name)), cancellationToken);
        return rows.Count > 0 ? Shown(rows[0])
            : configuration.View.FileCredentials.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal)) is { } own ? Shown(own)
            : throw NotFound(name);
    }

    /// <summary>What a deployment uses, as a credential that could be made of it.</summary>
    public JsonNode ByModel(AdminCaller caller, string modelId)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Internal);
        var deployment = deployments.Find(modelId) ?? throw AdminException.Of(ErrorGroup.Internal, 404, "Model not found");
        return Shown($"{deployment.ModelGroup}-credential-{modelId}", deployments.Of(modelId) ?? [], []);
    }

    /// <summary>There is no such credential.</summary>
    public static AdminException NotFound(string name) =>
        AdminException.Of(ErrorGroup.Internal, 404, $"Credential not found. Got credential name: {name}");

    private JsonObject Shown(JsonObject row) => Shown(
        ModelRows.Text(row["credential_name"])!, models.Open(row["credential_values"]), row["credential_info"]?.DeepClone() as JsonObject ?? []);

    private static JsonObject Shown(CredentialView credential) =>
        Shown(credential.Name, credential.Values, credential.Info.DeepClone().AsObject());

    private static JsonObject Shown(string name, JsonObject values, JsonObject info)
    {
        var masked = new JsonObject();
        foreach (var (key, value) in values)
        {
            masked[key] = value is JsonValue text && text.GetValueKind() == JsonValueKind.String
                ? SecretNames.IsReference(text.GetValue<string>()) ? text.GetValue<string>() : SecretNames.Start(text.GetValue<string>())
                : value is JsonObject or JsonArray ? SecretNames.Mask : value?.DeepClone();
        }

        return new JsonObject { ["credential_name"] = name, ["credential_values"] = masked, ["credential_info"] = info };
    }
}
