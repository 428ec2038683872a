namespace Tollgate.Configuration;

// router_settings (config.md 6).
internal static partial class ConfigSchema
{
    private static SchemaSection BudgetEntry { get; } = new(
    [
        .. Live(ValueKind.Amount, "budget_limit", "max_budget"),
        .. Live(ValueKind.Text, "time_period", "budget_duration"),
    ]);

    private static SchemaSection BuildRouterSettings() => new(
    [
        .. Live(ValueKind.Count, "num_retries", "max_retries", "max_fallbacks"),
        .. Live(ValueKind.Seconds, "timeout", "stream_timeout", "retry_after"),
        .. Live(ValueKind.ListOrMap, "fallbacks", "context_window_fallbacks", "content_policy_fallbacks", "retry_policy"),
        .. Live(ValueKind.TextList, "default_fallbacks"),
        .. Live(ValueKind.Map, "model_group_retry_policy", "model_group_alias"),
        Nested("default_litellm_params", ValueKind.Map, LitellmParams),
        Nested("router_general_settings", ValueKind.Map, new SchemaSection(
        [
            .. Live(ValueKind.Bool, "pass_through_all_models"),
            .. Silent(ValueKind.Bool, "async_only_mode"),
        ])),
        OneOf("routing_strategy", "simple-shuffle", "least-busy", "usage-based-routing", "usage-based-routing-v2",
            "latency-based-routing", "cost-based-routing", "provider-budget-routing"),
        .. Keys(ValueKind.Map, "routing_strategy_args", "allowed_fails_policy", "model_group_affinity_config",
            "assistants_config", "alerting_config"),
        .. Live(ValueKind.Map, "cache_kwargs"),
        .. Live(ValueKind.Text, "redis_host", "redis_username"),
        .. LiveSecrets("redis_password", "redis_url"),
        .. Live(ValueKind.Int, "redis_port", "redis_db"),
        .. Live(ValueKind.Bool, "redis_ssl"),
        .. Keys(ValueKind.Int, "default_priority", "deployment_affinity_ttl_seconds",
            "health_check_staleness_threshold"),
        .. Keys(ValueKind.Bool, "cache_responses", "disable_cooldowns", "enable_weighted_failover", "enable_pre_call_checks",
            "enable_pre_call_check", "enable_tag_filtering", "tag_filtering_match_any", "enable_health_check_routing",
            "health_check_ignore_transient_errors", "set_verbose"),
        .. Keys(ValueKind.Count, "allowed_fails", "default_max_parallel_requests"),
        .. Keys(ValueKind.Seconds, "cooldown_time", "polling_interval"),
        Nested("search_tools", ValueKind.List, BuildSearchToolEntry(), ChildShape.Items),
        .. Keys(ValueKind.List, "caching_groups", "guardrail_list", "routing_groups"),
        .. Keys(ValueKind.TextList, "optional_pre_call_checks"),
        new("provider_budget_config", ValueKind.Map, KeyTraits.Live) { Children = BudgetEntry, Shape = ChildShape.Values },
        .. Silent(ValueKind.Any, "client_ttl", "ignore_invalid_deployments", "debug_level"),
    ]);
}
