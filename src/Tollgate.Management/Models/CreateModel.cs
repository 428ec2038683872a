using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary><c>POST /model/new</c> (admin-api.md 13.1).</summary>
public sealed class CreateModel(ModelWrite write, ModelRows models, IGatewayConfiguration configuration, AuditLog audit)
{
    /// <summary>Stores a deployment and puts it in force.</summary>
    public async Task<JsonNode?> RunAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        var name = body.RequiredText("model_name");
        if (name.Length == 0)
        {
            throw body.Fault("value_error", "model_name", "Value error, model_name must not be empty", null);
        }

        if (!body.Has("litellm_params"))
        {
            throw AdminException.Invalid(new ValidationFault("missing", ["body", "litellm_params"], "Field required", null));
        }

        var given = body.Object("litellm_params") ?? throw body.Fault("dict_type", "litellm_params", "Input should be a valid dictionary", null);
        ModelParams.Model(given);
        var parameters = ModelParams.Read(given);
        var info = body.Object("model_info")?.DeepClone() as JsonObject ?? [];
        var id = IdOf(info);
        var teamId = ModelRows.Text(info["team_id"]);
        return await write.RunAsync(
            id,
            async rows =>
            {
                await ModelRights.RequireAsync(rows, caller, teamId);
                ModelRights.CheckParams(caller, parameters, parameters);
                await RequireNewAsync(rows, id);
                var stored = teamId is null ? name : await TeamModels.AddAsync(rows, models, caller, teamId, name, info);
                write.RequireFit(stored, parameters, info);
                var row = RowOf(caller, id, stored, parameters, info);
                await rows.InsertAsync(Tables.Models, row);
                await audit.RecordAsync(rows, caller, AuditAction.Created, Tables.Models, id, null, row);
                if (teamId is not null)
                {
                    await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Team, teamId));
                }

                return (JsonNode?)models.Answer(row);
            },
            cancellationToken);
    }

    private static string IdOf(JsonObject info)
    {
        var id = info["id"] switch
        {
            null => Guid.NewGuid().ToString(),
            JsonValue value when value.TryGetValue(out string? text) && text.Length > 0 => text,
            var other => throw AdminException.Invalid(
                new ValidationFault("string_type", ["body", "model_info", "id"], "Input should be a valid string", other)),
        };
        info["id"] = id;
        info["db_model"] = true;
        return id;
    }

    private async Task RequireNewAsync(IRowWriter rows, string id)
    {
        var isTaken = configuration.View.Deployments.Any(deployment => string.Equals(deployment.Id, id, StringComparison.Ordinal));
        if (isTaken || await ModelRows.FindAsync(rows, id) is not null)
        {
            throw AdminException.Proxy(400, $"Model with id {id} already exists", "bad_request_error");
        }
    }

    private JsonObject RowOf(AdminCaller caller, string id, string name, JsonObject parameters, JsonObject info)
    {
        var now = models.Now;
        var blocked = info["blocked"] is JsonValue value && value.TryGetValue(out bool isBlocked) && isBlocked;
        info.Remove("blocked");
        return new JsonObject
        {
            ["model_id"] = id,
            ["model_name"] = name,
            ["litellm_params"] = models.Seal(parameters),
            ["model_info"] = info.DeepClone(),
            ["blocked"] = blocked,
            ["created_at"] = now,
            ["created_by"] = caller.ChangedBy,
            ["updated_at"] = now,
            ["updated_by"] = caller.ChangedBy,
        };
    }
}
