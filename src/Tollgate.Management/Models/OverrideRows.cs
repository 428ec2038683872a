using System.Text.Json.Nodes;
using Tollgate.Data.Rows;

namespace Tollgate.Management.Models;

/// <summary>
/// Changes of models that the file defines, kept in our own table: <c>litellm_params</c> (texts encrypted), <c>model_info</c>, and for groups
/// <c>budget</c>. Laid over the file at every load.
/// </summary>
public sealed class OverrideRows(ModelRows models)
{
    /// <summary>Lays values over one deployment or a group; null takes an override away.</summary>
    /// <returns>The override before and after.</returns>
    public async Task<(JsonObject? Before, JsonObject After)> ChangeAsync(IRowWriter rows, OverrideTarget target, ModelChange change)
    {
        var row = await rows.FindAsync(Tables.ModelOverrides, target.Scope, target.Id);
        var before = row?["data"] as JsonObject;
        var data = before?.DeepClone() as JsonObject ?? [];
        Lay(data, "litellm_params", models.Merge(data["litellm_params"], change.Params, nullRemoves: true));
        Lay(data, "model_info", Merge(data["model_info"] as JsonObject, change.Info));
        Lay(data, "budget", Merge(data["budget"] as JsonObject, change.Budget));
        if (data.Count == 0)
        {
            await rows.DeleteAsync(
                Tables.ModelOverrides, Filter.All(Filter.Equal("scope", target.Scope), Filter.Equal("id", target.Id)));
        }
        else
        {
            await rows.UpsertAsync(
                Tables.ModelOverrides, new JsonObject { ["scope"] = target.Scope, ["id"] = target.Id, ["data"] = data.DeepClone() });
        }

        return (before, data);
    }

    /// <summary>Values with changes applied; null removes.</summary>
    public static JsonObject Merge(JsonObject? values, JsonObject changes)
    {
        var merged = values?.DeepClone() as JsonObject ?? [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                merged.Remove(name);
            }
            else
            {
                merged[name] = value.DeepClone();
            }
        }

        return merged;
    }

    private static void Lay(JsonObject data, string name, JsonObject values)
    {
        data.Remove(name);
        if (values.Count > 0)
        {
            data[name] = values;
        }
    }
}

/// <summary>What an override changes.</summary>
/// <param name="Scope"><c>id</c> for a deployment, <c>group</c> for all deployments of the file in a group.</param>
/// <param name="Id">Deployment id or group name.</param>
public readonly record struct OverrideTarget(string Scope, string Id)
{
    /// <summary>One deployment.</summary>
    public static OverrideTarget Deployment(string id) => new("id", id);

    /// <summary>A model group.</summary>
    public static OverrideTarget Group(string name) => new("group", name);
}

/// <summary>Values to change; a null member takes the value away.</summary>
/// <param name="Params">Of <c>litellm_params</c>, in clear.</param>
/// <param name="Info">Of <c>model_info</c>.</param>
/// <param name="Budget">Of a group's budget: <c>max_budget</c>, <c>budget_duration</c>.</param>
public sealed record ModelChange(JsonObject Params, JsonObject Info, JsonObject Budget)
{
    private static readonly string[] BudgetNames = ["max_budget", "budget_duration"];

    private static readonly string[] ParamNames =
    [
        "tpm", "rpm", "timeout", "max_retries", "api_base", "api_version", "api_key", "tags", "input_cost_per_token", "output_cost_per_token",
    ];

    private static readonly string[] InfoNames = ["base_model", "mode", "tier", "access_groups", "blocked"];

    /// <summary>True when nothing changes.</summary>
    public bool IsEmpty => Params.Count == 0 && Info.Count == 0 && Budget.Count == 0;

    /// <summary>The change that a body with values at its top level asks for (admin-api.md 13.4).</summary>
    public static ModelChange Of(JsonObject body)
    {
        var parameters = ModelParams.Read(Picked(body, [.. BudgetNames, .. ParamNames]));
        var budget = Picked(parameters, BudgetNames);
        foreach (var name in BudgetNames)
        {
            parameters.Remove(name);
        }

        // A budget that is taken away takes its period with it.
        if (budget.ContainsKey("max_budget") && budget["max_budget"] is null)
        {
            budget["budget_duration"] = null;
        }

        return new ModelChange(parameters, Picked(body, InfoNames), budget);
    }

    /// <summary>The same with the budget among the parameters: for a single deployment.</summary>
    public JsonObject ParamsWithBudget
    {
        get
        {
            var all = Params.DeepClone().AsObject();
            foreach (var (name, value) in Budget)
            {
                all[name] = value?.DeepClone();
            }

            return all;
        }
    }

    private static JsonObject Picked(JsonObject from, string[] names) =>
        new(names.Where(from.ContainsKey).Select(name => KeyValuePair.Create(name, from[name]?.DeepClone())));
}
