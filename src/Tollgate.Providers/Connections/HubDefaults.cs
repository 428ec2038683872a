using System.Text.Json;
using Tollgate.Engine.Configuration;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Connections;

/// <summary>Request parameters of a deployment (<c>litellm_params</c>), which are written in OpenAI's words, in a request of no dialect.</summary>
internal static class HubDefaults
{
    /// <summary>Sets what the client has not said; <c>extra_body</c> is passed on as it is.</summary>
    public static void Apply(DeploymentConfig deployment, ChatRequest request)
    {
        foreach (var member in deployment.DefaultParams)
        {
            Apply(request, member);
        }

        foreach (var member in deployment.ExtraBody)
        {
            request.Configured.Add(new HubMember(member.Name, JsonElement.Parse(member.Json.Span)));
        }
    }

    private static void Apply(ChatRequest request, JsonMember member)
    {
        var value = JsonElement.Parse(member.Json.Span);
        switch (member.Name)
        {
            case "max_tokens" or "max_completion_tokens":
                request.MaxOutputTokens ??= value.Count();
                break;
            case "temperature":
                request.Temperature ??= value.Number();
                break;
            case "top_p":
                request.TopP ??= value.Number();
                break;
            case "top_k":
                request.TopK ??= value.Count();
                break;
            case "frequency_penalty":
                request.FrequencyPenalty ??= value.Number();
                break;
            case "presence_penalty":
                request.PresencePenalty ??= value.Number();
                break;
            case "seed":
                request.Seed ??= value.Count();
                break;
            case "reasoning_effort" when value.Text() is { } effort:
                request.Reasoning ??= new ReasoningRequest { Effort = effort };
                break;
            case "stop" when request.Stop.Count == 0:
                AddStops(request, value);
                break;
            default:
                if (!ChatParameters.All.Contains(member.Name, StringComparer.Ordinal))
                {
                    request.Configured.Add(new HubMember(member.Name, value));
                }

                break;
        }
    }

    private static void AddStops(ChatRequest request, JsonElement value)
    {
        if (value.Text() is { } one)
        {
            request.Stop.Add(one);
        }
        else if (value.ValueKind is JsonValueKind.Array)
        {
            foreach (var text in value.EnumerateArray().Select(static item => item.Text()).OfType<string>())
            {
                request.Stop.Add(text);
            }
        }
    }
}
