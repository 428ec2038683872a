using System.Text.Json.Nodes;
using Tollgate.Engine;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary><c>GET /model_group/info</c> (admin-api.md 13.10): what the deployments of a group offer together.</summary>
public sealed class ModelGroups(IGatewayConfiguration configuration, ModelInfo info, ModelAccess access, SnapshotHolder snapshots)
{
    private static readonly string[] Largest = ["max_input_tokens", "max_output_tokens", "input_cost_per_token", "output_cost_per_token", "input_cost_per_pixel"];

    private static readonly string[] Summed = ["tpm", "rpm"];

    private static readonly string[] Abilities =
    [
        "supports_parallel_function_calling", "supports_vision", "supports_web_search", "supports_url_context", "supports_reasoning",
        "supports_function_calling",
    ];

    /// <summary>Groups that the caller may call; those that are switched off as a whole are left out.</summary>
    public async Task<JsonNode?> RunAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var visible = await access.VisibleAsync(caller, teamId: null, cancellationToken);
        var groups = visible.Where(static d => d.Error is null).GroupBy(static d => d.TeamPublicName ?? d.ModelName, StringComparer.Ordinal)
            .Where(static group => group.Any(static d => !d.Blocked));
        if (query.Text("model_group") is { Length: > 0 } name)
        {
            var own = groups.Where(group => string.Equals(group.Key, name, StringComparison.Ordinal)).ToList();
            var wildcard = own.Count > 0 ? null : snapshots.Current.Models.Resolve(name)?.Deployments[0].Config.ModelGroup;
            groups = own.Count > 0 ? own : groups.Where(group => string.Equals(group.Key, wildcard, StringComparison.Ordinal));
            return Answer(groups.Select(group => Describe(name, group)));
        }

        return Answer(groups.Select(group => Describe(group.Key, group)));
    }

    private static JsonObject Answer(IEnumerable<JsonObject> groups) => new() { ["data"] = new JsonArray([.. groups]) };

    private JsonObject Describe(string name, IEnumerable<DeploymentView> deployments)
    {
        DeploymentView[] members = [.. deployments];
        JsonObject[] facts = [.. members.Select(info.Facts)];
        var group = new JsonObject
        {
            ["model_group"] = name,
            ["providers"] = Distinct(facts.Select(static f => ModelRows.Text(f["litellm_provider"]))),
        };
        foreach (var member in Largest)
        {
            group[member] = Numbers(facts, member).Cast<double?>().Max();
        }

        group["mode"] = facts.Select(static f => ModelRows.Text(f["mode"])).FirstOrDefault(static mode => mode is not null) ?? "chat";
        foreach (var member in Summed)
        {
            double[] numbers = [.. Numbers(members.Select(static d => d.Params), member)];
            group[member] = numbers.Length == 0 ? null : (long)numbers.Sum();
        }

        foreach (var member in Abilities)
        {
            group[member] = facts.Any(f => ModelInfo.IsTrue(f[member]));
        }

        group["supported_openai_params"] = Distinct(facts.SelectMany(static f => (f["supported_openai_params"] as JsonArray ?? []).Select(ModelRows.Text)));
        group["configurable_clientside_auth_params"] = members[0].Params["configurable_clientside_auth_params"]?.DeepClone();
        group["is_public_model_group"] = IsPublic(name);
        group["health_status"] = null;
        group["health_response_time"] = null;
        group["health_checked_at"] = null;
        return group;
    }

    private bool IsPublic(string name) =>
        (configuration.View.Sections["litellm_settings"]?["public_model_groups"] as JsonArray)?.Any(g => string.Equals(ModelRows.Text(g), name, StringComparison.Ordinal)) == true;

    private static JsonArray Distinct(IEnumerable<string?> texts) =>
        new([.. texts.OfType<string>().Distinct(StringComparer.Ordinal).Select(static text => JsonValue.Create(text))]);

    private static IEnumerable<double> Numbers(IEnumerable<JsonObject> objects, string name)
    {
        foreach (var item in objects)
        {
            if (item[name] is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.Number && value.TryGetValue(out double number))
            {
                yield return number;
            }
        }
    }
}
