using System.Collections.Immutable;

namespace Tollgate.Configuration;

/// <summary>
/// What of <c>litellm_params</c> goes upstream when the client did not say: every key that neither gateway nor connection knows.
/// </summary>
internal static class RequestParameters
{
    // Parameters that look like a misspelt gateway key but are none.
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "temperature", "top_p", "top_k", "n", "stream", "stop", "seed", "user", "tools", "logprobs", "max_tokens", "max_completion_tokens",
        "reasoning_effort", "thinking", "num_ctx", "keep_alive", "response_format", "service_tier", "dimensions", "input_type", "think",
    };

    public static ImmutableArray<JsonMember> Of(DeploymentParams parameters) =>
    [
        .. parameters.Entries.Where(static e => !e.Value.IsNull && ConfigSchema.LitellmParams.Find(e.Key) is null)
            .Select(static e => JsonText.Member(e.Key, e.Value)),
    ];

    /// <summary>The gateway key that a request parameter was probably meant to be, or null.</summary>
    public static string? Misspelt(string name)
    {
        const int shortest = 6;
        return name.Length < shortest || Known.Contains(name) || ConfigSchema.LitellmParams.Find(name) is not null
            ? null
            : NearestName.Find(name, ConfigSchema.LitellmParams.Names.Where(static n => n.Length >= shortest));
    }
}
