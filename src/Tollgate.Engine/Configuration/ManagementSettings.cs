using System.Collections.Immutable;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Configuration;

/// <summary>What <c>GET /user/list</c> answers with.</summary>
public enum UserListShape : byte
{
    /// <summary>A bare array for callers that ask for nothing in particular (no query, <c>Accept</c> absent or <c>*/*</c>), else the object.</summary>
    Auto,

    /// <summary>Always <c>{"users":[...]}</c>, as LiteLLM.</summary>
    Object,

    /// <summary>Always a bare array.</summary>
    Array,
}

/// <summary>Settings of the control plane for keys and users (config.md 5.5, 7.1; admin-api.md 3.5, 4, 5, 6).</summary>
public sealed record ManagementSettings
{
    /// <summary>Fields of a new key that the request leaves out (<c>litellm_settings.default_key_generate_params</c>).</summary>
    public ImmutableArray<JsonMember> KeyDefaults { get; init; } = [];

    /// <summary>Most that a new key may ask for (<c>litellm_settings.upperbound_key_generate_params</c>).</summary>
    public KeyUpperBounds KeyBounds { get; init; } = KeyUpperBounds.None;

    /// <summary>Who may make keys of teams (<c>key_generation_settings.team_key_generation</c>); null when everyone may.</summary>
    public KeyCreationRule? TeamKeys { get; init; }

    /// <summary>Who may make keys without a team (<c>key_generation_settings.personal_key_generation</c>); null when everyone may.</summary>
    public KeyCreationRule? PersonalKeys { get; init; }

    /// <summary>Only keys of teams may be made (<c>general_settings.default_team_disabled</c>).</summary>
    public bool PersonalKeysDisabled { get; init; }

    /// <summary>Aliases of keys must have LiteLLM's form (<c>litellm_settings.enable_key_alias_format_validation</c>).</summary>
    public bool CheckAliasForm { get; init; }

    /// <summary>Every key needs an alias, since it names the secret (<c>key_management_settings.store_virtual_keys</c>).</summary>
    public bool RequireAlias { get; init; }

    /// <summary>Masked forms of keys are not kept (<c>DISABLE_KEY_NAME</c>).</summary>
    public bool HideKeyNames { get; init; }

    /// <summary>Random bytes of a made key. Default 16 (<c>LENGTH_OF_LITELLM_GENERATED_KEY</c>, 8 to 256).</summary>
    public int KeyBytes { get; init; } = 16;

    /// <summary>How long a regenerated key's old form works when the request does not say; null is not at all (<c>LITELLM_KEY_ROTATION_GRACE_PERIOD</c>).</summary>
    public string? RotationGracePeriod { get; init; }

    /// <summary>Keys with <c>auto_rotate</c> are rotated when their time has come (<c>LITELLM_KEY_ROTATION_ENABLED</c>). Default false.</summary>
    public bool RotatesKeys { get; init; }

    /// <summary>How often due keys are looked for. Default 1 d (<c>LITELLM_KEY_ROTATION_CHECK_INTERVAL_SECONDS</c>).</summary>
    public TimeSpan RotationInterval { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long a replica that dies keeps the others from rotating. Default 600 s (<c>LITELLM_KEY_ROTATION_LOCK_TTL_SECONDS</c>).</summary>
    public TimeSpan RotationLease { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>
    /// Batches are asked for that nobody asks for, so that their cost is recorded (<c>PROXY_BATCH_POLLING_ENABLED</c>). Default true, LiteLLM's.
    /// </summary>
    public bool PollsBatches { get; init; } = true;

    /// <summary>
    /// How often they are asked for. Default 3600 s, LiteLLM's (<c>general_settings.proxy_batch_polling_interval</c>,
    /// <c>PROXY_BATCH_POLLING_INTERVAL</c>).
    /// </summary>
    public TimeSpan BatchPollingInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most of them in one round. Default 50, LiteLLM's (<c>MAX_OBJECTS_PER_POLL_CYCLE</c>).</summary>
    public int BatchesPerPoll { get; init; } = 50;

    /// <summary>Older ones are given up. Default 7 d, LiteLLM's (<c>MANAGED_OBJECT_STALENESS_CUTOFF_DAYS</c>).</summary>
    public TimeSpan BatchStaleness { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Fields of a new user that the request leaves out (<c>litellm_settings.default_internal_user_params</c>).</summary>
    public ImmutableArray<JsonMember> UserDefaults { get; init; } = [];

    /// <summary>Fields of a new team that the request leaves out (<c>litellm_settings.default_team_params</c>).</summary>
    public ImmutableArray<JsonMember> TeamDefaults { get; init; } = [];

    /// <summary>Budget of new internal users, USD; null is none (<c>litellm_settings.max_internal_user_budget</c>).</summary>
    public double? InternalUserBudget { get; init; }

    /// <summary>Its period (<c>litellm_settings.internal_user_budget_duration</c>).</summary>
    public string? InternalUserBudgetDuration { get; init; }

    /// <summary>
    /// How new passwords are stored: <c>scrypt</c> (default), <c>pbkdf2</c>, or <c>keep</c> for LiteLLM 1.81's SHA-256, before a way back to
    /// it (<c>tollgate.password_hash</c>).
    /// </summary>
    public string PasswordHash { get; init; } = "scrypt";

    /// <summary>Shape of <c>GET /user/list</c> (<c>general_settings.user_list_response</c>). Default <see cref="UserListShape.Auto"/>.</summary>
    public UserListShape UserList { get; init; }

    /// <summary>The row of the master key is left out of lists of keys (<c>general_settings.disable_master_key_return</c>).</summary>
    public bool HideMasterKeyRow { get; init; }

    /// <summary>Routes that only administrators may call (<c>general_settings.admin_only_routes</c>).</summary>
    public ImmutableArray<string> AdminOnlyRoutes { get; init; } = [];

    /// <summary>No management route is served (<c>DISABLE_ADMIN_ENDPOINTS</c>).</summary>
    public bool IsDisabled { get; init; }
}

/// <summary>Most that a new key may ask for; null is no bound. A request that leaves a bounded field out gets the bound.</summary>
/// <param name="MaxBudget">USD.</param>
/// <param name="BudgetDuration">Length of a budget's period.</param>
/// <param name="Duration">Life of the key.</param>
/// <param name="ParallelRequests"><c>max_parallel_requests</c>.</param>
/// <param name="TokensPerMinute"><c>tpm_limit</c>.</param>
/// <param name="RequestsPerMinute"><c>rpm_limit</c>.</param>
public sealed record KeyUpperBounds(
    double? MaxBudget, string? BudgetDuration, string? Duration, long? ParallelRequests, long? TokensPerMinute, long? RequestsPerMinute)
{
    public static KeyUpperBounds None { get; } = new(null, null, null, null, null, null);
}

/// <summary>Who may make keys, and what they must say.</summary>
/// <param name="Roles">Roles that may: of the team's members, or of users; empty is all.</param>
/// <param name="RequiredParams">Fields that the request must carry.</param>
public sealed record KeyCreationRule(ImmutableArray<string> Roles, ImmutableArray<string> RequiredParams);
