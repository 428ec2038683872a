using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary><c>POST /model/delete</c> (admin-api.md 13.3).</summary>
public sealed class DeleteModel(ModelWrite write, ModelRows models, IGatewayConfiguration configuration, AuditLog audit)
{
    /// <summary>Takes a stored deployment away.</summary>
    public Task<JsonNode?> RunAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        var id = body.RequiredText("id");
        return write.RunAsync(
            id,
            async rows =>
            {
                if (await ModelRows.FindAsync(rows, id) is not { } row)
                {
                    ModelRights.RequireAdmin(caller, ErrorGroup.Auth);
                    var isInFile = configuration.View.Deployments.Any(d => string.Equals(d.Id, id, StringComparison.Ordinal));
                    throw AdminException.Of(ErrorGroup.Auth, 400, $"Model with id={id} not found in db{(isInFile ? " (defined in config)" : "")}");
                }

                var teamId = ModelRows.Text(row["model_info"]?["team_id"]);
                await ModelRights.RequireAsync(rows, caller, teamId);
                await rows.DeleteAsync(Tables.Models, Filter.Equal("model_id", id));
                await TeamModels.RemoveAsync(rows, models, caller, row);
                await audit.RecordAsync(rows, caller, AuditAction.Deleted, Tables.Models, id, row, null);
                if (teamId is not null)
                {
                    await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Team, teamId));
                }

                return (JsonNode?)new JsonObject { ["message"] = $"Model: {id} deleted successfully" };
            },
            cancellationToken);
    }
}
