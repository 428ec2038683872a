using System.Text.Json.Nodes;
using Tollgate.Engine;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary>The cost map (admin-api.md 13.11): the shipped catalogue, and prices that the operator imported.</summary>
public sealed class CostMap(IModelMap map, IGatewayConfiguration configuration, SnapshotHolder snapshots, TimeProvider time)
{
    private const string Url = "LITELLM_MODEL_COST_MAP_URL";

    /// <summary>Reads the prices again from where they are kept.</summary>
    public async Task<JsonNode?> ReloadAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
        {
            throw AdminException.Detail(403, $"Access denied. Admin role required. Current role: {caller.RoleName}");
        }

        if (snapshots.Current.Config.Environment.ContainsKey(Url))
        {
            throw AdminException.Detail(500, $"{Url} is not fetched by the gateway; import the file with the command 'tollgate prices import'.");
        }

        var outcome = await configuration.ReloadAsync(cancellationToken);
        return outcome.IsApplied
            ? new JsonObject
            {
                ["message"] = $"Price data reloaded successfully! {map.Count} models updated.",
                ["status"] = "success",
                ["models_count"] = map.Count,
                ["timestamp"] = Timestamps.Text(time.GetUtcNow()),
            }
            : throw AdminException.Detail(500, "Price data could not be reloaded; the old data stays in force.");
    }

    /// <summary>Where the map comes from.</summary>
    public JsonNode Source() => new JsonObject
    {
        ["source"] = "local",
        ["url"] = null,
        ["is_env_forced"] = false,
        ["fallback_reason"] = null,
        ["model_count"] = map.Count,
    };

    /// <summary>The map as UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> Whole => map.Whole;
}
