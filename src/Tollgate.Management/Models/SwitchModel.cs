using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary><c>POST /model/disable</c>, <c>/model/enable</c>, <c>/model/block</c>, <c>/model/unblock</c> (admin-api.md 13.6).</summary>
public sealed class SwitchModel(
    ModelWrite write, ModelRows models, OverrideRows overrides, IGatewayConfiguration configuration, AuditLog audit)
{
    /// <summary>Switches a deployment or all of a group off or on. Doing it twice is no error.</summary>
    public Task<JsonNode?> RunAsync(AdminCaller caller, Fields body, bool blocked, CancellationToken cancellationToken)
    {
        var id = body.Text("model_id") ?? body.Text("id");
        var group = id is null ? body.Text("model_name") : null;
        if (string.IsNullOrEmpty(id) && string.IsNullOrEmpty(group))
        {
            throw AdminException.Of(ErrorGroup.Auth, 400, "model_name or model_id is required");
        }

        return write.RunAsync<JsonNode?>(
            id ?? group!,
            async rows =>
            {
                var stored = id is not null
                    ? await ModelRows.FindAsync(rows, id) is { } one ? [one] : []
                    : await ModelRows.OfGroupAsync(rows, group!);
                DeploymentView[] inFile = [.. configuration.View.Deployments.Where(d => !d.IsStored && (id is not null
                    ? string.Equals(d.Id, id, StringComparison.Ordinal)
                    : string.Equals(d.ModelName, group, StringComparison.Ordinal)))];
                if (stored.Count + inFile.Length == 0)
                {
                    throw AdminException.Proxy(404, $"Model {id ?? group} not found", "not_found_error");
                }

                foreach (var row in stored)
                {
                    await SwitchAsync(rows, caller, row, blocked);
                }

                if (inFile.Length > 0)
                {
                    await OverrideAsync(rows, caller, id, group, inFile, blocked);
                }

                return Answer(group ?? (stored.Count > 0 ? ModelRows.Text(stored[0]["model_name"])! : inFile[0].ModelName), id, stored, inFile, blocked);
            },
            cancellationToken);
    }

    private async Task SwitchAsync(IRowWriter rows, AdminCaller caller, JsonObject row, bool blocked)
    {
        var info = row["model_info"]?.DeepClone() as JsonObject ?? [];
        await ModelRights.RequireAsync(rows, caller, ModelRows.Text(info["team_id"]));
        info.Remove("blocked");
        var id = ModelRows.Text(row["model_id"])!;
        var changes = new JsonObject
        {
            ["blocked"] = blocked,
            ["model_info"] = info,
            ["updated_at"] = models.Now,
            ["updated_by"] = caller.ChangedBy,
        };
        await rows.UpdateAsync(Tables.Models, Filter.Equal("model_id", id), changes);
        await RecordAsync(rows, caller, id, blocked);
    }

    private async Task OverrideAsync(IRowWriter rows, AdminCaller caller, string? id, string? group, DeploymentView[] inFile, bool blocked)
    {
        ModelRights.RequireAdmin(caller, ErrorGroup.Auth);
        if (id is not null)
        {
            await overrides.ChangeAsync(rows, OverrideTarget.Deployment(id), Change(JsonValue.Create(blocked)));
            await RecordAsync(rows, caller, id, blocked);
            return;
        }

        await overrides.ChangeAsync(rows, OverrideTarget.Group(group!), Change(JsonValue.Create(blocked)));
        foreach (var deployment in inFile)
        {
            // The group's word is the last one: what was said of a single deployment before is taken back.
            await overrides.ChangeAsync(rows, OverrideTarget.Deployment(deployment.Id), Change(null));
            await RecordAsync(rows, caller, deployment.Id, blocked);
        }
    }

    private Task RecordAsync(IRowWriter rows, AdminCaller caller, string id, bool blocked) => audit.RecordAsync(
        rows, caller, blocked ? AuditAction.Blocked : AuditAction.Unblocked, Tables.Models, id, new JsonObject { ["blocked"] = !blocked },
        new JsonObject { ["blocked"] = blocked });

    private static ModelChange Change(JsonNode? blocked) => new([], new JsonObject { ["blocked"] = blocked }, []);

    private static JsonObject Answer(string name, string? id, IReadOnlyList<JsonObject> stored, DeploymentView[] inFile, bool blocked) => new()
    {
        ["message"] = $"Model {id ?? name} {(blocked ? "disabled" : "enabled")}",
        ["model_name"] = name,
        ["model_ids"] = new JsonArray([.. stored.Select(static row => row["model_id"]?.DeepClone()), .. inFile.Select(static d => JsonValue.Create(d.Id))]),
        ["disabled"] = blocked,
        ["blocked"] = blocked,
    };
}
