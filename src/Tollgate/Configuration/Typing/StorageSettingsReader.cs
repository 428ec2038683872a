using System.Collections.Immutable;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Reads <see cref="StorageSettings"/>.</summary>
internal static class StorageSettingsReader
{
    public static StorageSettings Read(
        Section general, Section models, Section own, GeneralSettings read, EnvironmentSource environment, EnvironmentNumbers numbers)
    {
        var defaults = new StorageSettings();
        var variables = new VariableLookup(environment);
        return new StorageSettings
        {
            DatabaseUrl = read.DatabaseUrl,
            DirectUrl = Trimmed(variables.Find("DIRECT_URL")),
            UsesTokens = environment.IsOn("IAM_TOKEN_DB_AUTH"),
            EmbeddedDatabase = own.Bool("embedded_db") ?? Switch(environment, "TOLLGATE_EMBEDDED_DB") ?? defaults.EmbeddedDatabase,
            DataDirectory = Path.Combine(environment.WorkingDirectory, environment.GetNonEmpty("TOLLGATE_DATA_DIR") ?? defaults.DataDirectory),
            PoolSize = general.Int32("database_connection_pool_limit") is > 0 and var limit ? limit : defaults.PoolSize,
            PoolTimeout = general.Timeout("database_connection_timeout") ?? general.Timeout("database_connection_pool_timeout")
                ?? defaults.PoolTimeout,
            StartWait = numbers.Seconds("TOLLGATE_DB_WAIT", defaults.StartWait),
            NoSchemaChanges = general.Bool("disable_prisma_schema_update") ?? environment.IsOn("DISABLE_SCHEMA_UPDATE"),
            AllowWhenUnavailable = general.Flag("allow_requests_on_db_unavailable"),
            StoreModels = general.Bool("store_model_in_db") ?? Switch(environment, "STORE_MODEL_IN_DB"),
            SupportedObjects = general.Texts("supported_db_objects"),
            InstallTriggers = own.Bool("install_triggers"),
            WriteEncryption = Encryption(general, own) ?? defaults.WriteEncryption,
            SaltKey = Trimmed(variables.Find("LITELLM_SALT_KEY")) ?? read.MasterKey,
            FormerSaltKeys = Formers(variables),
            KeyCacheTtl = general.Seconds("user_api_key_cache_ttl") ?? defaults.KeyCacheTtl,
            KeyCacheStaleMax = own.Seconds("key_cache_stale_max") ?? defaults.KeyCacheStaleMax,
            SqliteStrict = own.Text("sqlite_durability") is "strict",
            AuditLogs = models.Bool("store_audit_logs") ?? defaults.AuditLogs,
            AuditRetention = BudgetPeriod.TryParse(own.Text("audit_retention"), out var period) ? period : null,
            StoreResponses = own.Bool("store_responses") ?? defaults.StoreResponses,
            ResponseRetention = BudgetPeriod.TryParse(own.Text("response_retention"), out var age) ? age : defaults.ResponseRetention,
            ResponseStoreMaxBytes = own.Int32("response_store_max_mb") is > 0 and var most ? most * 1024L * 1024 : defaults.ResponseStoreMaxBytes,
        };
    }

    private static string? Encryption(Section general, Section own) => own.Text("write_encryption") ?? general.Text("encryption_algorithm") switch
    {
        "aes-256-gcm" => "aes-gcm",
        "xsalsa20-poly1305" => "legacy",
        _ => null,
    };

    private static ImmutableArray<string> Formers(VariableLookup variables)
    {
        var former = (variables.Find("LITELLM_SALT_KEY_PREVIOUS") ?? "").Split(',').Append(variables.Find("LITELLM_MIGRATE_FROM_MASTER_KEY"));
        return [.. former.Select(Trimmed).OfType<string>()];
    }

    private static bool? Switch(EnvironmentSource environment, string name)
        => environment.GetNonEmpty(name) is { } text && YamlScalars.TryBool(text.Trim(), out var on) ? on : null;

    private static string? Trimmed(string? text) => text?.Trim() is { Length: > 0 } value ? value : null;
}
