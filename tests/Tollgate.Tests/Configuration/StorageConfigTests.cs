using Tollgate.Engine.Admission;

namespace Tollgate.Tests.Configuration;

public class StorageConfigTests
{
    [Fact]
    public void NothingSet_MeansTheEmbeddedStoreAndTheMasterKeyAsSalt()
    {
        var storage = ConfigFixture.LoadClean("model_list: []").Storage;

        storage.DatabaseUrl.ShouldBeNull();
        storage.EmbeddedDatabase.ShouldBeTrue();
        storage.SaltKey.ShouldBe("sk-master-for-tests");
        storage.StoreModels.ShouldBeNull();
        storage.InstallTriggers.ShouldBeNull();
        storage.PoolSize.ShouldBe(20);
        storage.StartWait.ShouldBe(TimeSpan.FromSeconds(60));
        storage.AuditLogs.ShouldBeTrue();
    }

    [Fact]
    public void Keys_AreTyped()
    {
        var storage = ConfigFixture.LoadClean("""
            general_settings:
              database_url: postgresql://u:p@db/litellm
              database_connection_pool_limit: 7
              database_connection_timeout: 9
              disable_prisma_schema_update: true
              allow_requests_on_db_unavailable: true
              store_model_in_db: false
              supported_db_objects: [models, mcp]
              user_api_key_cache_ttl: 15
              encryption_algorithm: xsalsa20-poly1305
            litellm_settings:
              store_audit_logs: false
            tollgate:
              embedded_db: false
              install_triggers: true
              sqlite_durability: strict
              key_cache_stale_max: 120
              audit_retention: 90d
              store_responses: false
              response_retention: 7d
              response_store_max_mb: 5
            """).Storage;

        storage.DatabaseUrl.ShouldBe("postgresql://u:p@db/litellm");
        (storage.PoolSize, storage.PoolTimeout).ShouldBe((7, TimeSpan.FromSeconds(9)));
        (storage.NoSchemaChanges, storage.AllowWhenUnavailable, storage.StoreModels).ShouldBe((true, true, false));
        storage.SupportedObjects.ShouldBe(["models", "mcp"]);
        storage.WriteEncryption.ShouldBe("legacy");
        (storage.KeyCacheTtl, storage.KeyCacheStaleMax).ShouldBe((TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(120)));
        (storage.AuditLogs, storage.EmbeddedDatabase, storage.InstallTriggers, storage.SqliteStrict).ShouldBe((false, false, true, true));
        BudgetPeriod.TryParse("90d", out var period).ShouldBeTrue();
        storage.AuditRetention.ShouldBe(period);
        (storage.StoreResponses, storage.ResponseRetention.Count, storage.ResponseRetention.Unit, storage.ResponseStoreMaxBytes).ShouldBe((false, 7, "d", 5L * 1024 * 1024));
    }

    [Fact]
    public void Variables_AreReadWhereTheFileIsSilent()
    {
        var storage = ConfigFixture.LoadClean(
            "model_list: []",
            ("DATABASE_HOST", "db"), ("DATABASE_USERNAME", "u"), ("DATABASE_PASSWORD", "p@ss"), ("DATABASE_NAME", "litellm"), ("DATABASE_SCHEMA", "gate"),
            ("DIRECT_URL", "postgresql://u:p@direct/litellm"), ("TOLLGATE_EMBEDDED_DB", "off"), ("TOLLGATE_DB_WAIT", "5"),
            ("DISABLE_SCHEMA_UPDATE", "true"), ("STORE_MODEL_IN_DB", "True"), ("LITELLM_SALT_KEY", "salt"),
            ("LITELLM_SALT_KEY_PREVIOUS", "old, older"), ("LITELLM_MIGRATE_FROM_MASTER_KEY", "oldest")).Storage;

        storage.DatabaseUrl.ShouldBe("postgresql://u:p%40ss@db:5432/litellm?schema=gate");
        storage.DirectUrl.ShouldBe("postgresql://u:p@direct/litellm");
        (storage.EmbeddedDatabase, storage.NoSchemaChanges, storage.StoreModels).ShouldBe((false, true, true));
        storage.StartWait.ShouldBe(TimeSpan.FromSeconds(5));
        storage.SaltKey.ShouldBe("salt");
        storage.FormerSaltKeys.ShouldBe(["old", "older", "oldest"]);
    }
}
