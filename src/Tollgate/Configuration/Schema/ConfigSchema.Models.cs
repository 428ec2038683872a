using Tollgate.Engine.Pricing;

namespace Tollgate.Configuration;

// litellm_params and model_info (config.md 4.2, 4.3; providers.md 3).
internal static partial class ConfigSchema
{
    /// <summary>Keys of one deployment. What is not listed is a default request parameter, so the section is open.</summary>
    public static SchemaSection LitellmParams { get; } = new(
        [
            .. Live(ValueKind.Text, "model", "custom_llm_provider", "api_version", "project", "litellm_credential_name", "base_model"),
            new("api_key", ValueKind.Text, KeyTraits.Live | KeyTraits.Secret),
            .. Live(ValueKind.Url, "api_base", "base_url", "proxy"),
            .. Live(ValueKind.TextOrList, "organization"),
            .. Live(ValueKind.Seconds, "timeout", "stream_timeout", "request_timeout", "mock_delay"),
            .. Live(ValueKind.Count, "max_retries", "num_retries", "rpm", "tpm"),
            .. Live(ValueKind.Amount, "weight", "max_budget"),
            .. Live(ValueKind.Int, "order"),
            .. Live(ValueKind.Map, "extra_headers", "headers", "extra_body", "extra_query"),
            .. Live(ValueKind.BoolOrText, "ssl_verify"),
            .. Live(ValueKind.Bool, "drop_params", "supports_system_message", "merge_reasoning_content_in_choices",
                "use_chat_completions_api", "use_in_pass_through"),
            .. Live(ValueKind.TextList, "additional_drop_params", "allowed_openai_params"),
            .. Live(ValueKind.Any, "configurable_clientside_auth_params", "mock_response"),
            .. Keys(ValueKind.Bool, "modify_params", "use_litellm_proxy", "mock_timeout"),
            .. Keys(ValueKind.Count, "max_parallel_requests", "allowed_fails"),
            .. Keys(ValueKind.Int, "default_api_key_tpm_limit", "default_api_key_rpm_limit"),
            .. Keys(ValueKind.Seconds, "cooldown_time"),
            .. Live(ValueKind.Amount, "max_file_size_mb"),
            .. Live(ValueKind.Duration, "budget_duration"),
            .. Keys(ValueKind.TextList, "tags", "tag_regex", "guardrails", "vector_store_ids"),
            .. Live(ValueKind.List, "cache_control_injection_points"),
            .. Keys(ValueKind.List, "fallbacks", "context_window_fallbacks", "content_policy_fallbacks"),
            .. Keys(ValueKind.Map, "complexity_router_config", "adaptive_router_config", "prompt_variables",
                "allowed_fails_policy", "model_info"),
            .. Keys(ValueKind.Text, "silent_model", "auto_router_config_path", "auto_router_default_model", "auto_router_embedding_model",
                "complexity_router_default_model", "prompt_id", "hf_model_name"),
            .. Keys(ValueKind.FreeText, "auto_router_config"),
            .. Live(ValueKind.FreeText, "initial_prompt_value", "final_prompt_value", "bos_token", "eos_token"),
            .. Live(ValueKind.Map, "roles"),
            .. Keys(ValueKind.Any, "prompt_version", "mock_tool_calls", "disable_global_guardrails", "caching_groups",
                "specific_deployment", "preset_cache_key", "no_proxy", "cache", "no-log", "ttl", "metadata", "enable_message_redaction",
                "turn_off_message_logging"),
        ],
        open: true,
        others: ParamFamily);

    /// <summary>Facts about a deployment; open, because it is free metadata.</summary>
    public static SchemaSection ModelInfo { get; } = new(
        [
            .. Live(ValueKind.Text, "id", "base_model", "health_check_model", "health_check_voice"),
            new("mode", ValueKind.Enum, KeyTraits.Live | KeyTraits.Soft)
            {
                Values =
                [
                    "chat", "completion", "embedding", "image_generation", "image_edit", "audio_transcription", "audio_speech", "rerank",
                    "moderation", "responses", "realtime", "batch", "ocr", "video_generation", "vector_store", "search", "moderations",
                ],
            },
            .. Live(ValueKind.TextList, "access_groups", "supported_environments"),
            .. Soft(ValueKind.Int, "max_tokens", "max_input_tokens", "max_output_tokens", "health_check_max_tokens"),
            .. Soft(ValueKind.Seconds, "health_check_timeout"),
            .. Live(ValueKind.Bool, "blocked"),
            .. Keys(ValueKind.Int, "health_check_max_tokens_reasoning", "health_check_max_tokens_non_reasoning", "order", "allowed_fails"),
            .. Keys(ValueKind.Bool, "disable_background_health_check", "db_model"),
            .. Keys(ValueKind.Seconds, "cooldown_time"),
            .. Live(ValueKind.Text, "team_id", "team_public_model_name"),
            .. Keys(ValueKind.Map, "custom_tokenizer", "allowed_fails_policy"),
            .. Silent(ValueKind.Any, "tier", "created_at", "created_by", "updated_at", "updated_by", "model_map_value"),
        ],
        open: true,
        others: static name => IsPrice(name) ? new SchemaKey(name, ValueKind.Any, KeyTraits.Live)
            : name.StartsWith("supports_", StringComparison.Ordinal) ? new SchemaKey(name, ValueKind.Bool, KeyTraits.Live | KeyTraits.Soft)
            : null);

    /// <summary>Price keys: with thresholds, tiers and batches there are hundreds, all of these shapes (config.md 4.2).</summary>
    public static bool IsPrice(string name) => PriceJson.IsPriceKey(name);

    /// <summary>Keys that only a provider's connection understands: credentials, regions, projects.</summary>
    public static bool IsConnectionKey(string name) =>
        Array.Exists(ConnectionPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)) || ConnectionNames.Contains(name);

    private static readonly string[] ConnectionPrefixes = ["aws_", "azure_", "vertex_", "oci_", "watsonx_", "s3_", "gcs_", "snowflake_",
        "cloudflare_"];

    private static readonly HashSet<string> ConnectionNames = new(StringComparer.Ordinal)
    {
        "tenant_id", "client_id", "client_secret", "project_id", "deployment_id", "space_id", "token", "zen_api_key", "region_name",
        "account_id", "model_id", "output_s3_uri", "hf_model_name", "predibase_tenant_id", "databricks_client_id",
        "databricks_client_secret", "sagemaker_base_url", "roles", "initial_prompt_value", "final_prompt_value", "bos_token", "eos_token",
        "use_psc_endpoint_format", "user_continue_message",
    };

    private static SchemaKey? ParamFamily(string name)
    {
        if (IsPrice(name))
        {
            return new SchemaKey(name, ValueKind.Any, KeyTraits.Live);
        }

        if (IsConnectionKey(name))
        {
            var secret = SecretText.IsSecretName(name) || name is "client_secret" or "azure_ad_token" or "vertex_credentials" or "oci_key";
            return new SchemaKey(name, ValueKind.Any, KeyTraits.Live | (secret ? KeyTraits.Secret : KeyTraits.None));
        }

        return IsInternal(name) ? new SchemaKey(name, ValueKind.Any) : null;
    }

    // providers.md 3: names of the gateway itself, never sent upstream whatever they hold.
    private static bool IsInternal(string name) =>
        name.StartsWith("litellm_", StringComparison.Ordinal)
        || name.StartsWith("user_api_key", StringComparison.Ordinal)
        || name.StartsWith("mock_", StringComparison.Ordinal)
        || name.StartsWith("health_check_", StringComparison.Ordinal)
        || name.StartsWith("auto_router_", StringComparison.Ordinal)
        || name.Contains("_credential", StringComparison.Ordinal)
        || name is "proxy_server_request" or "provider" or "model_name" or "id" or "db_model";
}
