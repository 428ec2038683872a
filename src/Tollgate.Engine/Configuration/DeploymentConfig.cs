using System.Collections.Frozen;
using System.Collections.Immutable;
using Tollgate.Engine.Pricing;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Configuration;

/// <summary>One entry of <c>model_list</c>: an upstream model with credentials and limits.</summary>
public sealed record DeploymentConfig
{
    /// <summary>Public name that clients send (<c>model_name</c>); may hold <c>/</c> and <c>*</c>.</summary>
    public required string ModelGroup { get; init; }

    /// <summary><c>model_info.id</c>, else the hash of config.md 4.4. Unique in a config.</summary>
    public required string Id { get; init; }

    /// <summary><c>litellm_params.model</c> as written: <c>provider/model</c> or a bare name.</summary>
    public required string Model { get; init; }

    /// <summary><c>custom_llm_provider</c>: forces the provider, the model is then sent as is.</summary>
    public string? CustomProvider { get; init; }

    /// <summary>Credential; null when neither file nor credential list has one (the provider's environment variable is then asked).</summary>
    public string? ApiKey { get; init; }

    /// <summary>
    /// True when the file names a key or an address (say <c>os.environ/X</c>) that could not be resolved: calls fail with 401 instead of going
    /// out without one, or with a key to the wrong place.
    /// </summary>
    public bool ApiKeyUnresolved { get; init; }

    /// <summary><c>api_base</c> or <c>base_url</c> as written, absolute URL.</summary>
    public string? ApiBase { get; init; }

    public string? ApiVersion { get; init; }

    public string? Organization { get; init; }

    public string? Project { get; init; }

    /// <summary>Whole call. <c>timeout</c>, else <c>request_timeout</c>; seconds in YAML.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Wait for the first chunk of a stream. Seconds in YAML.</summary>
    public TimeSpan? StreamTimeout { get; init; }

    /// <summary><c>num_retries</c>, else <c>max_retries</c>.</summary>
    public int? NumRetries { get; init; }

    public double? Weight { get; init; }

    /// <summary>Requests per minute; used as a weight for the shuffle.</summary>
    public long? Rpm { get; init; }

    /// <summary>Tokens per minute; used as a weight for the shuffle.</summary>
    public long? Tpm { get; init; }

    /// <summary>Preference level, lower first; null ranks last.</summary>
    public int? Order { get; init; }

    public bool? DropParams { get; init; }

    /// <summary>Paths (<c>a</c>, <c>a.b</c>, <c>a[*].b</c>, <c>a[0].b</c>) that are always removed.</summary>
    public ImmutableArray<string> AdditionalDropParams { get; init; } = [];

    /// <summary>Parameters passed on even if the provider is not known to take them.</summary>
    public ImmutableArray<string> AllowedOpenAiParams { get; init; } = [];

    /// <summary>Credentials and addresses that a client may send itself; a value is a regex on what it may send, or null for anything.</summary>
    public FrozenDictionary<string, string?> ClientSideAuthParams { get; init; } = FrozenDictionary<string, string?>.Empty;

    /// <summary><c>extra_headers</c> (or <c>headers</c>), added last.</summary>
    public FrozenDictionary<string, string> ExtraHeaders { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary><c>extra_body</c>, merged into the upstream body last.</summary>
    public ImmutableArray<JsonMember> ExtraBody { get; init; } = [];

    /// <summary><c>extra_query</c>, appended to the upstream URL.</summary>
    public FrozenDictionary<string, string> ExtraQuery { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Most bytes of a file in a form (<c>max_file_size_mb</c>, of 1,048,576 bytes); null, the default, leaves it to the whole form's limit.</summary>
    public long? MaxFileBytes { get; init; }

    /// <summary>Any other key of <c>litellm_params</c>: a request parameter sent when the client did not set it.</summary>
    public ImmutableArray<JsonMember> DefaultParams { get; init; } = [];

    /// <summary>Connection keys that only the provider's connection understands (<c>tenant_id</c>, <c>azure_scope</c>, <c>aws_region_name</c>, ...), substituted.</summary>
    public FrozenDictionary<string, string> ProviderParams { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary><c>cache_control_injection_points</c>: where the provider's prompt cache is to end, whatever clients say.</summary>
    public ImmutableArray<CachePoint> CachePoints { get; init; } = [];

    /// <summary>Certificate check of the upstream: true, false, or null for the global setting.</summary>
    public bool? SslVerify { get; init; }

    /// <summary><c>ssl_verify</c> given as a path: a PEM bundle to trust.</summary>
    public string? SslCaFile { get; init; }

    /// <summary>Outbound HTTP proxy for this deployment only.</summary>
    public string? Proxy { get; init; }

    /// <summary>Canned answer instead of an upstream call, JSON text (a string or an object).</summary>
    public ReadOnlyMemory<byte>? MockResponse { get; init; }

    /// <summary>Delay before a canned answer.</summary>
    public TimeSpan? MockDelay { get; init; }

    /// <summary>False folds system text into a user message.</summary>
    public bool SupportsSystemMessage { get; init; } = true;

    /// <summary>Puts reasoning text into <c>content</c> inside think tags.</summary>
    public bool MergeReasoningContent { get; init; }

    /// <summary>Its credentials serve calls that are relayed as they are (<c>use_in_pass_through</c>).</summary>
    public bool UseInPassThrough { get; init; }

    /// <summary>Never re-route chat to another surface of the provider (<c>use_chat_completions_api</c>).</summary>
    public bool UseChatCompletionsApi { get; init; }

    /// <summary>Prices that the operator wrote, in <c>model_info</c> or else in <c>litellm_params</c>; they go before published ones.</summary>
    public PriceFields Prices { get; init; } = PriceFields.None;

    /// <summary>Most that this deployment may spend in a period, USD; null is no limit (<c>max_budget</c>).</summary>
    public decimal? MaxBudget { get; init; }

    /// <summary>Length of that period as written (<c>7d</c>); null is the deployment's lifetime (<c>budget_duration</c>).</summary>
    public string? BudgetDuration { get; init; }

    /// <summary><c>model_info</c>.</summary>
    public DeploymentInfo Info { get; init; } = new();

    /// <summary>Where the entry stands.</summary>
    public SourcePosition Source { get; init; }
}

/// <summary><c>model_info</c> of a deployment: facts that override the model catalogue.</summary>
public sealed record DeploymentInfo
{
    /// <summary><c>chat</c>, <c>completion</c>, <c>embedding</c>, ...; null asks the model catalogue, then <c>chat</c>.</summary>
    public string? Mode { get; init; }

    /// <summary>Name for price, context window and capability look-ups.</summary>
    public string? BaseModel { get; init; }

    /// <summary><c>model_info.access_groups</c>.</summary>
    public ImmutableArray<string> AccessGroups { get; init; } = [];

    /// <summary>The deployment is paused: known, but answered with 403.</summary>
    public bool Blocked { get; init; }

    /// <summary>Team whose keys alone may call this deployment; null is everyone (<c>team_id</c>).</summary>
    public string? TeamId { get; init; }

    /// <summary>Name by which that team calls it; the model group's own name is internal then (<c>team_public_model_name</c>).</summary>
    public string? TeamPublicName { get; init; }

    /// <summary>Capability flags (<c>supports_function_calling</c>, ...) the operator stated.</summary>
    public FrozenDictionary<string, bool> Capabilities { get; init; } = FrozenDictionary<string, bool>.Empty;

    /// <summary>Concrete model of a wildcard entry for health checks.</summary>
    public string? HealthCheckModel { get; init; }

    /// <summary>Limit of one health check. Default 60 s (LiteLLM).</summary>
    public TimeSpan HealthCheckTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Voice of a health check of speech (<c>health_check_voice</c>). Default alloy (LiteLLM).</summary>
    public string HealthCheckVoice { get; init; } = "alloy";

    /// <summary><c>max_tokens</c> of a health check; null is 5, or unset for wildcards.</summary>
    public int? HealthCheckMaxTokens { get; init; }

    /// <summary>All of <c>model_info</c> as JSON members, for <c>/model/info</c>.</summary>
    public ImmutableArray<JsonMember> Members { get; init; } = [];
}
