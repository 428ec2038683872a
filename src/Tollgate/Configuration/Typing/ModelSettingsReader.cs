using System.Collections.Frozen;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Reads <see cref="ModelSettings"/>.</summary>
internal static class ModelSettingsReader
{
    public static ModelSettings Read(Section models, EnvironmentSource environment, EnvironmentNumbers numbers)
    {
        var defaults = new ModelSettings();
        var (verify, caFile) = Tls(models["ssl_verify"], environment);
        return new ModelSettings
        {
            DropParams = models.Bool("drop_params") ?? environment.IsOn("LITELLM_DROP_PARAMS"),
            EstimatesTokens = models.Bool("disable_token_counter") is not true,
            AnthropicBetas = Betas(models["anthropic_beta_headers"]),
            StripsTotalTokens = models.Bool("strip_anthropic_total_tokens") ?? false,
            ModifyParams = models.Bool("modify_params") ?? environment.IsOn("LITELLM_MODIFY_PARAMS"),
            AliasMap = models.TextMap("model_alias_map"),
            RequestTimeout = models.Timeout("request_timeout") ?? models.Timeout("timeout")
                ?? numbers.Seconds("REQUEST_TIMEOUT", defaults.RequestTimeout),
            SendMetadataUpstream = models.Flag("enable_preview_features"),
            SslVerify = verify,
            SslCaFile = caFile,
            UseDefaultCloudIdentity = models.Flag("enable_azure_ad_token_refresh"),
            MaxStreamDuration = numbers.Seconds("LITELLM_MAX_STREAMING_DURATION_SECONDS") is { } longest && longest > TimeSpan.Zero
                ? longest : null,
            RouteAllChatToResponses = models.Bool("route_all_chat_openai_to_responses")
                ?? environment.IsOn("LITELLM_ROUTE_ALL_CHAT_OPENAI_TO_RESPONSES"),
            MessagesOverChat = models.Bool("use_chat_completions_url_for_anthropic_messages")
                ?? environment.IsOn("LITELLM_USE_CHAT_COMPLETIONS_URL_FOR_ANTHROPIC_MESSAGES"),
            ReasoningAutoSummary = models.Bool("reasoning_auto_summary") ?? environment.IsOn("LITELLM_REASONING_AUTO_SUMMARY"),
            SafetySettings = models["vertex_ai_safety_settings"] is SequenceNode safety ? JsonText.Of(safety) : null,
            CheckProviderEndpoint = models.Flag("check_provider_endpoint"),
        };
    }

    private static FrozenDictionary<string, FrozenDictionary<string, string>> Betas(ConfigNode? node)
    {
        var hosts = new Dictionary<string, FrozenDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var host in (node as MappingNode)?.Entries ?? [])
        {
            hosts[host.Key] = ((host.Value as MappingNode)?.Entries ?? [])
                .ToFrozenDictionary(static beta => beta.Key, static beta => Coercion.Text(beta.Value) ?? "", StringComparer.Ordinal);
        }

        return hosts.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static (bool Verify, string? CaFile) Tls(ConfigNode? written, EnvironmentSource environment)
    {
        var text = Coercion.NonEmptyText(written) ?? environment.GetNonEmpty("SSL_VERIFY");
        var bundle = environment.GetNonEmpty("SSL_CERT_FILE") ?? environment.GetNonEmpty("REQUESTS_CA_BUNDLE");
        return text is null ? (true, bundle)
            : YamlScalars.TryBool(text, out var verify) ? (verify, verify ? bundle : null)
            : (true, text);
    }
}
