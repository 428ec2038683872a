using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Tollgate.Engine.Keys;

/// <summary>Limits of one object; null is unlimited, zero allows nothing.</summary>
/// <param name="RequestsPerMinute"><c>rpm_limit</c>.</param>
/// <param name="TokensPerMinute"><c>tpm_limit</c>.</param>
/// <param name="ParallelRequests"><c>max_parallel_requests</c>.</param>
public readonly record struct RateLimits(long? RequestsPerMinute, long? TokensPerMinute, long? ParallelRequests)
{
    /// <summary>Nothing is limited.</summary>
    public bool IsNone => RequestsPerMinute is null && TokensPerMinute is null && ParallelRequests is null;

    /// <summary>These, and the other's where these say nothing.</summary>
    public RateLimits Or(in RateLimits other) => new(
        RequestsPerMinute ?? other.RequestsPerMinute, TokensPerMinute ?? other.TokensPerMinute, ParallelRequests ?? other.ParallelRequests);
}

/// <summary>Budget and recorded spend of one object.</summary>
/// <param name="Max">USD; null is no budget, zero is a budget of nothing.</param>
/// <param name="Soft">USD at which an alert is sent; never refuses.</param>
/// <param name="Duration">Length of a period as written (<c>30d</c>); null for one that never resets.</param>
/// <param name="ResetAt">End of the period, UTC.</param>
/// <param name="Spend">USD recorded in the database when this was read.</param>
/// <param name="BudgetId">Budget row that the limit comes from; null when the object has its own.</param>
public readonly record struct BudgetFacts(
    decimal? Max, decimal? Soft, string? Duration, DateTimeOffset? ResetAt, decimal Spend, string? BudgetId);

/// <summary>One of several budgets over time (<c>budget_limits[]</c>), or the budget of one model (<c>model_max_budget</c>).</summary>
/// <param name="Name">Model for a model budget; the duration for a window.</param>
/// <param name="Max">USD; null when the entry only limits rates.</param>
/// <param name="Duration">Length of the period; null for one that never resets.</param>
/// <param name="Limits">Rates of a model budget's entry.</param>
public sealed record PartialBudget(string Name, decimal? Max, string? Duration, RateLimits Limits);

/// <summary>Limits of single models: <c>model_rpm_limit</c> and <c>model_tpm_limit</c>.</summary>
public sealed record ModelLimits(FrozenDictionary<string, long> RequestsPerMinute, FrozenDictionary<string, long> TokensPerMinute)
{
    public static ModelLimits None { get; } = new(FrozenDictionary<string, long>.Empty, FrozenDictionary<string, long>.Empty);
}

/// <summary>What the metadata of a key, team or organization may say about calls (database.md 4.1, 4.2).</summary>
public sealed record EntityMetadata
{
    public static EntityMetadata None { get; } = new();

    /// <summary>The whole object as UTF-8 JSON, for callbacks and logs.</summary>
    public ReadOnlyMemory<byte> Json { get; init; } = "{}"u8.ToArray();

    /// <summary>Tags put on every call.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary><c>spend_logs_metadata</c> as UTF-8 JSON; empty when absent.</summary>
    public ReadOnlyMemory<byte> SpendLogsMetadata { get; init; }

    public ModelLimits ModelLimits { get; init; } = ModelLimits.None;

    /// <summary>Amount added to the budget until <see cref="TemporaryBudgetExpiry"/>.</summary>
    public decimal TemporaryBudgetIncrease { get; init; }

    public DateTimeOffset? TemporaryBudgetExpiry { get; init; }

    /// <summary>Body fields that calls must carry.</summary>
    public ImmutableArray<string> EnforcedParams { get; init; } = [];

    /// <summary>Paths that are relayed as they are and may be called whatever routes the key is restricted to (<c>allowed_passthrough_routes</c>).</summary>
    public ImmutableArray<string> PassThroughRoutes { get; init; } = [];
}

/// <summary>Things with a name of their own that a key, team or organization is kept to (<c>object_permission</c>); empty is all.</summary>
/// <param name="VectorStores">Ids of vector stores.</param>
/// <param name="SearchTools">Names of tools that search the web.</param>
public sealed record ObjectRights(ImmutableArray<string> VectorStores, ImmutableArray<string> SearchTools)
{
    public static ObjectRights All { get; } = new([], []);
}

/// <summary>The owner of a key.</summary>
public sealed record UserIdentity
{
    public required string Id { get; init; }

    public string? Email { get; init; }

    public string? Alias { get; init; }

    /// <summary><c>user_role</c> as stored; null when unset.</summary>
    public string? Role { get; init; }

    public ImmutableArray<string> Models { get; init; } = [];

    public RateLimits Limits { get; init; }

    public BudgetFacts Budget { get; init; }

    /// <summary>Budgets of single models, by model (<c>model_max_budget</c>).</summary>
    public ImmutableArray<PartialBudget> ModelBudgets { get; init; } = [];

    /// <summary>False once switched off by directory synchronization (<c>metadata.scim_active</c>).</summary>
    public bool IsActive { get; init; } = true;
}

/// <summary>The team of a key.</summary>
public sealed record TeamIdentity
{
    public required string Id { get; init; }

    public string? Alias { get; init; }

    public bool Blocked { get; init; }

    public ImmutableArray<string> Models { get; init; } = [];

    /// <summary>Names that this team may send, and what they mean (<c>model_aliases</c>).</summary>
    public FrozenDictionary<string, string> Aliases { get; init; } = FrozenDictionary<string, string>.Empty;

    public RateLimits Limits { get; init; }

    public BudgetFacts Budget { get; init; }

    public ImmutableArray<PartialBudget> Windows { get; init; } = [];

    public EntityMetadata Metadata { get; init; } = EntityMetadata.None;

    public ImmutableArray<string> AccessGroupModels { get; init; } = [];

    /// <summary>Ids of members with role <c>admin</c>.</summary>
    public ImmutableArray<string> Admins { get; init; } = [];

    public ObjectRights Objects { get; init; } = ObjectRights.All;
}

/// <summary>A user within the team of a key: exists for every key that has both.</summary>
public sealed record MemberIdentity
{
    public required string TeamId { get; init; }

    public required string UserId { get; init; }

    public RateLimits Limits { get; init; }

    public BudgetFacts Budget { get; init; }

    /// <summary>Models this member may call; empty is what the team may.</summary>
    public ImmutableArray<string> Models { get; init; } = [];
}

/// <summary>The organization of a key, or of its team.</summary>
public sealed record OrganizationIdentity
{
    public required string Id { get; init; }

    public string? Alias { get; init; }

    public ImmutableArray<string> Models { get; init; } = [];

    public RateLimits Limits { get; init; }

    public BudgetFacts Budget { get; init; }

    public EntityMetadata Metadata { get; init; } = EntityMetadata.None;

    public ObjectRights Objects { get; init; } = ObjectRights.All;
}

/// <summary>The project of a key.</summary>
public sealed record ProjectIdentity
{
    public required string Id { get; init; }

    public string? Alias { get; init; }

    public bool Blocked { get; init; }

    public ImmutableArray<string> Models { get; init; } = [];

    public RateLimits Limits { get; init; }

    public BudgetFacts Budget { get; init; }

    public ModelLimits ModelLimits { get; init; } = ModelLimits.None;
}

/// <summary>
/// A virtual key with everything that is needed to decide about its calls: read with one indexed query, then immutable. A change in the
/// database replaces it as a whole.
/// </summary>
public sealed record KeyIdentity
{
    /// <summary>Lower-case hex SHA-256 of the key: the row's id. For a rotated key in its grace period the current one's.</summary>
    public required string Hash { get; init; }

    /// <summary>When the value that it was found by stops working: it was replaced, and its grace period ends. Null for the current value.</summary>
    public DateTimeOffset? ReplacedUntil { get; init; }

    public string? Alias { get; init; }

    /// <summary>Masked form, <c>sk-...abcd</c>.</summary>
    public string? Name { get; init; }

    public bool Blocked { get; init; }

    /// <summary>Null is never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Models it may call; empty is all that team or user may.</summary>
    public ImmutableArray<string> Models { get; init; } = [];

    /// <summary>Models that its access groups add.</summary>
    public ImmutableArray<string> AccessGroupModels { get; init; } = [];

    /// <summary>Names it may send, and what they mean.</summary>
    public FrozenDictionary<string, string> Aliases { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Routes, groups of routes or prefixes with <c>*</c>; empty is all.</summary>
    public ImmutableArray<string> AllowedRoutes { get; init; } = [];

    /// <summary><c>permissions</c> as UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> Permissions { get; init; } = "{}"u8.ToArray();

    /// <summary>Own limits, else those of the linked budget row.</summary>
    public RateLimits Limits { get; init; }

    public BudgetFacts Budget { get; init; }

    public ImmutableArray<PartialBudget> Windows { get; init; } = [];

    public ImmutableArray<PartialBudget> ModelBudgets { get; init; } = [];

    public EntityMetadata Metadata { get; init; } = EntityMetadata.None;

    public ObjectRights Objects { get; init; } = ObjectRights.All;

    public string? UserId { get; init; }

    public string? TeamId { get; init; }

    public string? AgentId { get; init; }

    public UserIdentity? User { get; init; }

    public TeamIdentity? Team { get; init; }

    public MemberIdentity? Member { get; init; }

    public OrganizationIdentity? Organization { get; init; }

    public ProjectIdentity? Project { get; init; }
}

/// <summary>A customer: the <c>user</c> of requests (<c>LiteLLM_EndUserTable</c>).</summary>
public sealed record CustomerIdentity
{
    public required string Id { get; init; }

    /// <summary>False for a customer that has no row yet; limits and budget are then the configured default's.</summary>
    public bool Exists { get; init; }

    public bool Blocked { get; init; }

    public string? DefaultModel { get; init; }

    public RateLimits Limits { get; init; }

    public BudgetFacts Budget { get; init; }

    public ImmutableArray<PartialBudget> ModelBudgets { get; init; } = [];
}

/// <summary>A tag that has a row (<c>LiteLLM_TagTable</c>).</summary>
public sealed record TagIdentity
{
    public required string Name { get; init; }

    public RateLimits Limits { get; init; }

    public BudgetFacts Budget { get; init; }
}
