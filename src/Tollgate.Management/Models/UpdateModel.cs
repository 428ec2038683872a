using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary><c>POST /model/update</c> in all its forms, <c>PATCH /model/{id}/update</c> (admin-api.md 13.2, 13.4).</summary>
public sealed class UpdateModel(
    ModelWrite write, ModelRows models, OverrideRows overrides, IGatewayConfiguration configuration, AuditLog audit)
{
    private const string InConfig = "Can't edit model. Model in config. Store model in db via /model/new. to edit.";

    /// <summary>Changes a deployment or a group; the members that are there say which.</summary>
    public Task<JsonNode?> RunAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        var info = body.Object("model_info");
        var id = ModelRows.Text(info?["id"]) ?? body.Text("model_id");
        if (body.Object("litellm_params") is { } parameters && id is not null)
        {
            var change = new RowChange(ModelParams.Read(parameters), info, NullRemoves: false, ReplacesInfo: true)
            {
                ModelName = body.Text("model_name"),
                Blocked = body.Flag("blocked"),
            };
            return UpdateRowAsync(caller, id, change, NotFound(400, "model not found"), cancellationToken);
        }

        // A model_info without an id is LiteLLM's form gone wrong; with one it may come without parameters.
        if (body.Has("litellm_params") || (info is not null && id is null))
        {
            throw AdminException.Of(ErrorGroup.Auth, 400, info is null ? "model_info not provided" : "model_info.id not provided");
        }

        if (info is not null && id is not null)
        {
            var change = new RowChange([], info, NullRemoves: false, ReplacesInfo: true) { ModelName = body.Text("model_name"), Blocked = body.Flag("blocked") };
            return UpdateRowAsync(caller, id, change, NotFound(400, "model not found"), cancellationToken);
        }

        return id is not null ? UpdateOneAsync(caller, id, body, cancellationToken)
            : body.Text("model_name") is { Length: > 0 } group ? UpdateGroupAsync(caller, group, body, cancellationToken)
            : throw AdminException.Of(ErrorGroup.Auth, 400, "model_info not provided");
    }

    /// <summary>Changes single members of a stored deployment; null removes.</summary>
    public Task<JsonNode?> PatchAsync(AdminCaller caller, string id, Fields body, CancellationToken cancellationToken)
    {
        var change = new RowChange(
            ModelParams.Read(body.Object("litellm_params") ?? []), body.Object("model_info"), NullRemoves: true, ReplacesInfo: false)
        {
            ModelName = body.Text("model_name"),
            Blocked = body.Flag("blocked"),
        };
        return UpdateRowAsync(caller, id, change, NotFound(404, $"Model {id} not found on proxy."), cancellationToken);
    }

    private Task<JsonNode?> UpdateRowAsync(
        AdminCaller caller, string id, RowChange change, AdminException notFound, CancellationToken cancellationToken) =>
        write.RunAsync(
            id,
            async rows =>
            {
                if (await ModelRows.FindAsync(rows, id) is { } row)
                {
                    return (JsonNode?)models.Answer(await ApplyAsync(rows, caller, row, change));
                }

                throw FindInFile(id) is null ? notFound : AdminException.Of(ErrorGroup.Auth, 400, InConfig);
            },
            cancellationToken);

    private Task<JsonNode?> UpdateOneAsync(AdminCaller caller, string id, Fields body, CancellationToken cancellationToken)
    {
        var change = ModelChange.Of(body.Json);
        return write.RunAsync(
            id,
            async rows =>
            {
                if (await ModelRows.FindAsync(rows, id) is { } row)
                {
                    var parts = new RowChange(change.ParamsWithBudget, change.Info, NullRemoves: true, ReplacesInfo: false)
                    {
                        ModelName = body.Text("model_name"),
                    };
                    return (JsonNode?)models.Answer(await ApplyAsync(rows, caller, row, parts));
                }

                var deployment = FindInFile(id) ?? throw NotFound(404, "model not found");
                if (body.Has("model_name") && !string.Equals(body.Text("model_name"), deployment.ModelName, StringComparison.Ordinal))
                {
                    throw AdminException.Of(ErrorGroup.Auth, 400, InConfig);
                }

                var own = new ModelChange(change.ParamsWithBudget, change.Info, []);
                write.RequireFit(deployment, own);
                await OverrideAsync(rows, caller, OverrideTarget.Deployment(id), own);
                return AnswerFor(deployment, own);
            },
            cancellationToken);
    }

    private Task<JsonNode?> UpdateGroupAsync(AdminCaller caller, string group, Fields body, CancellationToken cancellationToken)
    {
        var change = ModelChange.Of(body.Json);
        if (change.IsEmpty)
        {
            throw AdminException.Of(ErrorGroup.Auth, 400, "model_info not provided");
        }

        return write.RunAsync<JsonNode?>(
            group,
            async rows =>
            {
                var stored = await ModelRows.OfGroupAsync(rows, group);
                DeploymentView[] inFile = [.. configuration.View.Deployments.Where(d => !d.IsStored && string.Equals(d.ModelName, group, StringComparison.Ordinal))];
                if (stored.Count + inFile.Length == 0)
                {
                    throw NotFound(404, "model not found");
                }

                foreach (var deployment in inFile)
                {
                    write.RequireFit(deployment, change);
                }

                await ChangeGroupAsync(rows, caller, group, change, stored, inFile.Length > 0);
                return GroupAnswer(group, change, stored, inFile);
            },
            cancellationToken);
    }

    private async Task ChangeGroupAsync(
        IRowWriter rows, AdminCaller caller, string group, ModelChange change, IReadOnlyList<JsonObject> stored, bool isInFile)
    {
        // Several deployments share a budget, one has it itself (admin-api.md 13.5).
        var isOneRow = stored.Count == 1 && !isInFile;
        foreach (var row in stored)
        {
            var parameters = isOneRow ? change.ParamsWithBudget : change.Params;
            await ApplyAsync(rows, caller, row, new RowChange(parameters, change.Info, NullRemoves: true, ReplacesInfo: false));
        }

        var shared = isInFile ? change : new ModelChange([], [], isOneRow ? [] : change.Budget);
        if (!shared.IsEmpty)
        {
            await OverrideAsync(rows, caller, OverrideTarget.Group(group), shared);
        }
    }

    private async Task OverrideAsync(IRowWriter rows, AdminCaller caller, OverrideTarget target, ModelChange change)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Auth);
        var (before, after) = await overrides.ChangeAsync(rows, target, change);
        await audit.RecordAsync(rows, caller, AuditAction.Updated, Tables.Models, target.Id, before, after);
    }

    private async Task<JsonObject> ApplyAsync(IRowWriter rows, AdminCaller caller, JsonObject row, RowChange change)
    {
        var id = ModelRows.Text(row["model_id"])!;
        var info = row["model_info"] as JsonObject ?? [];
        var teamId = ModelRows.Text(info["team_id"]);
        await ModelRights.RequireAsync(rows, caller, teamId);
        var after = row.DeepClone().AsObject();
        after["litellm_params"] = models.Merge(row["litellm_params"], change.Params, change.NullRemoves);
        ModelRights.CheckParams(caller, change.Params, models.Open(after["litellm_params"]));
        after["model_info"] = change.InfoOver(info);
        if (change.BlockedOver() is { } blocked)
        {
            after["blocked"] = blocked;
        }

        if (change.ModelName is { Length: > 0 } name)
        {
            Rename(after, name, teamId);
        }

        after["updated_at"] = models.Now;
        after["updated_by"] = caller.ChangedBy;
        write.RequireFit(ModelRows.Text(after["model_name"])!, models.Open(after["litellm_params"]), after["model_info"]!.AsObject());
        await rows.UpdateAsync(Tables.Models, Filter.Equal("model_id", id), Written(after));
        await audit.RecordAsync(rows, caller, AuditAction.Updated, Tables.Models, id, row, after);
        return after;
    }

    // The name of a team's model in the row is internal; what is renamed is the one that the team calls it by.
    private static void Rename(JsonObject row, string name, string? teamId)
    {
        if (teamId is null)
        {
            row["model_name"] = name;
        }
        else if (!string.Equals(ModelRows.Text(row["model_name"]), name, StringComparison.Ordinal))
        {
            row["model_info"]!["team_public_model_name"] = name;
        }
    }

    private static JsonObject Written(JsonObject row) => new(
        ((string[])["model_name", "litellm_params", "model_info", "blocked", "updated_at", "updated_by"])
            .Where(row.ContainsKey).Select(name => KeyValuePair.Create(name, row[name]?.DeepClone())));

    private DeploymentView? FindInFile(string id) =>
        configuration.View.Deployments.FirstOrDefault(d => !d.IsStored && string.Equals(d.Id, id, StringComparison.Ordinal));

    private static JsonObject AnswerFor(DeploymentView deployment, ModelChange change)
    {
        var parameters = OverrideRows.Merge(deployment.Params, SecretNames.Masked(change.Params, SecretNames.Ends));
        var info = OverrideRows.Merge(deployment.Info, change.Info);
        info["id"] = deployment.Id;
        info["db_model"] = false;
        string[] names = [.. change.Params.Concat(change.Info).Where(static member => member.Value is not null).Select(static member => member.Key)];
        info["overrides"] = new JsonArray([.. deployment.Overrides.Union(names, StringComparer.Ordinal).Select(static name => JsonValue.Create(name))]);
        return new JsonObject
        {
            ["model_id"] = deployment.Id,
            ["model_name"] = deployment.ModelName,
            ["litellm_params"] = parameters,
            ["model_info"] = info,
            ["blocked"] = info["blocked"]?.DeepClone() ?? false,
        };
    }

    private static JsonObject GroupAnswer(string group, ModelChange change, IReadOnlyList<JsonObject> stored, DeploymentView[] inFile)
    {
        var updated = new JsonArray();
        foreach (var row in stored)
        {
            updated.Add(new JsonObject { ["model_id"] = row["model_id"]?.DeepClone(), ["source"] = "db" });
        }

        foreach (var deployment in inFile)
        {
            updated.Add(new JsonObject { ["model_id"] = deployment.Id, ["source"] = "config" });
        }

        var answer = new JsonObject { ["model_name"] = group, ["updated_models"] = updated };
        foreach (var (name, value) in SecretNames.Masked(change.ParamsWithBudget, SecretNames.Ends).Concat(change.Info))
        {
            answer[name] = value?.DeepClone();
        }

        return answer;
    }

    private static AdminException NotFound(int status, string message) =>
        status == 404 ? AdminException.Proxy(404, message, "not_found_error") : AdminException.Of(ErrorGroup.Auth, status, message);
}
