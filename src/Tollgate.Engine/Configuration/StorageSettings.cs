using System.Collections.Immutable;
using Tollgate.Engine.Admission;

namespace Tollgate.Engine.Configuration;

/// <summary>Where data is kept and how the database is used (database.md 1.2).</summary>
public sealed record StorageSettings
{
    /// <summary>PostgreSQL URL; null means the embedded store. A secret.</summary>
    public string? DatabaseUrl { get; init; }

    /// <summary>Un-pooled URL for DDL and LISTEN (<c>DIRECT_URL</c>); null is <see cref="DatabaseUrl"/>. A secret.</summary>
    public string? DirectUrl { get; init; }

    /// <summary>The database's passwords are tokens of the cloud it runs in (<c>IAM_TOKEN_DB_AUTH</c>). Default false.</summary>
    public bool UsesTokens { get; init; }

    /// <summary>Use the embedded store when there is no URL (<c>TOLLGATE_EMBEDDED_DB</c>, <c>tollgate.embedded_db</c>). Default true.</summary>
    public bool EmbeddedDatabase { get; init; } = true;

    /// <summary>Where the embedded store, the journal and the made master key live (<c>TOLLGATE_DATA_DIR</c>). Default <c>data</c>.</summary>
    public string DataDirectory { get; init; } = "data";

    /// <summary>Connections per process. Default 20 (<c>database_connection_pool_limit</c>).</summary>
    public int PoolSize { get; init; } = 20;

    /// <summary>Wait for a pooled connection. Default 60 s.</summary>
    public TimeSpan PoolTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an unreachable database is waited for at start. Default 60 s (<c>TOLLGATE_DB_WAIT</c>).</summary>
    public TimeSpan StartWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>No DDL (<c>disable_prisma_schema_update</c>, <c>DISABLE_SCHEMA_UPDATE</c>).</summary>
    public bool NoSchemaChanges { get; init; }

    /// <summary>Keys that cannot be looked up because the database is away are let through, unrestricted (LiteLLM).</summary>
    public bool AllowWhenUnavailable { get; init; }

    /// <summary><c>store_model_in_db</c>; null when nobody said: see the design, section 10.</summary>
    public bool? StoreModels { get; init; }

    /// <summary>Object kinds read from the database; empty is all.</summary>
    public ImmutableArray<string> SupportedObjects { get; init; } = [];

    /// <summary>Change-notice triggers on LiteLLM's tables; null is on for a database of ours, off for an adopted one.</summary>
    public bool? InstallTriggers { get; init; }

    /// <summary><c>auto</c>, <c>legacy</c> or <c>aes-gcm</c> (config.md 12.4).</summary>
    public string WriteEncryption { get; init; } = "auto";

    /// <summary>Signing key of encrypted values: <c>LITELLM_SALT_KEY</c>, else the master key; null when neither is set. A secret.</summary>
    public string? SaltKey { get; init; }

    /// <summary>Former signing keys, tried on read (<c>LITELLM_SALT_KEY_PREVIOUS</c>, <c>LITELLM_MIGRATE_FROM_MASTER_KEY</c>). Secrets.</summary>
    public ImmutableArray<string> FormerSaltKeys { get; init; } = [];

    /// <summary>How long a key may be served from memory before it is read again. Default 60 s (<c>user_api_key_cache_ttl</c>).</summary>
    public TimeSpan KeyCacheTtl { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a warm key works while the database is away. Default 1 h.</summary>
    public TimeSpan KeyCacheStaleMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>SQLite <c>synchronous=FULL</c> (<c>tollgate.sqlite_durability: strict</c>).</summary>
    public bool SqliteStrict { get; init; }

    /// <summary>Changes are recorded in the audit log. Default true; <c>litellm_settings.store_audit_logs: false</c> switches it off.</summary>
    public bool AuditLogs { get; init; } = true;

    /// <summary>How long audit rows are kept; null is for ever (<c>tollgate.audit_retention</c>).</summary>
    public BudgetPeriod? AuditRetention { get; init; }

    /// <summary>Answers that later ones may go on from outlive the process (<c>tollgate.store_responses</c>). Default true.</summary>
    public bool StoreResponses { get; init; } = true;

    /// <summary>How long they are kept. Default 30 d, as OpenAI keeps them (<c>tollgate.response_retention</c>).</summary>
    public BudgetPeriod ResponseRetention { get; init; } = new(30, "d");

    /// <summary>Bytes of them in the database, the oldest leaving first. Default 1 GiB (<c>tollgate.response_store_max_mb</c>).</summary>
    public long ResponseStoreMaxBytes { get; init; } = 1024L * 1024 * 1024;
}

/// <summary>Redis, when replicas share counters (config.md 9.4).</summary>
public sealed record RedisSettings
{
    /// <summary>
    /// <c>redis://</c>, <c>rediss://</c> or <c>unix://</c>; of a cluster or of sentinels its login and encryption count, not its host. Null when
    /// Redis is not configured. May hold a password.
    /// </summary>
    public string? Url { get; init; }

    /// <summary>Nodes of a cluster to begin with, <c>host:port</c>. Default none (<c>redis_startup_nodes</c>, <c>REDIS_CLUSTER_NODES</c>).</summary>
    public ImmutableArray<string> ClusterNodes { get; init; } = [];

    /// <summary>Sentinels, <c>host:port</c>. Default none (<c>sentinel_nodes</c>, <c>REDIS_SENTINEL_NODES</c>).</summary>
    public ImmutableArray<string> SentinelNodes { get; init; } = [];

    /// <summary>What sentinels call the master (<c>service_name</c>, <c>REDIS_SERVICE_NAME</c>).</summary>
    public string? SentinelService { get; init; }

    /// <summary>Password of the sentinels (<c>sentinel_password</c>, <c>REDIS_SENTINEL_PASSWORD</c>). A secret.</summary>
    public string? SentinelPassword { get; init; }

    /// <summary>Bound of one operation. Default 0.1 s (<c>REDIS_SOCKET_TIMEOUT</c>).</summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromSeconds(0.1);

    /// <summary>Failures in a row that open the circuit. Default 5.</summary>
    public int BreakerFailures { get; init; } = 5;

    /// <summary>
    /// How long an open circuit is careful: Redis is probed every second, and until then three good probes in a row close it, later one.
    /// Default 60 s (<c>REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT</c>).
    /// </summary>
    public TimeSpan BreakerRecovery { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>Journal, writer and what is written (database.md 9).</summary>
public sealed record SpendSettings
{
    /// <summary>No rows in the logs; counters and daily tables are still written.</summary>
    public bool DisableLogs { get; init; }

    /// <summary>No rows for failed calls.</summary>
    public bool DisableErrorLogs { get; init; }

    /// <summary>Nothing is written at all.</summary>
    public bool DisableUpdates { get; init; }

    /// <summary>
    /// A stream whose client has left is read to its end to learn what it came to (<c>tollgate.disconnect_policy: drain</c>, the default);
    /// false ends it at once and charges an estimate of what was produced (<c>cancel</c>).
    /// </summary>
    public bool DrainsAbandoned { get; init; } = true;

    /// <summary>
    /// Rows hold the bodies of request and answer (<c>general_settings.store_prompts_in_spend_logs</c>, or the variable
    /// <c>STORE_PROMPTS_IN_SPEND_LOGS</c> where that is not set). Default false.
    /// </summary>
    public bool StoreBodies { get; init; }

    /// <summary>Characters of a text in a stored body, longer ones are cut in the middle. Default 1,000 (<c>MAX_STRING_LENGTH_PROMPT_IN_DB</c>).</summary>
    public int LongestStoredText { get; init; } = 1000;

    /// <summary>Stored bodies are without what was said (<c>litellm_settings.turn_off_message_logging</c>). Default false.</summary>
    public bool RedactBodies { get; init; }

    /// <summary>Clients cannot keep their bodies out of the logs with <c>no-log</c> (<c>litellm_settings.global_disable_no_log_param</c>). Default false.</summary>
    public bool IgnoreNoLog { get; init; }

    /// <summary>
    /// Calls are tagged with the program that made them (off with <c>litellm_settings.disable_add_user_agent_to_request_tags</c>). Default true.
    /// </summary>
    public bool TagUserAgents { get; init; } = true;

    /// <summary>Time between flushes. Default 1 s.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Rows that trigger a flush at once. Default 2,000 (<c>tollgate.ingest_batch</c>).</summary>
    public int FlushRows { get; init; } = 2000;

    /// <summary>
    /// How often the journal is forced to the disk: <c>TimeSpan.Zero</c> never (the kernel decides), <see cref="Timeout.InfiniteTimeSpan"/>
    /// before each answer, else in groups this far apart. Default 200 ms (<c>tollgate.journal_fsync</c>: <c>off</c>, <c>always</c>, milliseconds).
    /// </summary>
    public TimeSpan JournalSync { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Bytes of journal kept while the database is away. Default 10 GiB (<c>tollgate.journal_max_mb</c>).</summary>
    public long JournalMaxBytes { get; init; } = 10L * 1024 * 1024 * 1024;

    /// <summary>What happens when nothing can be recorded: true refuses calls with 503 (default), false serves and counts the loss (<c>tollgate.journal_full</c>: <c>refuse</c>, <c>degrade</c>).</summary>
    public bool RefuseWhenFull { get; init; } = true;

    /// <summary>How long log rows are kept; null is for ever.</summary>
    public BudgetPeriod? Retention { get; init; }

    /// <summary>Time between retention runs. Default 1 d.</summary>
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Five-field cron of retention runs, wins over the interval; null for none.</summary>
    public string? RetentionCron { get; init; }

    /// <summary>Rows per delete of a retention run. Default 1000 (<c>SPEND_LOG_CLEANUP_BATCH_SIZE</c>).</summary>
    public int RetentionBatch { get; init; } = 1000;

    /// <summary>Deletes per retention run. Default 500 (<c>SPEND_LOG_RUN_LOOPS</c>).</summary>
    public int RetentionLoops { get; init; } = 500;
}

/// <summary>Budgets and limits that belong to the gateway (routing.md 13 to 17).</summary>
public sealed record BudgetSettings
{
    /// <summary>How budgets are enforced. Default <see cref="BudgetMode.Reserve"/>.</summary>
    public BudgetMode Mode { get; init; }

    /// <summary>Status of a refusal by budget: 400 (default) or 429 (<c>tollgate.budget_error_status</c>).</summary>
    public int ErrorStatus { get; init; } = 400;

    /// <summary>How long a call waits for a reservation to be released instead of being refused. Default 0.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Budgeted objects are refused with 503 while Redis is away.</summary>
    public bool FailClosed { get; init; }

    /// <summary>Budget of the whole gateway, USD; 0 is none (<c>litellm_settings.max_budget</c>, <c>general_settings.max_budget</c>).</summary>
    public decimal GlobalMax { get; init; }

    /// <summary>Its period; null never resets.</summary>
    public string? GlobalDuration { get; init; }

    /// <summary>Budget row of customers without one of their own (<c>max_end_user_budget_id</c>).</summary>
    public string? DefaultCustomerBudgetId { get; init; }

    /// <summary>Budget of customers without a row, USD (<c>max_end_user_budget</c>).</summary>
    public decimal? DefaultCustomerMax { get; init; }

    /// <summary>Customers are not counted at all (<c>disable_end_user_cost_tracking</c>).</summary>
    public bool IgnoreCustomers { get; init; }

    /// <summary>Zone whose midnights budgets reset at (<c>litellm_settings.timezone</c>). Default UTC.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Budgets of providers by slug (<c>provider_budget_config</c>); a limit of 0 is none.</summary>
    public ImmutableArray<PartialBudgetSetting> Providers { get; init; } = [];

    /// <summary>Budgets of tags (<c>tag_budget_config</c>).</summary>
    public ImmutableArray<PartialBudgetSetting> Tags { get; init; } = [];

    /// <summary>Parallel requests of the whole gateway; null is no limit (<c>global_max_parallel_requests</c>).</summary>
    public long? GlobalParallelRequests { get; init; }

    /// <summary>A batch counts with its lines against rate limits (<c>tollgate.batch_rate_limit</c>). Default true, LiteLLM's.</summary>
    public bool CountsBatches { get; init; } = true;

    /// <summary>Which tokens count against a limit: <c>total</c> (default), <c>input</c>, <c>output</c>.</summary>
    public string TokenKind { get; init; } = "total";

    /// <summary>
    /// How rates are counted: windows of 60 s by default (<c>LITELLM_RATE_LIMIT_WINDOW_SIZE</c>), sliding unless
    /// <c>tollgate.rate_limit_algorithm</c> is <c>fixed</c>: then as LiteLLM counts, in Redis with its own keys, so that both can share limits.
    /// </summary>
    public RateWindow RateWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// In mode <see cref="BudgetMode.Strict"/>, a call whose upper bound does not fit is sent with its output limit lowered to what fits
    /// (<c>tollgate.budget_cap_output</c>). Default false: it is refused.
    /// </summary>
    public bool CapsOutput { get; init; }

    /// <summary>Budgets are never reset (<c>disable_reset_budget</c>).</summary>
    public bool NeverReset { get; init; }

    /// <summary>Calls without a price are refused (<c>tollgate.unpriced_models: refuse</c>); default is to serve them and say so.</summary>
    public bool RefuseUnpriced { get; init; }
}

/// <summary>A configured budget.</summary>
/// <param name="Name">Provider slug or tag.</param>
/// <param name="Max">USD; 0 is none for providers.</param>
/// <param name="Duration">Its period.</param>
public sealed record PartialBudgetSetting(string Name, decimal Max, string? Duration);
