using System.Text.Json.Nodes;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary>The cost map (admin-api.md 13.11): the shipped catalogue, and prices that were imported or fetched.</summary>
public sealed class CostMap(IModelMap map, IRemotePrices remote, IGatewayConfiguration configuration, TimeProvider time)
{
    /// <summary>Fetches the prices where an address is set, and reads them again from where they are kept.</summary>
    public async Task<JsonNode?> ReloadAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        CheckAdmin(caller);
        var count = map.Count;
        if (remote.Url is not null)
        {
            try
            {
                count = await remote.FetchAsync(cancellationToken);
            }
            catch (RemotePricesException failure)
            {
                throw AdminException.Detail(500, $"Failed to reload model cost map: {failure.Message}");
            }
        }

        var outcome = await configuration.ReloadAsync(cancellationToken);
        return outcome.IsApplied
            ? new JsonObject
            {
                ["message"] = $"Price data reloaded successfully! {count} models updated.",
                ["status"] = "success",
                ["models_count"] = count,
                ["timestamp"] = Timestamps.Text(time.GetUtcNow()),
            }
            : throw AdminException.Detail(500, "Price data could not be reloaded; the old data stays in force.");
    }

    /// <summary>Where the map comes from.</summary>
    public JsonNode Source() => new JsonObject
    {
        ["source"] = remote.FetchedAt is null ? "local" : "remote",
        ["url"] = remote.Url,
        ["is_env_forced"] = remote.IsForcedLocal,
        ["fallback_reason"] = remote.Url is not null && remote.FetchedAt is null ? "not fetched yet" : null,
        ["model_count"] = map.Count,
    };

    /// <summary>The map as it is sent.</summary>
    public CostMapText Whole => map.Whole;

    /// <summary>Prices are an administrator's business.</summary>
    /// <exception cref="AdminException">403.</exception>
    internal static void CheckAdmin(AdminCaller caller)
    {
        if (!caller.IsAdmin)
        {
            throw AdminException.Detail(403, $"Access denied. Admin role required. Current role: {caller.RoleName}");
        }
    }
}
