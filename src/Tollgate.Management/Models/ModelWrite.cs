using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Configuration;
using Tollgate.Management.Credentials;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;

namespace Tollgate.Management.Models;

/// <summary>
/// The frame of every change of the stored configuration: one transaction with the switch of C15, the change itself and the notice; then the
/// configuration is built anew, so that it is in force before the answer is sent.
/// </summary>
public sealed class ModelWrite(IDatabase database, IGatewayConfiguration configuration, StoreGate gate, ISecretBox secrets)
{
    /// <summary>Runs a change.</summary>
    /// <param name="id">What changes, for the notice.</param>
    /// <param name="work">The change with its audit record.</param>
    /// <param name="cancellationToken">The client has left. A change that was committed is put in force all the same.</param>
    /// <param name="opensGate">The change is the switch of C15 itself: it works while that is not on.</param>
    public async Task<T> RunAsync<T>(string id, Func<IRowWriter, Task<T>> work, CancellationToken cancellationToken, bool opensGate = false)
    {
        if (!opensGate)
        {
            await gate.RequireAsync(cancellationToken);
        }

        await secrets.PrepareAsync(cancellationToken);
        var answer = await database.WriteAsync(
            async rows =>
            {
                // Rows are read, changed and written whole: of two changes at once the first would be lost, and a name taken twice.
                await Locks.TakeAsync(rows, "configuration");
                if (!opensGate)
                {
                    await gate.RecordAsync(rows);
                }

                var made = await work(rows);
                await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Configuration, id));
                return made;
            },
            cancellationToken);
        await configuration.RefreshAsync(CancellationToken.None);
        return answer;
    }

    /// <summary>Refuses a deployment that would not be served.</summary>
    public void RequireFit(string modelName, JsonObject parameters, JsonObject info)
    {
        if (FaultOf(modelName, parameters, info) is { } fault)
        {
            throw AdminException.Of(ErrorGroup.Auth, 400, fault);
        }
    }

    /// <summary>Refuses a change of a deployment of the file that would not be served with it. What is wrong already is the file's own.</summary>
    public void RequireFit(DeploymentView deployment, ModelChange change)
    {
        var parameters = OverrideRows.Merge(deployment.Params, change.ParamsWithBudget);
        if (FaultOf(deployment.ModelName, parameters, OverrideRows.Merge(deployment.Info, change.Info)) is { } fault
            && FaultOf(deployment.ModelName, deployment.Params, deployment.Info) is null)
        {
            throw AdminException.Of(ErrorGroup.Auth, 400, fault);
        }
    }

    private string? FaultOf(string modelName, JsonObject parameters, JsonObject info) => configuration.FaultOf(new JsonObject
    {
        ["model_name"] = modelName,
        ["litellm_params"] = parameters.DeepClone(),
        ["model_info"] = info.DeepClone(),
    });
}
