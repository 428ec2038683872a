using System.Collections.Immutable;

namespace Tollgate.Management.Kernel;

/// <summary>Members of the groups of routes: LiteLLM's, and routes that are ours alone where they belong.</summary>
internal static class RouteTables
{
    private static readonly ImmutableArray<string> OpenAi =
    [
        "/chat/completions", "/completions", "/embeddings", "/moderations", "/models", "/models/{id}", "/responses", "/responses/*",
        "/images/*", "/audio/*", "/files", "/files/*", "/batches", "/batches/*", "/fine_tuning/*", "/assistants", "/assistants/*",
        "/threads", "/threads/*", "/vector_stores", "/vector_stores/*", "/realtime", "/realtime/*", "/videos", "/videos/*", "/containers",
        "/containers/*", "/conversations", "/conversations/*", "/skills", "/skills/*", "/rerank", "/search", "/search/*", "/ocr", "/rag/*",
        "/utils/token_counter", "/utils/supported_openai_params", "/utils/transform_request",
    ];

    private static readonly ImmutableArray<string> Anthropic = ["/v1/messages", "/v1/messages/*", "/anthropic/*", "/api/event_logging/*"];

    private static readonly ImmutableArray<string> Google = ["/v1beta/models/*", "/models/{id}:{verb}", "/v1beta/interactions", "/v1beta/interactions/*"];

    private static readonly ImmutableArray<string> Mcp =
        ["/mcp", "/mcp/*", "/mcp/tools", "/mcp/tools/list", "/mcp/tools/call", "/{server}/mcp", "/toolset/*", "/v1/mcp/tools"];

    private static readonly ImmutableArray<string> Agents = ["/v1/agents", "/agents", "/a2a/*", "/a2a/{id}", "/v1/a2a/*"];

    private static readonly ImmutableArray<string> MappedPassThrough =
    [
        "/openai/*", "/openai_passthrough/*", "/anthropic/*", "/azure/*", "/azure_ai/*", "/bedrock/*", "/vertex-ai/*", "/vertex_ai/*", "/gemini/*", "/cohere/*", "/mistral/*",
        "/langfuse/*", "/assemblyai/*", "/eu.assemblyai/*", "/vllm/*", "/milvus/*", "/cursor/*",
    ];

    private static readonly ImmutableArray<string> Native = ["/utils/token_counter", "/v2/rerank", "/v1/rerank", "/rerank", "/engines/*"];

    private static readonly ImmutableArray<string> Guardrails = ["/guardrails/apply_guardrail", "/apply_guardrail"];

    private static readonly ImmutableArray<string> Public =
    [
        "/", "/routes", "/health/liveliness", "/health/liveness", "/health/readiness", "/test", "/config/yaml", "/metrics",
        "/litellm/.well-known/litellm-ui-config", "/.well-known/litellm-ui-config", "/public/*", "/get/ui_theme_settings", "/get_image",
        "/get_favicon", "/get_logo_url", "/login", "/v2/login", "/v3/login", "/v3/login/*", "/fallback/login", "/sso/key/*", "/sso/callback",
        "/sso/debug/*", "/sso/login", "/onboarding/*", "/ui", "/ui/*", "/docs", "/redoc", "/openapi.json", "/robots.txt",
    ];

    private static readonly ImmutableArray<string> Info =
    [
        "/key/info", "/key/health", "/key/list", "/v2/key/info", "/team/info", "/team/list", "/v2/team/list", "/team/available",
        "/organization/list", "/user/info", "/v2/user/info", "/user/filter/ui", "/model/info", "/v1/model/info", "/v2/model/info",
        "/model_group/info", "/health", "/health/services", "/models", "/v1/models", "/sso/get/ui_settings", "/vector_store/list", "/v1/vector_store/list", "/vector_store/info",
    ];

    private static readonly ImmutableArray<string> KeyManagement =
    [
        "/key/generate", "/key/service-account/generate", "/key/update", "/key/delete", "/key/info", "/key/regenerate",
        "/key/{key}/regenerate", "/key/list", "/key/block", "/key/unblock", "/key/bulk_update", "/key/{key}/reset_spend", "/key/aliases",
        "/team/daily/activity", "/spend/logs", "/spend/logs/v2", "/team/key/bulk_update",
    ];

    private static readonly ImmutableArray<string> Management =
    [
        "/user/new", "/user/update", "/user/bulk_update", "/user/delete", "/user/info", "/user/list", "/user/daily/activity",
        "/user/daily/activity/aggregated", "/user/budget", "/user/reset_spend", "/team/new", "/team/update", "/team/delete", "/team/list",
        "/team/info", "/team/block", "/team/unblock", "/team/available", "/team/permissions_list", "/team/permissions_update",
        "/team/daily/activity", "/v2/team/list", "/model/new", "/model/update", "/model/delete", "/model/info", "/model/disable",
        "/model/enable", "/model/block", "/model/unblock", "/jwt/key/mapping/*", .. KeyManagement,
    ];

    private static readonly ImmutableArray<string> SpendTracking =
    [
        "/spend/keys", "/spend/users", "/spend/tags", "/spend/calculate", "/spend/logs", "/spend/logs/ui", "/spend/logs/ui/{id}", "/spend/logs/session/ui",
        "/cost/estimate", "/spend/logs/v2", "/spend/total",
    ];

    private static readonly ImmutableArray<string> GlobalSpendTracking =
    [
        "/global/spend", "/global/spend/logs", "/global/spend/keys", "/global/spend/teams", "/global/spend/end_users", "/global/spend/models",
        "/global/spend/report", "/global/spend/provider", "/global/spend/tags", "/global/spend/all_tag_names", "/global/predict/spend/logs",
    ];

    private static readonly ImmutableArray<string> InternalUser =
    [
        "/global/activity", "/global/activity/model", "/global/activity/cache_hits", "/v1/models/{id}", "/models/{id}", "/guardrails/list",
        "/v2/guardrails/list", .. SpendTracking, .. GlobalSpendTracking, .. KeyManagement,
    ];

    private static readonly ImmutableArray<string> SelfManaged =
    [
        "/team/update", "/team/member_add", "/team/member_delete", "/team/member_update", "/team/permissions_list", "/team/permissions_update",
        "/team/daily/activity", "/model/new", "/model/update", "/model/delete", "/model/{id}/update", "/model/disable",
        "/model/enable", "/model/block", "/model/unblock", "/user/daily/activity",
        "/user/daily/activity/aggregated", "/user/available_roles", "/user/list", "/user/update", "/prompt/list", "/prompt/info",
        "/invitation/new", "/invitation/delete", "/guardrails/register", "/guardrails/submissions", "/guardrails/submissions/{id}",
    ];

    private static readonly ImmutableArray<string> OrgAdminOnly =
        ["/organization/info", "/organization/delete", "/organization/member_add", "/organization/member_update"];

    private static readonly ImmutableArray<string> AdminViewer =
    [
        "/user/list", "/user/available_users", "/user/available_roles", "/user/daily/activity", "/team/daily/activity",
        "/tag/daily/activity", "/tag/list", "/audit", "/audit/{id}", "/global/activity", "/global/activity/*", .. Info,
    ];

    private static readonly ImmutableArray<string> MasterKeyOnly =
        ["/global/spend/reset", "/memory-usage-in-mem-cache", "/memory-usage-in-mem-cache-items"];

    private static readonly ImmutableArray<string> Ui =
        ["/sso", "/sso/get/ui_settings", "/get/ui_settings", "/login", "/key/info", "/config", "/spend", "/model/info", "/v2/model/info", "/v2/key/info"];

    public static IEnumerable<(string Name, IEnumerable<string> Routes)> All()
    {
        // The OpenAI dialect is served with and without the version, and below the prefixes of Azure's clients.
        string[] openAi =
            [.. OpenAi, .. OpenAi.Select(static route => "/v1" + route), .. OpenAi.Select(static route => "/openai/v1" + route),
            "/openai/deployments/*", "/engines/*", "/v1/engines/*"];
        string[] inference = [.. openAi, .. Anthropic, .. Google, .. Mcp, .. Agents, .. MappedPassThrough, .. Native, .. Guardrails];
        yield return ("openai_routes", openAi);
        yield return ("anthropic_routes", Anthropic);
        yield return ("google_routes", Google);
        yield return ("mcp_routes", Mcp);
        yield return ("agent_routes", Agents);
        yield return ("mapped_pass_through_routes", MappedPassThrough);
        yield return ("passthrough_routes_wildcard", MappedPassThrough);
        yield return ("litellm_native_routes", Native);
        yield return ("apply_guardrail_routes", Guardrails);
        yield return ("llm_api_routes", inference);
        yield return ("public_routes", Public);
        yield return ("info_routes", Info);
        yield return ("key_management_routes", KeyManagement);
        yield return ("management_routes", Management);
        yield return ("spend_tracking_routes", SpendTracking);
        yield return ("global_spend_tracking_routes", GlobalSpendTracking);
        yield return ("internal_user_routes", InternalUser);
        yield return ("internal_user_view_only_routes", [.. SpendTracking, .. GlobalSpendTracking]);
        yield return ("self_managed_routes", SelfManaged);
        yield return ("org_admin_only_routes", OrgAdminOnly);
        yield return ("admin_viewer_routes", AdminViewer);
        yield return ("org_admin_allowed_routes", [.. OrgAdminOnly, .. Management, .. SelfManaged, .. AdminViewer]);
        yield return ("master_key_only_routes", MasterKeyOnly);
        yield return ("ui_routes", Ui);
    }
}
