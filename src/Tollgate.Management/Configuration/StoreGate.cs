using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Configuration;

/// <summary>Whether models and settings may be written to the database, and the switch that the first write sets (admin-api.md C15).</summary>
public sealed class StoreGate(IGatewayConfiguration configuration)
{
    private const string Section = "general_settings";
    private const string Key = "store_model_in_db";

    /// <summary>Lets a write pass or says why not and how to change that.</summary>
    public async Task RequireAsync(CancellationToken cancellationToken)
    {
        if (!configuration.View.StoreIsOn)
        {
            // The rows may not have been read yet, or another replica has just switched it on.
            await configuration.RefreshAsync(cancellationToken);
        }

        var view = configuration.View;
        if (view.Store is StoreMode.Off)
        {
            // COMPAT: LiteLLM's status and text, which its dashboard shows (admin-api.md 13).
            throw AdminException.Of(ErrorGroup.Auth, 500, "Set 'STORE_MODEL_IN_DB='True'' in your env to enable this feature.");
        }

        if (!view.StoreIsOn)
        {
            throw AdminException.Of(
                ErrorGroup.Auth,
                400,
                "Models and settings are not kept in this database, because it was not made by this gateway. Set general_settings.store_model_in_db: true "
                + "in the configuration file, or STORE_MODEL_IN_DB=True in the environment, to enable this feature.");
        }
    }

    /// <summary>Within the transaction of a write: records that models are kept here, when nobody had said so.</summary>
    public async Task RecordAsync(IRowWriter rows)
    {
        if (configuration.View.Store is not StoreMode.Unset)
        {
            return;
        }

        var row = await rows.FindAsync(Tables.Config, Section);
        var values = row?["param_value"]?.DeepClone() as JsonObject ?? [];
        values[Key] = true;
        await rows.UpsertAsync(Tables.Config, new JsonObject { ["param_name"] = Section, ["param_value"] = values });
    }
}
