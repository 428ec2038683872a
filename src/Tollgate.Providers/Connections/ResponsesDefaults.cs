using System.Text;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Connections;

/// <summary>Defaults of a deployment, which operators write in the words of chat completions, for calls of responses.</summary>
internal static class ResponsesDefaults
{
    private static readonly HashSet<string> Shared = new(StringComparer.Ordinal)
    {
        "temperature", "top_p", "user", "parallel_tool_calls", "service_tier", "prompt_cache_key", "prompt_cache_retention", "safety_identifier", "store",
        "top_logprobs", "metadata",
    };

    /// <summary>Adds one; those that responses have no word for are left out.</summary>
    public static void Add(ParameterRulesBuilder rules, JsonMember member)
    {
        switch (member.Name)
        {
            case "max_tokens" or "max_completion_tokens":
                rules.Default("max_output_tokens", member.Json);
                break;
            case "reasoning_effort":
                rules.Default("reasoning", Encoding.UTF8.GetBytes($$"""{"effort":{{Encoding.UTF8.GetString(member.Json.Span)}}}"""));
                break;
            default:
                if (Shared.Contains(member.Name) || !ChatParameters.All.Contains(member.Name, StringComparer.Ordinal))
                {
                    rules.Default(member.Name, member.Json);
                }

                break;
        }
    }
}
