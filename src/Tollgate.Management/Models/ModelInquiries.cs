using System.Text.Json.Nodes;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;
using Tollgate.Management.Spend;

namespace Tollgate.Management.Models;

/// <summary><c>/utils/token_counter</c> and <c>/utils/supported_openai_params</c> (admin-api.md 19).</summary>
public sealed class ModelInquiries(ICostEstimator prices, ModelInfo info, IModelMap map, IGatewayConfiguration configuration)
{
    /// <summary>How many tokens a prompt has: the estimate that is charged where an upstream reports no usage.</summary>
    public JsonNode CountTokens(Fields body)
    {
        var model = body.RequiredText("model");
        var texts = new JsonArray();
        foreach (var name in (ReadOnlySpan<string>)["prompt", "messages", "contents"])
        {
            if (body.Any(name) is { } value)
            {
                texts.Add(value.DeepClone());
            }
        }

        if (texts.Count == 0)
        {
            throw AdminException.Detail(400, "prompt or messages or contents must be provided");
        }

        foreach (var name in (ReadOnlySpan<string>)["system", "tools"])
        {
            if (body.Any(name) is { } value)
            {
                texts.Add(value.DeepClone());
            }
        }

        return new JsonObject
        {
            ["total_tokens"] = prices.CountTokens(model, texts is [JsonArray messages] ? messages : texts),
            ["request_model"] = model,
            ["model_used"] = Deployment(model)?.Model.Split('/', 2)[^1] ?? model,
            ["tokenizer_type"] = "openai_tokenizer",
            ["original_response"] = null,
            ["error"] = false,
            ["error_message"] = null,
            ["status_code"] = null,
        };
    }

    /// <summary>Parameters that a model takes, by its name here or its provider's.</summary>
    public JsonNode SupportedParams(Fields query)
    {
        var model = query.RequiredText("model");
        var (provider, name) = map.Resolve(model, null, null);
        var deployment = Deployment(model) ?? (map.Find(provider, name, null) is null ? null
            : new DeploymentView("", model, new JsonObject { ["model"] = model }, []));
        return deployment is null
            ? throw AdminException.Detail(400, $"Could not map model={model}")
            : new JsonObject { ["supported_openai_params"] = info.Facts(deployment)["supported_openai_params"]?.DeepClone() ?? new JsonArray() };
    }

    private DeploymentView? Deployment(string name) =>
        configuration.View.Deployments.FirstOrDefault(d => string.Equals(d.ModelName, name, StringComparison.Ordinal));
}
