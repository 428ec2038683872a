using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Rows;

public sealed class RoundTripTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
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
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task NullArray_ReadsAsEmpty(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);

        await test.Database.WriteAsync(
            db => db.ExecuteAsync("""INSERT INTO "LiteLLM_VerificationToken" (token) VALUES (@token)""", ("token", "raw")), default);
        var read = await test.Database.ReadAsync(db => db.FindAsync(Tables.Keys, "raw"), default);

        read!["models"]!.AsArray().Count.ShouldBe(0);
        read["user_id"].ShouldBeNull();
    }
}
