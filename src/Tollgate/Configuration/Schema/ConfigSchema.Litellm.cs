namespace Tollgate.Configuration;

// litellm_settings (config.md 5).
internal static partial class ConfigSchema
{
    private static SchemaSection CacheParams { get; } = new(
    [
        new("type", ValueKind.Enum, KeyTraits.Live)
        {
            Values = ["redis", "local", "redis-semantic", "qdrant-semantic", "s3", "gcs", "azure-blob", "disk"],
        },
        OneOf("mode", "default_on", "default_off"),
        .. Keys(ValueKind.Seconds, "ttl", "default_in_memory_ttl", "default_in_redis_ttl"),
        .. Live(ValueKind.Seconds, "socket_timeout"),
        .. Live(ValueKind.Text, "host", "username", "ssl_cert_reqs", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "service_name"),
        .. LiveSecrets("password", "url", "sentinel_password"),
        .. Live(ValueKind.Int, "port", "db"),
        .. Live(ValueKind.Bool, "ssl", "ssl_check_hostname"),
        .. Live(ValueKind.List, "redis_startup_nodes", "sentinel_nodes"),
        .. Keys(ValueKind.Text, "namespace", "gcp_service_account",
            "gcp_ssl_ca_certs", "redis_semantic_cache_embedding_model", "redis_semantic_cache_index_name",
            "qdrant_semantic_cache_embedding_model", "qdrant_collection_name", "qdrant_api_base", "qdrant_quantization_config",
            "s3_bucket_name", "s3_region_name", "s3_api_version", "s3_endpoint_url", "s3_path", "gcs_bucket_name",
            "gcs_path_service_account", "gcs_path", "azure_account_url", "azure_blob_container", "disk_cache_dir"),
        .. Secrets("qdrant_api_key", "s3_aws_access_key_id", "s3_aws_secret_access_key",
            "s3_aws_session_token"),
        .. Keys(ValueKind.Int, "max_connections", "redis_flush_size", "qdrant_semantic_cache_vector_size"),
        .. Keys(ValueKind.Bool, "s3_use_ssl", "s3_verify"),
        .. Keys(ValueKind.Number, "similarity_threshold"),
        .. Keys(ValueKind.TextList, "supported_call_types"),
    ], open: true);

    private static SchemaSection BuildLitellmSettings() => new(
    [
        // 5.1 Reliability and parameters
        .. Live(ValueKind.Count, "num_retries"),
        .. Live(ValueKind.Seconds, "request_timeout", "timeout", "retry_after"),
        .. Live(ValueKind.ListOrMap, "fallbacks", "context_window_fallbacks", "content_policy_fallbacks"),
        .. Live(ValueKind.TextList, "default_fallbacks"),
        .. Live(ValueKind.Bool, "drop_params", "modify_params", "disable_token_counter", "strip_anthropic_total_tokens", "user_url_validation", "enable_preview_features", "check_provider_endpoint", "enable_azure_ad_token_refresh",
            "forward_llm_provider_auth_headers"),
        .. Live(ValueKind.Map, "model_alias_map", "anthropic_beta_headers"),
        .. Live(ValueKind.TextList, "user_url_allowed_hosts"),
        Nested("default_litellm_params", ValueKind.Map, LitellmParams),
        .. Live(ValueKind.BoolOrText, "ssl_verify"),
        Nested("model_group_settings", ValueKind.Map,
            new SchemaSection(Live(ValueKind.TextList, "forward_client_headers_to_llm_api"), open: true)),
        new("database_url", ValueKind.Text, KeyTraits.Live | KeyTraits.Secret),
        .. Keys(ValueKind.Count, "allowed_fails"),
        .. Keys(ValueKind.Seconds, "cooldown_time"),
        .. Keys(ValueKind.Bool, "add_function_to_prompt", "enable_json_schema_validation",
            "route_all_chat_openai_to_responses", "use_chat_completions_url_for_anthropic_messages", "reasoning_auto_summary",
            "disable_add_transform_inline_image_block", "disable_stop_sequence_limit", "enable_loadbalancing_on_batch_endpoints",
            "enable_model_config_credential_overrides", "network_mock"),
        .. Keys(ValueKind.List, "custom_provider_map", "caching_groups"),
        .. Live(ValueKind.List, "vertex_ai_safety_settings"),

        // 5.2, 5.3 Caching
        .. Keys(ValueKind.Bool, "cache", "enable_redis_auth_cache", "enable_caching_on_provider_specific_optional_params"),
        Nested("cache_params", ValueKind.Map, CacheParams),

        // 5.4 Logging, callbacks, metrics
        .. Keys(ValueKind.TextList, "success_callback", "failure_callback", "callbacks", "service_callback", "service_callbacks",
            "audit_log_callbacks", "langfuse_default_tags", "custom_prometheus_metadata_labels", "custom_prometheus_tags",
            "extra_spend_tag_headers"),
        .. Secrets("langfuse_public_key", "langfuse_secret_key", "langfuse_secret", "arize_api_key", "langsmith_api_key"),
        .. Keys(ValueKind.Text, "langfuse_host", "cold_storage_custom_logger", "dynamodb_table_name", "gcs_pubsub_topic_id",
            "gcs_pubsub_project_id", "arize_space_id", "arize_space_key"),
        .. Keys(ValueKind.Int, "langsmith_batch_size"),
        .. Keys(ValueKind.Bool, "set_verbose", "json_logs",
            "redact_messages_in_exceptions", "redact_user_api_key_info", "log_raw_request_response",
            "allow_dynamic_callback_disabling", "prometheus_initialize_budget_metrics", "prometheus_emit_stream_label",
            "require_auth_for_metrics_endpoint", "enable_end_user_cost_tracking_prometheus_only",
            "disable_end_user_cost_tracking_prometheus_only", "return_response_headers",
            "add_user_information_to_llm_headers", "forward_traceparent_to_llm_provider"),
        .. Live(ValueKind.Bool, "disable_end_user_cost_tracking", "store_audit_logs", "turn_off_message_logging",
            "global_disable_no_log_param", "disable_add_user_agent_to_request_tags"),
        .. Keys(ValueKind.Map, "s3_callback_params", "aws_sqs_callback_params", "datadog_params", "datadog_llm_observability_params"),
        .. Keys(ValueKind.List, "prometheus_metrics_config"),

        // 5.5 Budgets, keys, users, cost
        .. Keys(ValueKind.Amount, "max_user_budget"),
        .. Live(ValueKind.Amount, "max_budget", "max_end_user_budget"),
        .. Live(ValueKind.Amount, "max_internal_user_budget", "default_max_internal_user_budget"),
        .. Live(ValueKind.Duration, "budget_duration", "internal_user_budget_duration"),
        .. Live(ValueKind.Text, "timezone", "max_end_user_budget_id"),
        .. Keys(ValueKind.FreeText, "budget_exceeded_error_message"),
        .. Live(ValueKind.Map, "default_internal_user_params", "default_key_generate_params", "upperbound_key_generate_params",
            "key_generation_settings", "default_team_params", "cost_discount_config", "cost_margin_config", "tag_budget_config"),
        .. Keys(ValueKind.Map, "priority_reservation", "priority_reservation_settings", "public_model_groups_links"),
        .. Keys(ValueKind.List, "default_team_settings"),
        .. Keys(ValueKind.ListOrMap, "public_model_groups", "public_agent_groups"),
        .. Live(ValueKind.Bool, "enable_key_alias_format_validation"),

        // 5.6 Guardrail helpers, prompts, TLS, misc.
        .. Keys(ValueKind.List, "guardrails"),
        .. Keys(ValueKind.Bool, "skip_system_message_in_guardrail", "force_ipv4"),
        .. Keys(ValueKind.TextOrList, "banned_keywords_list", "blocked_user_list", "post_call_rules", "pre_call_rules"),
        .. Keys(ValueKind.Text, "llamaguard_model_name", "llamaguard_unsafe_content_categories", "openai_moderations_model_name",
            "global_prompt_directory", "global_prompt_integration", "ssl_certificate", "ssl_security_level", "ssl_ecdh_curve"),
        OneOf("llm_guard_mode", "all", "key-specific", "request-specific"),
        .. Keys(ValueKind.Number, "google_moderation_confidence_threshold", "toxic_confidence_threshold"),
        .. Keys(ValueKind.Map, "prompt_injection_params", "azure_content_safety_params", "global_bitbucket_config",
            "global_gitlab_config", "ui_theme_config", "mcp_aliases", "mcp_semantic_tool_filter"),
        .. Silent(ValueKind.Any, "telemetry", "disable_hf_tokenizer_download", "disable_copilot_system_to_assistant"),
    ]);
}
