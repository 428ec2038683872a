namespace Tollgate.Configuration;

/// <summary>
/// Every key of a configuration file that is known, as data (config.md 4 to 8): type, secrecy, and whether it has an effect now.
/// </summary>
internal static partial class ConfigSchema
{
    /// <summary>Options by the name of a thing: open, since integrations bring their own.</summary>
    private static readonly SchemaSection Anything = new([], open: true);

    // Built on first use: the sections live in several files, whose initialisers run in no defined order.
    private static readonly Lazy<SchemaSection> LazyRoot = new(BuildRoot);

    private static readonly Lazy<SchemaSection> LazyModelEntry = new(BuildModelEntry);

    /// <summary>The top-level sections. <c>x-*</c> keys are the operator's own.</summary>
    public static SchemaSection Root => LazyRoot.Value;

    /// <summary>One entry of <c>model_list</c>.</summary>
    public static SchemaSection ModelEntry => LazyModelEntry.Value;

    private static SchemaSection BuildRoot() => new(
        [
            Nested("model_list", ValueKind.List, ModelEntry, ChildShape.Items),
            Nested("litellm_settings", ValueKind.Map, BuildLitellmSettings()),
            Nested("router_settings", ValueKind.Map, BuildRouterSettings()),
            Nested("general_settings", ValueKind.Map, GeneralSettings),
            Nested("tollgate", ValueKind.Map, TollgateSettings),
            Nested("credential_list", ValueKind.List, BuildCredentialEntry(), ChildShape.Items),
            new("guardrails", ValueKind.List) { Children = GuardrailEntry, Shape = ChildShape.Items },
            new("environment_variables", ValueKind.Map, KeyTraits.Live),
            new("include", ValueKind.TextOrList, KeyTraits.Live),
            .. Keys(ValueKind.ListOrMap, "mcp_servers", "policies"),
            Nested("search_tools", ValueKind.List, BuildSearchToolEntry(), ChildShape.Items),
            Nested("vector_store_registry", ValueKind.List, BuildVectorStoreEntry(), ChildShape.Items),
            .. Keys(ValueKind.List, "mcp_tools", "prompts", "agent_list", "policy_attachments", "worker_registry"),
            Nested("files_settings", ValueKind.List, LitellmParams, ChildShape.Items),
            Nested("finetune_settings", ValueKind.List, LitellmParams, ChildShape.Items),
            .. Keys(ValueKind.Map, "assistant_settings", "default_vertex_config", "callback_settings"),
        ],
        others: static name => name.StartsWith("x-", StringComparison.Ordinal) ? new SchemaKey(name, ValueKind.Any, KeyTraits.Silent)
            : null);

    private static SchemaSection BuildModelEntry() => new(
    [
        .. Live(ValueKind.Text, "model_name"),
        Nested("litellm_params", ValueKind.Map, LitellmParams),
        Nested("model_info", ValueKind.Map, ModelInfo),
        .. Live(ValueKind.Count, "rpm", "tpm"),
        .. Live(ValueKind.Amount, "weight"),
        .. Live(ValueKind.Int, "order"),
        .. Live(ValueKind.Amount, "max_budget"),
        .. Live(ValueKind.Duration, "budget_duration"),
        .. Keys(ValueKind.TextList, "tags"),
    ]);

    private static SchemaSection BuildCredentialEntry() => new(
    [
        .. Live(ValueKind.Text, "credential_name"),
        Nested("credential_values", ValueKind.Map, LitellmParams),
        new("credential_info", ValueKind.Map, KeyTraits.Silent),
    ]);

    private static SchemaSection GuardrailEntry { get; } = new(
    [
        .. Keys(ValueKind.Text, "guardrail_name", "guardrail_id"),
        new("litellm_params", ValueKind.Map) { Children = new SchemaSection(
            [
                .. Keys(ValueKind.Text, "guardrail", "guard_name"),
                .. Keys(ValueKind.Any, "mode"),
                .. Keys(ValueKind.Bool, "default_on", "mask_request_content", "mask_response_content"),
                .. Secrets("api_key"),
                .. Keys(ValueKind.Text, "api_base"),
            ], open: true) },
        new("guardrail_info", ValueKind.Map) { Children = Anything },
    ], open: true);

    private static SchemaSection TollgateSettings { get; } = new(
    [
        .. Live(ValueKind.Bool, "strict_config"),
        .. Keys(ValueKind.Bool, "config_watch", "admin_reload_endpoint", "cool_single_deployment", "cooldown_probe", "allow_file_writes",
            "allow_unsafe_db_settings", "metrics_always", "otel_legacy_content", "allow_client_unredaction", "public_health"),
        .. Keys(ValueKind.Int, "config_poll_seconds", "local_cache_max_mb", "disk_cache_max_mb"),
        .. Live(ValueKind.Count, "ingest_batch", "journal_max_mb", "response_store_max_mb"),
        .. Live(ValueKind.Any, "journal_fsync"),
        .. Live(ValueKind.Int, "budget_wait_ms", "budget_exceeded_status", "budget_error_status"),
        .. Keys(ValueKind.CidrList, "trusted_proxies"),
        .. Keys(ValueKind.Any, "readiness_status"),
        .. Live(ValueKind.Bool, "embedded_db", "install_triggers", "budget_cap_output", "store_responses"),
        .. Live(ValueKind.Seconds, "key_cache_stale_max"),
        .. Live(ValueKind.Duration, "audit_retention", "response_retention"),
        .. Keys(ValueKind.Text, "health_check_retention"),
        new("sqlite_durability", ValueKind.Enum, KeyTraits.Live) { Values = ["normal", "strict"] },
        OneOf("cache_tenant_isolation", "none", "key", "team", "user"),
        new("password_hash", ValueKind.Enum, KeyTraits.Live) { Values = ["scrypt", "pbkdf2", "keep"] },
        new("write_encryption", ValueKind.Enum, KeyTraits.Live) { Values = ["auto", "legacy", "aes-gcm"] },
        new("rate_limit_algorithm", ValueKind.Enum, KeyTraits.Live) { Values = ["sliding", "fixed"] },
        new("disconnect_policy", ValueKind.Enum, KeyTraits.Live) { Values = ["drain", "cancel"] },
        new("journal_full", ValueKind.Enum, KeyTraits.Live) { Values = ["refuse", "degrade"] },
        OneOf("mid_stream_fallback", "off", "continue"),
        OneOf("batch_rate_limit", "on", "off"),
        new("unpriced_models", ValueKind.Enum, KeyTraits.Live) { Values = ["allow", "refuse"] },
        new("budget_mode", ValueKind.Enum, KeyTraits.Live) { Values = ["reserve", "post", "strict"] },
    ]);

    private static SchemaKey Nested(string name, ValueKind kind, SchemaSection children, ChildShape shape = ChildShape.Direct) =>
        new(name, kind, KeyTraits.Live) { Children = children, Shape = shape };

    private static SchemaKey OneOf(string name, params string[] values) => new(name, ValueKind.Enum) { Values = [.. values] };

    private static IEnumerable<SchemaKey> Live(ValueKind kind, params string[] names) =>
        names.Select(n => new SchemaKey(n, kind, KeyTraits.Live));

    private static IEnumerable<SchemaKey> Soft(ValueKind kind, params string[] names) =>
        names.Select(n => new SchemaKey(n, kind, KeyTraits.Live | KeyTraits.Soft));

    private static IEnumerable<SchemaKey> Keys(ValueKind kind, params string[] names) => names.Select(n => new SchemaKey(n, kind));

    private static IEnumerable<SchemaKey> Silent(ValueKind kind, params string[] names) =>
        names.Select(n => new SchemaKey(n, kind, KeyTraits.Silent));

    private static IEnumerable<SchemaKey> Secrets(params string[] names) =>
        names.Select(n => new SchemaKey(n, ValueKind.Text, KeyTraits.Secret));

    private static IEnumerable<SchemaKey> LiveSecrets(params string[] names) =>
        names.Select(n => new SchemaKey(n, ValueKind.Text, KeyTraits.Live | KeyTraits.Secret));
}
