using Tollgate.Data.Rows;
using Tollgate.Data.Schema;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Schema;

public sealed class CreatedSchemaTests
{
    private static readonly string[] Views =
    [
        "LiteLLM_VerificationTokenView", "MonthlyGlobalSpend", "MonthlyGlobalSpendPerKey", "MonthlyGlobalSpendPerUserPerKey", "Last30dKeysBySpend",
        "Last30dModelsBySpend", "Last30dTopEndUsersSpend", "DailyTagSpend",
    ];

    [Fact]
    public void Description_HasEveryTableOfLiteLlm()
        => SchemaDescription.Tables.Count(table => !table.IsOwn).ShouldBe(64);

    [Fact]
    public async Task CreatedTables_AreThoseOfTheDescription_OnPostgres()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);

        var rows = await test.Database.ReadAsync(
            db => db.QueryAsync(
                """
                SELECT table_schema, table_name, column_name, is_nullable, column_default, udt_name, datetime_precision
                FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
                WHERE table_schema IN ('public', 'tollgate') AND table_type = 'BASE TABLE' ORDER BY table_schema, table_name, ordinal_position
                """),
            default);
        var actual = rows.Select(row => Line(
            row["table_schema"]!.ToString() is "tollgate", row["table_name"]!.ToString(), row["column_name"]!.ToString(),
            row["udt_name"]!.ToString(), row["is_nullable"]!.ToString() is "YES", row["column_default"] is not null));
        var expected = SchemaDescription.Tables.SelectMany(table => table.Columns.Select(column => Line(
            table.IsOwn, table.Name, column.Name, PostgresType(table, column), column.IsNullable, column.HasDefault)));

        actual.Order(StringComparer.Ordinal).ShouldBe(expected.Order(StringComparer.Ordinal));
        rows.Where(row => row["udt_name"]!.ToString() is "timestamp").ShouldAllBe(row => row["datetime_precision"]!.GetValue<long>() == 3);
    }

    [Fact]
    public async Task CreatedTables_AreThoseOfTheDescription_OnSqlite()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);

        var rows = await test.Database.ReadAsync(
            db => db.QueryAsync(
                """
                SELECT t.name AS table_name, c.name AS column_name, c.type, c."notnull" AS is_required, c.dflt_value, c.pk
                FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
                """),
            default);
        var actual = rows.Select(row =>
        {
            var name = row["table_name"]!.ToString();
            var isOwn = name.StartsWith("tollgate_", StringComparison.Ordinal);
            var isSerial = row["pk"]!.GetValue<long>() > 0 && row["type"]!.ToString() is "INTEGER" && row["is_required"]!.GetValue<long>() == 0;
            return Line(
                isOwn, isOwn ? name["tollgate_".Length..] : name, row["column_name"]!.ToString(), row["type"]!.ToString(),
                row["is_required"]!.GetValue<long>() == 0 && !isSerial, row["dflt_value"] is not null || isSerial);
        });
        var expected = SchemaDescription.Tables.SelectMany(table => table.Columns.Select(column => Line(
            table.IsOwn, table.Name, column.Name, SqliteType(column.Kind), column.IsNullable, column.HasDefault)));

        actual.Order(StringComparer.Ordinal).ShouldBe(expected.Order(StringComparer.Ordinal));
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task ViewsForReports_CanBeRead(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);

        foreach (var view in Views)
        {
            var rows = await test.Database.ReadAsync(db => db.QueryAsync($"SELECT * FROM \"{view}\""), default);
            rows.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("LiteLLM_VerificationToken_pkey")]
    [InlineData("LiteLLM_UserTable_sso_user_id_key")]
    [InlineData("LiteLLM_UserTable_user_email_lower_idx")]
    [InlineData("LiteLLM_SpendLogs_startTime_request_id_idx")]
    [InlineData("LiteLLM_DailyUserSpend_user_id_date_api_key_model_custom_ll_key")]
    [InlineData("idx_adaptive_router_session_activity")]
    public async Task IndexNames_AreThoseThatPrismaGives(string name)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);

        var rows = await test.Database.ReadAsync(
            db => db.QueryAsync("SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname = @name", ("name", name)), default);

        rows.Count.ShouldBe(1);
    }

    [Fact]
    public async Task SeedStatements_RunUnchanged()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);

        var rows = await test.Database.WriteAsync(
            async db =>
            {
                await db.ExecuteAsync(
                    """
                    INSERT INTO "LiteLLM_VerificationToken" (token, key_alias, models, permissions)
                    VALUES ('88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b', 'master-key', ARRAY['all-proxy-models'], '{"allow_all": true}'::jsonb)
                    """);
                await db.ExecuteAsync(
                    """
                    INSERT INTO "LiteLLM_UserTable" (user_id, user_alias, user_role, user_email)
                    VALUES ('admin-user','Admin','proxy_admin','admin@example.com')
                    """);
                await db.ExecuteAsync("""UPDATE "LiteLLM_VerificationToken" SET user_id = 'admin-user' WHERE key_alias = 'master-key'""");
                await db.ExecuteAsync("""UPDATE "LiteLLM_VerificationToken" SET models = ARRAY['all-proxy-models'] WHERE key_alias = 'api-key'""");
                return await db.SelectAsync(Tables.Keys, Filter.Equal("user_id", "admin-user"));
            },
            default);

        var key = rows.ShouldHaveSingleItem();
        key["permissions"]!.ToJsonString().ShouldBe("""{"allow_all":true}""");
        key["models"]!.ToJsonString().ShouldBe("""["all-proxy-models"]""");
    }

    private static string Line(bool isOwn, string table, string column, string type, bool isNullable, bool hasDefault)
        => $"{(isOwn ? "tollgate." : "")}{table}.{column} {type} {(isNullable ? "null" : "required")} {(hasDefault ? "default" : "-")}";

    private static string PostgresType(TableDescription table, ColumnDescription column) => column.Kind switch
    {
        ColumnKind.TextArray => "_text",
        ColumnKind.Json => "jsonb",
        ColumnKind.Double => "float8",
        ColumnKind.Int => "int4",
        ColumnKind.Serial => table.IsOwn ? "int8" : "int4",
        ColumnKind.Long => "int8",
        ColumnKind.Bool => "bool",
        ColumnKind.Timestamp => "timestamp",
        ColumnKind.TimestampWithZone => "timestamptz",
        ColumnKind.Bytes => "bytea",
        ColumnKind.Enumeration => column.TypeName!,
        _ => "text",
    };

    private static string SqliteType(ColumnKind kind) => kind switch
    {
        ColumnKind.Double => "REAL",
        ColumnKind.Int or ColumnKind.Long or ColumnKind.Bool or ColumnKind.Serial => "INTEGER",
        ColumnKind.Bytes => "BLOB",
        _ => "TEXT",
    };
}
