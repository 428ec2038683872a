using System.Collections.Immutable;

namespace Tollgate.Wire.OpenAi;

/// <summary>Parameters of the dialect's chat call (providers.md section 4).</summary>
public static class ChatParameters
{
    /// <summary>All of them; anything else is provider-specific and passed on.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        "messages", "functions", "function_call", "temperature", "top_p", "n", "stream", "stream_options", "stop", "max_tokens",
        "max_completion_tokens", "modalities", "prediction", "audio", "presence_penalty", "frequency_penalty", "logit_bias", "user",
        "response_format", "seed", "tools", "tool_choice", "parallel_tool_calls", "logprobs", "top_logprobs", "reasoning_effort",
        "thinking",
        "web_search_options", "service_tier", "prompt_cache_key", "prompt_cache_retention", "safety_identifier", "verbosity", "store",
        "extra_headers", "max_retries", "api_version", "metadata", "context_management",
    ];

    /// <summary>Parameters of the other calls whose null means absent.</summary>
    internal static ImmutableArray<string> Elsewhere { get; } =
        ["stream", "stream_options", "user", "max_tokens", "temperature", "top_p", "n", "stop", "suffix", "dimensions", "encoding_format"];

    /// <summary>Removed without an error where they are not supported.</summary>
    internal static ImmutableArray<string> Exempt { get; } =
        ["messages", "user", "stream", "stream_options", "max_retries", "metadata", "extra_headers", "api_version"];
}

/// <summary>Members that are the gateway's own and never leave it (providers.md section 3, llm-api.md section 6).</summary>
internal static class InternalNames
{
    public static ImmutableArray<string> All { get; } =
    [
        "metadata", "proxy_server_request", "model_info", "tags", "cache", "caching", "ttl", "s-maxage", "no-log", "num_retries",
        "max_retries",
        "fallbacks", "context_window_fallbacks", "content_policy_fallbacks", "context_window_fallback_dict", "disable_fallbacks",
        "guardrails",
        "guardrail_config", "policies", "disable_global_guardrails", "disable_global_guardrail", "prompt_id", "prompt_variables",
        "prompt_version", "prompt_label", "ignore_prompt_manager_model", "ignore_prompt_manager_optional_params", "vector_store_ids",
        "caching_groups", "tpm", "rpm", "weight", "order", "max_parallel_requests", "cooldown_time", "max_budget", "budget_duration",
        "default_api_key_tpm_limit", "default_api_key_rpm_limit", "allowed_fails", "allowed_fails_policy", "specific_deployment",
        "deployment",
        "preset_cache_key", "enable_message_redaction", "turn_off_message_logging", "no_proxy", "use_litellm_proxy",
        "additional_drop_params",
        "allowed_openai_params", "drop_params", "modify_params", "timeout", "stream_timeout", "request_timeout", "base_model", "priority",
        "custom_llm_provider", "api_key", "api_base", "base_url", "api_version", "organization", "extra_headers", "headers", "extra_body",
        "extra_query", "secret_fields", "standard_logging_object", "applied_guardrails", "applied_policies", "policy_sources",
        "_guardrail_pipelines", "user_config", "success_callback", "failure_callback", "enable_json_schema_validation", "response_schema",
        "merge_reasoning_content_in_choices", "supports_system_message", "use_in_pass_through", "use_chat_completions_api", "ssl_verify",
        "tenant_id", "client_id", "client_secret", "fastest_response", "ocr_cost_per_page", "annotation_cost_per_page",
        "code_interpreter_cost_per_session", "search_context_cost_per_query", "citation_cost_per_token", "tiered_pricing",
        "configurable_clientside_auth_params", "cache_control_injection_points", "mock_response",
    ];

    private static readonly string[] Prefixes =
    [
        "user_api_key", "mock_", "input_cost_per_", "output_cost_per_", "cache_creation_input_", "cache_read_input_", "litellm_", "aws_",
        "vertex_", "azure_",
    ];

    /// <summary>
    /// Families of names that grow with every release: matched by shape, so that a new one is not sent to a provider by accident.
    /// </summary>
    public static bool MatchesPattern(ReadOnlySpan<char> name)
    {
        foreach (var prefix in Prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return name.Contains("_credential", StringComparison.Ordinal);
    }
}
