using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Management.Configuration;

namespace Tollgate.Management.Models;

/// <summary>One deployment as <c>/model/info</c> shows it (admin-api.md 13.7): facts of the map, overlaid by the operator's.</summary>
public sealed class ModelInfo(IModelMap map)
{
    /// <summary>Removed from the answer, and no others: clients compare the rest with what they configured.</summary>
    private static readonly string[] Secrets =
    [
        "api_key", "client_secret", "azure_ad_token", "azure_password", "aws_access_key_id", "aws_secret_access_key", "aws_session_token",
        "vertex_credentials",
    ];

    /// <summary>Members that are always there, null when nobody knows.</summary>
    private static readonly string[] Always =
    [
        "max_tokens", "max_input_tokens", "max_output_tokens", "input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost",
        "litellm_provider", "mode", "supports_system_messages", "supports_response_schema", "supports_vision", "supports_function_calling",
        "supports_tool_choice", "supports_prompt_caching", "supports_audio_input", "supports_audio_output", "supports_pdf_input",
        "supports_reasoning", "supports_web_search", "supported_openai_params", "tpm", "rpm", "team_id", "team_public_model_name",
        "created_at", "updated_at", "created_by", "updated_by",
    ];

    private static readonly string[] OfAllChat = ["temperature", "top_p", "max_tokens", "max_completion_tokens", "stream", "stream_options", "stop", "seed", "user"];

    /// <summary>The answer's item.</summary>
    public JsonObject Describe(DeploymentView deployment)
    {
        var info = Facts(deployment);
        info["id"] = deployment.Id;
        info["db_model"] = deployment.IsStored;
        info["blocked"] = deployment.Blocked || IsTrue(info["blocked"]);
        info["direct_access"] = deployment.TeamId is null;
        if (info["access_groups"] is not JsonArray)
        {
            info["access_groups"] = new JsonArray();
        }

        if (deployment.Overrides.Count > 0)
        {
            info["overrides"] = new JsonArray([.. deployment.Overrides.Select(static name => JsonValue.Create(name))]);
        }

        if (deployment.Error is { } error)
        {
            info["error"] = error;
            info["config_error"] = string.Equals(error, "undecryptable", StringComparison.Ordinal) ? "cannot decrypt: wrong LITELLM_SALT_KEY?" : error;
        }

        return new JsonObject
        {
            ["model_name"] = deployment.TeamPublicName ?? deployment.ModelName,
            ["litellm_params"] = Params(deployment),
            ["model_info"] = info,
        };
    }

    /// <summary>Facts of the map with the operator's over them.</summary>
    public JsonObject Facts(DeploymentView deployment)
    {
        var (provider, model) = map.Resolve(deployment.Model, ModelRows.Text(deployment.Params["custom_llm_provider"]), ModelRows.Text(deployment.Params["api_base"]));
        var baseModel = ModelRows.Text(deployment.Info["base_model"]) ?? ModelRows.Text(deployment.Params["base_model"]);
        var facts = map.Find(provider, model, baseModel);
        var info = new JsonObject { ["id"] = null, ["db_model"] = null, ["key"] = ModelRows.Text(facts?["key"]) ?? deployment.ModelName };
        foreach (var name in Always)
        {
            info[name] = facts?[name]?.DeepClone();
        }

        info["litellm_provider"] ??= provider;
        foreach (var (name, value) in facts ?? [])
        {
            info[name] = value?.DeepClone();
        }

        info["supported_openai_params"] ??= SupportedParams(facts);
        foreach (var (name, value) in deployment.Params.Where(static member => member.Key.Contains("_cost_per_", StringComparison.Ordinal)).Concat(deployment.Info))
        {
            if (value is not null)
            {
                info[name] = value.DeepClone();
            }
        }

        return info;
    }

    /// <summary>True for a JSON true.</summary>
    public static bool IsTrue(JsonNode? node) => node?.GetValueKind() == JsonValueKind.True;

    private static JsonArray? SupportedParams(JsonObject? facts)
    {
        if (facts is null || ModelRows.Text(facts["mode"]) is not (null or "chat" or "responses"))
        {
            return null;
        }

        var names = OfAllChat.ToList();
        if (IsTrue(facts["supports_function_calling"]))
        {
            names.AddRange(["tools", "tool_choice", "parallel_tool_calls"]);
        }

        if (IsTrue(facts["supports_response_schema"]))
        {
            names.Add("response_format");
        }

        if (IsTrue(facts["supports_reasoning"]))
        {
            names.Add("reasoning_effort");
        }

        return new JsonArray([.. names.Select(static name => JsonValue.Create(name))]);
    }

    private JsonObject Params(DeploymentView deployment)
    {
        var shown = deployment.Params.DeepClone().AsObject();
        foreach (var name in Secrets)
        {
            shown.Remove(name);
        }

        shown.TryAdd("custom_llm_provider", map.Resolve(deployment.Model, null, ModelRows.Text(deployment.Params["api_base"])).Provider);
        shown.TryAdd("use_in_pass_through", JsonValue.Create(false));
        shown.TryAdd("merge_reasoning_content_in_choices", JsonValue.Create(false));
        return shown;
    }
}
