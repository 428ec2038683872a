using System.Collections.Immutable;

namespace Tollgate.Wire.Hub;

/// <summary>
/// <c>additional_drop_params</c> of clients whose dialect is not OpenAI's: the names are OpenAI's (or the client's own), the parameters are taken
/// from the request before it is written under whatever names the upstream has.
/// </summary>
public static class HubDrops
{
    /// <summary>Takes parameters from a request. Paths below a parameter (<c>tools[*].function.strict</c>) concern OpenAI's form and are left.</summary>
    public static void Apply(ChatRequest request, ImmutableArray<string> names)
    {
        foreach (var name in names)
        {
            if (!OfSampling(request, name) && !OfTools(request, name) && !OfOutput(request, name))
            {
                for (var i = request.Extras.Count - 1; i >= 0; i--)
                {
                    if (string.Equals(request.Extras[i].Name, name, StringComparison.Ordinal))
                    {
                        request.Extras.RemoveAt(i);
                    }
                }
            }
        }
    }

    private static bool OfSampling(ChatRequest request, string name)
    {
        switch (name)
        {
            case "temperature":
                request.Temperature = null;
                return true;
            case "top_p":
                request.TopP = null;
                return true;
            case "top_k":
                request.TopK = null;
                return true;
            case "frequency_penalty":
                request.FrequencyPenalty = null;
                return true;
            case "presence_penalty":
                request.PresencePenalty = null;
                return true;
            case "seed":
                request.Seed = null;
                return true;
            case "n":
                request.Choices = null;
                return true;
            case "stop" or "stop_sequences":
                request.Stop.Clear();
                return true;
            case "logprobs" or "top_logprobs":
                (request.LogProbs, request.TopLogProbs) = (null, null);
                return true;
            case "logit_bias":
                request.LogitBias = null;
                return true;
            default:
                return false;
        }
    }

    private static bool OfTools(ChatRequest request, string name)
    {
        switch (name)
        {
            case "tools":
                request.Tools.Clear();
                (request.ToolChoice, request.ParallelToolCalls, request.WebSearch) = (null, null, null);
                return true;
            case "tool_choice":
                request.ToolChoice = null;
                return true;
            case "parallel_tool_calls":
                request.ParallelToolCalls = null;
                return true;
            case "web_search_options":
                request.WebSearch = null;
                return true;
            default:
                return false;
        }
    }

    private static bool OfOutput(ChatRequest request, string name)
    {
        switch (name)
        {
            case "max_tokens" or "max_completion_tokens" or "max_output_tokens":
                request.MaxOutputTokens = null;
                return true;
            case "response_format" or "output_format" or "text":
                request.Format = null;
                return true;
            case "reasoning_effort" or "thinking" or "reasoning":
                request.Reasoning = null;
                return true;
            case "verbosity":
                request.Verbosity = null;
                return true;
            case "modalities":
                request.Modalities.Clear();
                return true;
            case "prediction":
                request.Prediction = null;
                return true;
            case "user":
                request.User = null;
                return true;
            case "service_tier":
                request.ServiceTier = null;
                return true;
            case "store":
                request.Store = null;
                return true;
            case "prompt_cache_key":
                request.PromptCacheKey = null;
                return true;
            default:
                return false;
        }
    }
}
