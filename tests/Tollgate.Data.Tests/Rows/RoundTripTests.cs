using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Rows;

public sealed class RoundTripTests
{
    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task EveryKindOfValue_ComesBackAsItWas(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        var row = JsonNode.Parse("""
            {
              "token": "t1", "key_alias": "it's; DROP TABLE \"LiteLLM_VerificationToken\"; -- 🙂", "spend": 0.1, "models": ["a", "b\"c"],
              "metadata": {"deep": {"list": [1, 2.5, null, true]}}, "aliases": "{\"gpt\": \"gpt-4o\"}", "blocked": true,
              "max_parallel_requests": 3, "tpm_limit": 9007199254740993, "expires": "2026-03-04T05:06:07.891Z", "rotation_count": null
            }
            """)!.AsObject();

        await test.Database.WriteAsync(async db => { await db.InsertAsync(Tables.Keys, row); return 0; }, default);
        var read = await test.Database.ReadAsync(db => db.FindAsync(Tables.Keys, "t1"), default);

        read.ShouldNotBeNull();
        read["key_alias"]!.GetValue<string>().ShouldBe("it's; DROP TABLE \"LiteLLM_VerificationToken\"; -- 🙂");
        read["spend"]!.GetValue<double>().ShouldBe(0.1);
        read["models"]!.ToJsonString().ShouldBe(row["models"]!.ToJsonString());
        read["metadata"]!.ToJsonString().ShouldBe("""{"deep":{"list":[1,2.5,null,true]}}""");
        read["aliases"]!.ToJsonString().ShouldBe("""{"gpt":"gpt-4o"}""");
        read["blocked"]!.GetValue<bool>().ShouldBeTrue();
        read["max_parallel_requests"]!.GetValue<long>().ShouldBe(3);
        read["tpm_limit"]!.GetValue<long>().ShouldBe(9007199254740993);
        read["expires"]!.GetValue<string>().ShouldBe("2026-03-04T05:06:07.891000Z");
        read["rotation_count"].ShouldBeNull();
        read["config"]!.ToJsonString().ShouldBe("{}");
        read["soft_budget_cooldown"]!.GetValue<bool>().ShouldBeFalse();
        read["created_at"].ShouldNotBeNull();
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task NullArray_ReadsAsEmpty(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);

        await test.Database.WriteAsync(
            db => db.ExecuteAsync("""INSERT INTO "LiteLLM_VerificationToken" (token) VALUES (@token)""", ("token", "raw")), default);
        var read = await test.Database.ReadAsync(db => db.FindAsync(Tables.Keys, "raw"), default);

        read!["models"]!.AsArray().Count.ShouldBe(0);
        read["user_id"].ShouldBeNull();
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task BytesEnumerationsAndSerials_ComeBackAsTheyWere(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        var skills = new Table("LiteLLM_SkillsTable", ["skill_id"]);
        var jobs = new Table("LiteLLM_CronJob", ["cronjob_id"]);

        var (skill, job, alias) = await test.Database.WriteAsync(
            async db =>
            {
                await db.InsertAsync(skills, new JsonObject { ["skill_id"] = "s", ["file_content"] = Convert.ToBase64String([0, 1, 255]) });
                await db.InsertAsync(jobs, new JsonObject { ["cronjob_id"] = "j", ["pod_id"] = "p", ["status"] = "ACTIVE", ["ttl"] = "2026-01-01" });
                await db.InsertAsync(
                    Tables.TeamModelAliases, new JsonObject { ["aliases"] = new JsonObject { ["a"] = "b" }, ["created_by"] = "x", ["updated_by"] = "x" });
                return (await db.FindAsync(skills, "s"), await db.FindAsync(jobs, "j"), await db.FindAsync(Tables.TeamModelAliases, "1"));
            },
            default);

        skill!["file_content"]!.GetValue<string>().ShouldBe(Convert.ToBase64String([0, 1, 255]));
        job!["status"]!.GetValue<string>().ShouldBe("ACTIVE");
        job["ttl"]!.GetValue<string>().ShouldBe("2026-01-01T00:00:00.000000Z");
        alias!["id"]!.GetValue<long>().ShouldBe(1);
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task TextThatPostgresRefuses_IsCleaned(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        var row = new JsonObject { ["token"] = "t", ["key_alias"] = "a\0b\ud800c", ["metadata"] = new JsonObject { ["k"] = "x\0y\u0001" } };

        await test.Database.WriteAsync(db => Inserted(db, row), default);
        var read = await test.Database.ReadAsync(db => db.FindAsync(Tables.Keys, "t"), default);

        read!["key_alias"]!.GetValue<string>().ShouldBe("ab\ufffdc");
        read["metadata"]!["k"]!.GetValue<string>().ShouldBe("xy\u0001");
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task NullForARequiredColumn_TakesItsDefault(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        var row = new JsonObject { ["token"] = "t", ["spend"] = null, ["metadata"] = null, ["soft_budget_cooldown"] = null };

        await test.Database.WriteAsync(db => Inserted(db, row), default);
        var read = await test.Database.ReadAsync(db => db.FindAsync(Tables.Keys, "t"), default);

        read!["spend"]!.GetValue<double>().ShouldBe(0);
        read["metadata"]!.ToJsonString().ShouldBe("{}");
        read["soft_budget_cooldown"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task JsonStoredAsText_ReadsAsJson(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);

        await test.Database.WriteAsync(
            db => db.ExecuteAsync(
                """INSERT INTO "LiteLLM_VerificationToken" (token, metadata) VALUES ('t', @text)""", ("text", "\"{\\\"a\\\": 1}\"")),
            default);
        var read = await test.Database.ReadAsync(db => db.FindAsync(Tables.Keys, "t"), default);

        read!["metadata"]!.ToJsonString().ShouldBe("""{"a":1}""");
    }

    [Fact]
    public void ValueOfAnotherKind_NamesTheColumn()
    {
        var spend = Data.Schema.SchemaDescription.Of(Tables.Keys).Find("spend")!;

        Should.Throw<FormatException>(() => ColumnValues.FromJson(spend, JsonValue.Create("much"))).Message.ShouldContain("spend");
    }

    private static async Task<int> Inserted(IRowWriter db, JsonObject row)
    {
        await db.InsertAsync(Tables.Keys, row);
        return 0;
    }
}
