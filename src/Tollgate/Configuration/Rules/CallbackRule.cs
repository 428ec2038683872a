namespace Tollgate.Configuration;

/// <summary>
/// Names of callbacks: unknown ones are ignored with a word, Python objects with an error (CFG023, config.md 5.4 and 8.7).
/// </summary>
internal sealed class CallbackRule : IConfigRule
{
    private static readonly string[] Keys =
        ["success_callback", "failure_callback", "callbacks", "service_callback", "service_callbacks", "audit_log_callbacks"];

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "prometheus", "prometheus_system", "langfuse", "langfuse_otel", "otel", "generic_api", "postgres", "custom_callback", "datadog",
        "datadog_llm_observability", "datadog_cost_management", "s3", "s3_v2", "gcs_bucket", "gcs_pubsub", "azure_storage",
        "azure_sentinel", "aws_sqs", "dynamodb", "langsmith", "arize", "arize_phoenix", "logfire", "sentry", "slack", "webhook", "email",
        "pagerduty", "lago", "openmeter", "helicone", "lunary", "athina", "galileo", "literalai", "opik", "braintrust", "mlflow", "weave",
        "wandb", "traceloop", "humanloop", "posthog", "supabase", "greenscale", "logger", "deepeval", "argilla", "argilla_logger", "levo",
        "agentops", "cloudzero", "focus", "bitbucket", "gitlab", "dotprompt", "vantage", "resend_email", "smtp_email", "sendgrid_email",
        "promptlayer", "dynamic_rate_limiter", "dynamic_rate_limiter_v3", "batch_redis_requests", "hide_secrets",
        "detect_prompt_injection", "lakera_prompt_injection", "presidio", "llamaguard_moderations", "llmguard_moderations",
        "google_text_moderation", "openai_moderations", "azure_content_safety", "banned_keywords", "blocked_user_check",
        "aporia_prompt_injection", "max_budget_limiter", "max_iterations_limiter", "managed_files", "vector_store_pre_call_hook",
        "anthropic_cache_control_hook", "rag_hooks", "websearch_interception", "mcp_semantic_tool_filter", "responses_id_security",
        "skills_injection", "generic_api_callback",
    };

    public void Check(RuleContext context)
    {
        var models = Section.Of(context.Tree, "litellm_settings");
        var declared = (context.Tree.Get("callback_settings") as MappingNode)?.Entries.Select(static e => e.Key)
            .ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var key in Keys)
        {
            var items = models[key] is SequenceNode list ? list.Items : models[key] is { IsNull: false } one ? [one] : [];
            foreach (var item in items.OfType<ScalarNode>().Where(static i => !i.IsNull))
            {
                CheckName(context, item, "litellm_settings." + key, declared);
            }
        }
    }

    private static void CheckName(RuleContext context, ScalarNode item, string path, HashSet<string> declared)
    {
        var name = item.Text;
        if (declared.Contains(name))
        {
            return;
        }

        if (name is "custom_callback")
        {
            if (context.Environment.GetNonEmpty("GENERIC_LOGGER_ENDPOINT") is null)
            {
                context.Diagnostics.Warning(DiagnosticCodes.UnknownCallback, item.Position, path,
                    "'custom_callback' has no endpoint; ignored",
                    "Set callback_settings.custom_callback.endpoint or GENERIC_LOGGER_ENDPOINT");
            }
        }
        else if (HookRule.IsPython(name))
        {
            context.Diagnostics.Error(DiagnosticCodes.PythonCode, item.Position, path,
                $"names Python code '{name}', which cannot be loaded; ignored",
                "Declare a webhook under callback_settings");
        }
        else if (!Known.Contains(name))
        {
            context.Diagnostics.Warning(DiagnosticCodes.UnknownCallback, item.Position, path, $"'{name}' unknown; ignored",
                NearestName.Suggest(name, Known));
        }
    }
}
