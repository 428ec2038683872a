using System.Collections.Frozen;
using System.Collections.Immutable;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Configuration;

/// <summary><c>general_settings</c> that have an effect; the whole list of keys is known to the configuration schema.</summary>
public sealed record GeneralSettings
{
    /// <summary>The administrator's key; null leaves the gateway open to everyone (LiteLLM's rule), with a warning.</summary>
    public string? MasterKey { get; init; }

    /// <summary>When set, the only header that is read for a key (<c>Bearer x</c> form).</summary>
    public string? KeyHeaderName { get; init; }

    /// <summary>Header that names the customer of a call (<c>user_header_name</c>, or the mapping with role <c>customer</c>); null for none.</summary>
    public string? UserHeaderName { get; init; }

    /// <summary>Names without a deployment are served by provider inference with credentials from the environment. <c>pass_through_all_models</c> means the same.</summary>
    public bool AllowNonRegisteredModels { get; init; }

    /// <summary>Clients may send <c>api_key</c> and <c>api_base</c> in the body.</summary>
    public bool AllowClientSideCredentials { get; init; }

    /// <summary>Routes that need no key: exact, or <c>prefix*</c>; <c>LiteLLMRoutes.public_routes</c> names the default set.</summary>
    public ImmutableArray<string> PublicRoutes { get; init; } = [];

    /// <summary>Only these routes are served; empty means all.</summary>
    public ImmutableArray<string> AllowedRoutes { get; init; } = [];

    /// <summary>Addresses or CIDR ranges that may call; empty means all.</summary>
    public ImmutableArray<string> AllowedIps { get; init; } = [];

    /// <summary>Take the client's address from <c>X-Forwarded-For</c>.</summary>
    public bool UseForwardedFor { get; init; }

    /// <summary>Forces the model of chat-like routes.</summary>
    public string? CompletionModel { get; init; }

    /// <summary>Forces the model of embedding routes.</summary>
    public string? EmbeddingModel { get; init; }

    /// <summary>Forces the model of image routes (<c>image_generation_model</c>).</summary>
    public string? ImageModel { get; init; }

    /// <summary>Model of moderations whose client names none (<c>moderation_model</c>).</summary>
    public string? ModerationModel { get; init; }

    /// <summary>Forwards <c>x-*</c> and <c>anthropic-beta</c> client headers for all models.</summary>
    public bool ForwardClientHeaders { get; init; }

    /// <summary>Model groups (or <c>provider/*</c>) whose client headers are forwarded.</summary>
    public ImmutableArray<string> ForwardClientHeadersFor { get; init; } = [];

    /// <summary>Forwards the client's <c>openai-organization</c>.</summary>
    public bool ForwardOpenAiOrganization { get; init; }

    /// <summary>Forwards provider credentials that a client sends in headers other than the one that authenticated it.</summary>
    public bool ForwardProviderAuthHeaders { get; init; }

    /// <summary>Every stream ends with a usage chunk, asked for or not.</summary>
    public bool AlwaysIncludeStreamUsage { get; init; }

    /// <summary>Largest request body in bytes. Default 100 MB (ours; LiteLLM has none). 1 MB is 1,048,576 bytes.</summary>
    public long MaxRequestBytes { get; init; } = 100L * 1024 * 1024;

    /// <summary>Largest non-streamed answer in bytes; null is no limit that the operator set.</summary>
    public long? MaxResponseBytes { get; init; }

    /// <summary>Body fields that must exist (<c>user</c>, <c>metadata.x</c>).</summary>
    public ImmutableArray<string> EnforcedParams { get; init; } = [];

    /// <summary><c>user</c> is required on inference routes.</summary>
    public bool EnforceUserParam { get; init; }

    /// <summary>Refuses <c>metadata.tags</c> from clients.</summary>
    public bool RejectClientTags { get; init; }

    /// <summary>Clients may use the <c>mock_*</c> fields. Default true.</summary>
    public bool AllowClientMock { get; init; } = true;

    /// <summary>Seconds between keep-alive comments on a silent stream; zero is off (default).</summary>
    public TimeSpan SseKeepAlive { get; init; }

    /// <summary>
    /// Ids of responses are sealed with the user and team whose they are, and nobody else may come back with them
    /// (<c>disable_responses_id_security: true</c> turns that off). Default true.
    /// </summary>
    public bool SealsResponseIds { get; init; } = true;

    /// <summary>Show connection details in <c>/health</c>. Default true.</summary>
    public bool HealthCheckDetails { get; init; } = true;

    /// <summary>Largest body that is relayed without being read, in bytes: uploads. Default 1 GB; <c>max_request_size_mb</c> counts for both.</summary>
    public long MaxUploadBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Paths of the operator's own (<c>pass_through_endpoints</c>).</summary>
    public ImmutableArray<PassThroughEndpoint> PassThroughEndpoints { get; init; } = [];

    /// <summary>Clients' own provider credentials go on in relayed calls (<c>use_client_credentials_pass_through_routes</c>).</summary>
    public bool UseClientCredentials { get; init; }

    /// <summary>PostgreSQL URL that was configured, for readiness; null when none. A secret.</summary>
    public string? DatabaseUrl { get; init; }
}

/// <summary><c>litellm_settings</c> that act on every model.</summary>
public sealed record ModelSettings
{
    public bool DropParams { get; init; }

    /// <summary>Repair conversations that an upstream would refuse (<c>modify_params</c>). Default false.</summary>
    public bool ModifyParams { get; init; }

    /// <summary>
    /// An estimate stands in where a provider fails to count tokens. Default true; <c>litellm_settings.disable_token_counter</c> makes such
    /// calls fail instead.
    /// </summary>
    public bool EstimatesTokens { get; init; } = true;

    /// <summary>
    /// What the operator changes in the table of the betas that hosts of Claude take (<c>anthropic_beta_headers</c>): by host, then by beta its
    /// name there, empty for one that is not to be sent. Default: the table as shipped.
    /// </summary>
    public FrozenDictionary<string, FrozenDictionary<string, string>> AnthropicBetas { get; init; }
        = FrozenDictionary<string, FrozenDictionary<string, string>>.Empty;

    /// <summary>Anthropic's clients see no <c>total_tokens</c> (<c>strip_anthropic_total_tokens</c>). Default false.</summary>
    public bool StripsTotalTokens { get; init; }

    /// <summary>Global rename before routing (<c>model_alias_map</c>).</summary>
    public FrozenDictionary<string, string> AliasMap { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Whole-request timeout. Default 6000 s (LiteLLM).</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(6000);

    /// <summary>Send <c>metadata</c> upstream (<c>enable_preview_features</c>).</summary>
    public bool SendMetadataUpstream { get; init; }

    /// <summary>Certificate check of upstreams. Default true.</summary>
    public bool SslVerify { get; init; } = true;

    /// <summary>PEM bundle to trust for upstreams.</summary>
    public string? SslCaFile { get; init; }

    /// <summary>Default Azure credential chain when no key is set (<c>enable_azure_ad_token_refresh</c>).</summary>
    public bool UseDefaultCloudIdentity { get; init; }

    /// <summary>
    /// Chat calls to the makers of the responses dialect go there (<c>route_all_chat_openai_to_responses</c>,
    /// <c>LITELLM_ROUTE_ALL_CHAT_OPENAI_TO_RESPONSES</c>). Default false.
    /// </summary>
    public bool RouteAllChatToResponses { get; init; }

    /// <summary>
    /// Messages calls to the makers of the responses dialect go over chat completions (<c>use_chat_completions_url_for_anthropic_messages</c>, or
    /// the variable of the same name). Default false.
    /// </summary>
    public bool MessagesOverChat { get; init; }

    /// <summary>Google's filter for calls that bring none, a JSON list (<c>vertex_ai_safety_settings</c>); null, the default, is the model's own.</summary>
    public string? SafetySettings { get; init; }

    /// <summary>Ask for a summary of thoughts whenever an effort is given (<c>reasoning_auto_summary</c>, <c>LITELLM_REASONING_AUTO_SUMMARY</c>). Default false.</summary>
    public bool ReasoningAutoSummary { get; init; }

    /// <summary>Longest stream; null is no limit (<c>LITELLM_MAX_STREAMING_DURATION_SECONDS</c>).</summary>
    public TimeSpan? MaxStreamDuration { get; init; }

    /// <summary>Ask providers for the models behind wildcard entries in <c>/v1/models</c>.</summary>
    public bool CheckProviderEndpoint { get; init; }
}

/// <summary><c>router_settings</c> (with what <c>litellm_settings</c> may also carry, the router's value winning).</summary>
public sealed record RouterSettings
{
    /// <summary>Retries per request. Default 2 (LiteLLM's code default).</summary>
    public int NumRetries { get; init; } = 2;

    /// <summary>Whole-call timeout; null falls back to the request timeout.</summary>
    public TimeSpan? Timeout { get; init; }

    public TimeSpan? StreamTimeout { get; init; }

    /// <summary>Least wait between retries. Default 0 s.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>First backoff. Default 0.5 s (<c>INITIAL_RETRY_DELAY</c>).</summary>
    public TimeSpan InitialRetryDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Longest backoff. Default 8 s (<c>MAX_RETRY_DELAY</c>).</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Random extra wait, upper bound. Default 0.75 s (<c>JITTER</c>).</summary>
    public TimeSpan RetryJitter { get; init; } = TimeSpan.FromSeconds(0.75);

    /// <summary>Retries by error class (<c>retry_policy</c>), replacing the number above. Keys as written: <c>RateLimitErrorRetries</c>, ...</summary>
    public FrozenDictionary<string, int> RetryPolicy { get; init; } = FrozenDictionary<string, int>.Empty;

    /// <summary><c>model_group_retry_policy</c>: by group, then by error class.</summary>
    public FrozenDictionary<string, FrozenDictionary<string, int>> GroupRetryPolicy { get; init; } =
        FrozenDictionary<string, FrozenDictionary<string, int>>.Empty;

    /// <summary>Chains for failures that are not the caller's fault; key <c>*</c> is the default chain.</summary>
    public FrozenDictionary<string, ImmutableArray<FallbackTarget>> Fallbacks { get; init; } =
        FrozenDictionary<string, ImmutableArray<FallbackTarget>>.Empty;

    /// <summary>Chains for prompts that are too long.</summary>
    public FrozenDictionary<string, ImmutableArray<FallbackTarget>> ContextWindowFallbacks { get; init; } =
        FrozenDictionary<string, ImmutableArray<FallbackTarget>>.Empty;

    /// <summary>Chains for refusals by content policy.</summary>
    public FrozenDictionary<string, ImmutableArray<FallbackTarget>> ContentPolicyFallbacks { get; init; } =
        FrozenDictionary<string, ImmutableArray<FallbackTarget>>.Empty;

    /// <summary>Fallback steps per request. Default 5 (<c>ROUTER_MAX_FALLBACKS</c>).</summary>
    public int MaxFallbacks { get; init; } = 5;

    /// <summary>Aliases of model groups.</summary>
    public FrozenDictionary<string, ModelAlias> Aliases { get; init; } = FrozenDictionary<string, ModelAlias>.Empty;

    /// <summary>Request parameters for all deployments, set when neither client nor deployment has them (<c>default_litellm_params</c>).</summary>
    public ImmutableArray<JsonMember> DefaultParams { get; init; } = [];
}

/// <summary>One step of a fallback chain.</summary>
/// <param name="Model">Group, alias, deployment id or wildcard-resolvable name.</param>
/// <param name="Overrides">Request members that replace the client's for this step (the mapping form).</param>
public sealed record FallbackTarget(string Model, ImmutableArray<JsonMember> Overrides);

/// <summary>Another name of a model group.</summary>
/// <param name="Target">The group.</param>
/// <param name="Hidden">Works, but is not listed by <c>/v1/models</c>.</param>
public sealed record ModelAlias(string Target, bool Hidden);

/// <summary>What the process itself is told by flags, environment and <c>tollgate:</c>.</summary>
public sealed record ServerSettings
{
    /// <summary>Path prefix accepted in front of every route (<c>SERVER_ROOT_PATH</c>), without a trailing slash.</summary>
    public string RootPath { get; init; } = "";

    /// <summary>The one deployment that answers every name (config-less <c>--model</c>); null otherwise.</summary>
    public string? CatchAllModelGroup { get; init; }

    /// <summary>How long streams may finish after SIGTERM. Default 60 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest silence within a stream after its first chunk. Default 60 s at least, or the stream timeout when longer.</summary>
    public TimeSpan StreamIdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time to open a connection. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Upstream connections per host; null is no limit (<c>AIOHTTP_CONNECTOR_LIMIT_PER_HOST</c>).</summary>
    public int? MaxConnectionsPerHost { get; init; }

    /// <summary>How long an idle upstream connection is kept. Default 120 s (<c>AIOHTTP_KEEPALIVE_TIMEOUT</c>).</summary>
    public TimeSpan PooledConnectionIdleTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The environment names an outbound proxy (<c>HTTP_PROXY</c>, <c>HTTPS_PROXY</c>, <c>ALL_PROXY</c>).</summary>
    public bool UseEnvironmentProxy { get; init; }

    /// <summary>Swagger UI path; null switches it off (<c>DOCS_URL</c>, <c>NO_DOCS</c>).</summary>
    public string? DocsUrl { get; init; } = "/docs";

    /// <summary>OpenAPI document path; null switches it off (<c>OPENAPI_URL</c>, <c>NO_OPENAPI</c>).</summary>
    public string? OpenApiUrl { get; init; } = "/openapi.json";

    /// <summary>Concurrent requests above which 503 is answered; streams read on for clients that have left do not count. Null is no limit.</summary>
    public int? LimitConcurrency { get; init; }
}
