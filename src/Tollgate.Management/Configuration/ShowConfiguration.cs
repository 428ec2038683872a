using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;

namespace Tollgate.Management.Configuration;

/// <summary><c>GET /config</c> (admin-api.md 16.1): what is in force, without secrets.</summary>
public sealed class ShowConfiguration(IGatewayConfiguration configuration, SnapshotHolder snapshots, IDatabase database)
{
    /// <summary>Release of LiteLLM whose behaviour is the baseline.</summary>
    private const string Version = "1.81.0";

    private static readonly string[] First = ["general_settings", "litellm_settings", "router_settings"];

    /// <summary>All of it, or one section.</summary>
    public JsonNode Run(AdminCaller caller, string? section)
    {
        ModelRights.RequireViewer(caller, ErrorGroup.Detail);
        var all = All();
        return string.IsNullOrEmpty(section) ? all
            : all.TryGetPropertyValue(section, out var value) ? new JsonObject { [section] = value?.DeepClone() }
            : throw AdminException.Detail(400, $"Unknown section '{section}'. Sections: {string.Join(", ", all.Select(static member => member.Key))}");
    }

    private JsonObject All()
    {
        var view = configuration.View;
        var config = snapshots.Current.Config;
        var answer = new JsonObject();
        foreach (var name in First)
        {
            answer[name] = view.Sections[name]?.DeepClone() as JsonObject ?? [];
        }

        var general = answer["general_settings"]!.AsObject();
        if (config.General.MasterKey is { } key)
        {
            general["master_key"] = key.Length > 8 ? SecretNames.Mask + key[^2..] : SecretNames.Mask;
        }

        general["store_model_in_db"] = view.StoreIsOn;
        answer["model_list"] = new JsonArray([.. view.Deployments.Select(Shown)]);
        foreach (var (name, value) in view.Sections)
        {
            answer.TryAdd(name, value?.DeepClone());
        }

        var status = database.Status;
        answer["database"] = new JsonObject
        {
            ["configured"] = true,
            ["connected"] = status.IsReady,
            ["kind"] = database.Kind is DatabaseKind.PostgreSql ? "postgresql" : "sqlite",
        };
        answer["cache"] = CacheIn(view);
        answer["budget_tracking"] = new JsonObject
        {
            ["enabled"] = status.IsReady && !config.Spend.DisableUpdates,
            ["spend_logs"] = !config.Spend.DisableLogs,
            ["max_budget"] = (double)config.Budgets.GlobalMax,
            ["budget_duration"] = config.Budgets.GlobalDuration,
            ["provider_budgets"] = new JsonArray([.. config.Budgets.Providers.Select(static provider => JsonValue.Create(provider.Name))]),
        };
        answer["config_file"] = view.ConfigFile;
        answer["field_sources"] = view.Sources.DeepClone();
        answer["version"] = Version;
        return answer;
    }

    private static JsonObject Shown(DeploymentView deployment)
    {
        var info = deployment.Info.DeepClone().AsObject();
        info["id"] = deployment.Id;
        info["db_model"] = deployment.IsStored;
        info["blocked"] = deployment.Blocked;
        return new JsonObject
        {
            ["model_name"] = deployment.ModelName,
            ["litellm_params"] = deployment.Params.DeepClone(),
            ["model_info"] = info,
        };
    }

    private static JsonObject CacheIn(ConfigurationView view)
    {
        var settings = view.Sections["litellm_settings"] as JsonObject;
        return new JsonObject
        {
            ["enabled"] = ModelInfo.IsTrue(settings?["cache"]),
            ["type"] = ModelInfo.IsTrue(settings?["cache"]) ? ModelRows.Text(settings?["cache_params"]?["type"]) ?? "local" : null,
        };
    }
}
