using System.Collections.Frozen;

namespace Tollgate.Configuration;

/// <summary>Which settings rows may change (config.md 11.3): none that hold the door's keys, run code or send data elsewhere.</summary>
internal static class StoredSettings
{
    /// <summary>Sections that rows may add to.</summary>
    public static readonly string[] Sections = ["general_settings", "litellm_settings", "router_settings"];

    private static readonly FrozenSet<string> Never = new[]
    {
        "master_key", "database_url", "encryption_algorithm", "key_management_system", "key_management_settings",
        "litellm_key_header_name", "custom_auth", "custom_auth_settings", "custom_auth_run_common_checks", "custom_key_generate", "custom_sso",
        "custom_ui_sso_sign_in_handler",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>They run code, change certificate checks, or say where logs and caches go.</summary>
    private static readonly FrozenSet<string> Unsafe = new[]
    {
        "custom_provider_map", "post_call_rules", "pre_call_rules", "ssl_verify", "ssl_certificate", "ssl_security_level", "ssl_ecdh_curve",
        "langfuse_host", "s3_callback_params", "aws_sqs_callback_params", "datadog_params", "datadog_llm_observability_params",
        "dynamodb_table_name", "gcs_pubsub_topic_id", "gcs_pubsub_project_id", "global_prompt_directory", "global_prompt_integration",
        "global_bitbucket_config", "global_gitlab_config", "network_mock",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Variables = new[]
    {
        "LITELLM_MASTER_KEY", "LITELLM_SALT_KEY", "LITELLM_SALT_KEY_PREVIOUS", "LITELLM_MIGRATE_FROM_MASTER_KEY", "DATABASE_URL", "DIRECT_URL",
        "LITELLM_MODE", "CONFIG_FILE_PATH", "WORKER_CONFIG", "STORE_MODEL_IN_DB", "SSL_VERIFY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
        "PROXY_ADMIN_ID",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> KeepsWhenEmpty = new[]
    {
        "fallbacks", "context_window_fallbacks", "content_policy_fallbacks", "callbacks",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>True when a row may set this key.</summary>
    public static bool MaySet(string key, bool allowUnsafe) =>
        !Never.Contains(key) && !key.StartsWith("dangerously_", StringComparison.Ordinal) && (allowUnsafe || !Unsafe.Contains(key));

    /// <summary>True when a row may set this variable.</summary>
    public static bool MaySetVariable(string name) =>
        !Variables.Contains(name) && !name.StartsWith("DATABASE_", StringComparison.Ordinal) && !name.StartsWith("TOLLGATE_", StringComparison.Ordinal);

    /// <summary>A section of the file with a row's values laid over it: mappings are merged, everything else is replaced.</summary>
    public static MappingNode Merge(MappingNode file, MappingNode row)
    {
        var changes = new List<MappingEntry>();
        foreach (var entry in row.Entries)
        {
            var mine = file.Get(entry.Key);
            if (entry.Value.IsNull || Wipes(entry, mine))
            {
                continue;
            }

            if (entry.Key is "pass_through_endpoints" && mine is SequenceNode own && entry.Value is SequenceNode added)
            {
                // The file's paths stay what they are; rows add to them.
                changes.Add(entry with { Value = new SequenceNode([.. own.Items, .. added.Items], own.Position) });
                continue;
            }

            changes.Add(mine is MappingNode left && entry.Value is MappingNode right ? entry with { Value = Merge(left, right) } : entry);
        }

        return JsonNodes.With(file, changes);
    }

    // An empty list, which LiteLLM's dashboard saves when it shows none, must not take the file's fallbacks away.
    private static bool Wipes(MappingEntry entry, ConfigNode? mine) =>
        KeepsWhenEmpty.Contains(entry.Key) && entry.Value is SequenceNode { Items.IsEmpty: true } && mine is SequenceNode { Items.IsEmpty: false };
}
