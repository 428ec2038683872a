namespace Tollgate.Configuration;

// general_settings (config.md 7).
internal static partial class ConfigSchema
{
    private static SchemaSection GeneralSettings { get; } = new(
    [
        // 7.1 Authentication and access
        new("master_key", ValueKind.Text, KeyTraits.Live | KeyTraits.Secret | KeyTraits.Guard),
        new("database_url", ValueKind.Text, KeyTraits.Live | KeyTraits.Secret | KeyTraits.Guard),
        new("litellm_key_header_name", ValueKind.Text, KeyTraits.Live | KeyTraits.Guard),
        .. Live(ValueKind.Text, "completion_model", "embedding_model"),
        .. Live(ValueKind.Bool, "allow_non_registered_models", "pass_through_all_models", "allow_client_side_credentials",
            "use_x_forwarded_for", "forward_client_headers_to_llm_api", "forward_openai_org_id", "forward_llm_provider_auth_headers",
            "always_include_stream_usage", "enforce_user_param", "reject_clientside_metadata_tags", "health_check_details",
            "allow_client_mock", "dangerously_permit_weak_or_unset_master_key"),
        .. Live(ValueKind.TextList, "public_routes", "enforced_params"),
        new("allowed_routes", ValueKind.TextList, KeyTraits.Live | KeyTraits.Guard),
        new("allowed_ips", ValueKind.CidrList, KeyTraits.Live | KeyTraits.Guard),
        .. Live(ValueKind.SizeMb, "max_request_size_mb", "max_response_size_mb"),
        .. Live(ValueKind.Seconds, "sse_keepalive_seconds"),
        .. Keys(ValueKind.Bool, "disable_adding_master_key_hash_to_db", "custom_auth_run_common_checks",
            "allow_user_auth", "enable_jwt_auth", "enable_oauth2_auth", "enable_oauth2_proxy_auth", "enforce_rbac", "block_robots",
            "auto_redirect_ui_login_to_sso", "disable_responses_id_security",
            "require_end_user_mcp_access_defined", "enable_mcp_registry", "dangerously_allow_mock_testing_request_params"),
        .. Keys(ValueKind.Seconds, "user_api_key_cache_ttl"),
        .. Keys(ValueKind.Text, "custom_auth", "custom_key_generate", "custom_sso", "custom_ui_sso_sign_in_handler", "user_header_name",
            "mcp_client_side_auth_header_name"),
        OneOf("user_mcp_management_mode", "restricted", "view_all"),
        .. Keys(ValueKind.Map, "custom_auth_settings", "litellm_jwtauth", "oauth2_config_mappings", "service_account_settings"),
        .. Keys(ValueKind.List, "role_permissions", "user_header_mappings"),
        .. Keys(ValueKind.Any, "ui_access_mode", "mcp_required_fields"),
        .. Live(ValueKind.TextList, "admin_only_routes"),
        .. Live(ValueKind.Bool, "disable_master_key_return", "default_team_disabled"),
        new("user_list_response", ValueKind.Enum, KeyTraits.Live) { Values = ["auto", "object", "array"] },
        .. Keys(ValueKind.CidrList, "mcp_internal_ip_ranges", "mcp_trusted_proxy_ranges"),
        .. Silent(ValueKind.Any, "litellm_license"),

        // 7.2 Database, spend, budgets, retention
        OneOf("database_type", "prisma", "dynamo_db"),
        .. Keys(ValueKind.Int, "database_connection_pool_limit", "database_connection_timeout", "database_connection_pool_timeout",
            "database_connect_timeout", "database_socket_timeout", "database_statement_timeout", "database_lock_timeout",
            "database_idle_in_transaction_session_timeout", "database_max_idle_connection_lifetime", "proxy_batch_write_at",
            "proxy_batch_polling_interval", "proxy_budget_rescheduler_min_time", "proxy_budget_rescheduler_max_time"),
        .. Keys(ValueKind.Bool, "database_disable_prepared_statements", "azure_postgresql_auth", "disable_prisma_schema_update",
            "store_model_in_db", "disable_spend_logs", "disable_spend_updates", "disable_error_logs", "store_prompts_in_spend_logs",
            "store_prompts_in_cold_storage", "disable_reset_budget", "use_redis_transaction_buffer", "fail_closed_budget_enforcement"),
        .. Keys(ValueKind.Map, "database_extra_connection_params", "database_args"),
        .. Keys(ValueKind.BoolOrText, "allow_requests_on_db_unavailable"),
        .. Keys(ValueKind.TextList, "supported_db_objects"),
        .. Keys(ValueKind.Duration, "maximum_spend_logs_retention_period", "maximum_spend_logs_retention_interval", "budget_duration"),
        .. Keys(ValueKind.Text, "maximum_spend_logs_cleanup_cron", "budget_id"),
        .. Keys(ValueKind.Amount, "max_budget"),

        // 7.3 Limits, models, health, alerting, misc.
        .. Keys(ValueKind.Bool, "infer_model_from_keys", "disable_retry_on_max_parallel_request_limit_error",
            "use_client_credentials_pass_through_routes", "background_health_checks", "enable_health_check_routing",
            "health_check_ignore_transient_errors", "use_shared_health_check", "use_azure_key_vault", "use_google_kms"),
        .. Keys(ValueKind.Text, "image_generation_model", "moderation_model", "control_plane_url", "proxy_base_url"),
        .. Keys(ValueKind.Count, "max_parallel_requests", "global_max_parallel_requests", "health_check_interval",
            "health_check_concurrency", "health_check_staleness_threshold"),
        OneOf("token_rate_limit_type", "total", "input", "output"),
        .. Keys(ValueKind.List, "pass_through_endpoints", "worker_registry", "search_tools"),
        .. Keys(ValueKind.TextList, "alerting", "alert_types"),
        .. Keys(ValueKind.Number, "alerting_threshold"),
        .. Keys(ValueKind.Map, "alert_to_webhook_url", "alerting_args", "alert_type_config"),
        .. Live(ValueKind.Map, "key_management_settings"),
        .. Keys(ValueKind.Any, "spend_report_frequency"),
        OneOf("key_management_system", "aws_secret_manager", "aws_kms", "azure_key_vault", "google_secret_manager", "google_kms",
            "hashicorp_vault", "cyberark", "custom", "local"),
        OneOf("encryption_algorithm", "aes-256-gcm", "xsalsa20-poly1305"),
        .. Silent(ValueKind.Bool, "disable_show_prompts", "disable_show_usage", "disable_show_blog"),
    ]);
}
