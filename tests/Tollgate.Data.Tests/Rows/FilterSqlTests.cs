using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Rows;

public sealed class FilterSqlTests
{
    private static readonly DateTime March = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);

    public static TheoryData<string, Filter, string> Cases => new()
    {
        { "equal", Filter.Equal("user_id", "u1"), "a" },
        { "equal null", Filter.Equal("user_id", null), "c" },
        { "differs, also from nothing", Filter.NotEqual("user_id", "u1"), "b,c" },
        { "differs from nothing", Filter.NotEqual("user_id", null), "a,b" },
        { "less", Filter.Less("spend", 2.0), "a" },
        { "at most", Filter.AtMost("spend", 2.0), "a,b" },
        { "greater", Filter.Greater("tpm_limit", 10L), "b" },
        { "at least", Filter.AtLeast("expires", March), "b" },
        { "earlier", Filter.Less("expires", March), "a" },
        { "one of", Filter.In("token", ["a", "c", "z"]), "a,c" },
        { "one of none", Filter.In("token", []), "" },
        { "holds", Filter.Holds("models", "gpt-4"), "a,b" },
        { "holds a part", Filter.Holds("models", "gpt"), "" },
        { "contains in any case", Filter.Contains("key_alias", "ÜBER GRÖ"), "a" },
        { "wildcards mean nothing", Filter.Contains("key_alias", "%"), "b" },
        { "equal in any case", Filter.EqualIgnoreCase("key_alias", "100% MINE"), "b" },
        { "flag", Filter.Equal("blocked", true), "b" },
        { "all", Filter.All(Filter.Holds("models", "gpt-4"), Filter.Equal("user_id", "u2")), "b" },
        { "any", Filter.Any(Filter.Equal("token", "a"), Filter.Equal("token", "c")), "a,c" },
        { "no condition", Filter.None, "a,b,c" },
        { "any of none", Filter.Any(), "" },
        { "injection", Filter.Equal("user_id", "' OR 1=1 --"), "" },
        { "injection into a list", Filter.In("user_id", ["x') OR ('1'='1"]), "" },
        { "injection into a part", Filter.Contains("key_alias", "') > 0 OR (1=1"), "" },
    };

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task EachFilter_SelectsAndCountsItsRows(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await SeedAsync(test.Database);

        foreach (var row in Cases)
        {
            var (name, filter, expected) = row.Data;
            var (found, count) = await test.Database.ReadAsync(
                async db => (await db.SelectAsync(Tables.Keys, filter, [new SortBy("token")]), await db.CountAsync(Tables.Keys, filter)), default);

            string.Join(',', found.Select(key => key["token"]!.GetValue<string>())).ShouldBe(expected, name);
            count.ShouldBe(found.Count, name);
        }
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task Order_PutsNothingLastAndRangeCuts(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await SeedAsync(test.Database);

        var descending = await TokensAsync(test.Database, [new SortBy("tpm_limit", Descending: true), new SortBy("token")], default);
        var ascending = await TokensAsync(test.Database, [new SortBy("tpm_limit")], new RowRange(2));
        var rest = await TokensAsync(test.Database, [new SortBy("token")], new RowRange(Offset: 1));

        descending.ShouldBe("b,a,c");
        ascending.ShouldBe("a,b");
        rest.ShouldBe("b,c");
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task UnknownColumn_IsRefusedBeforeTheDatabaseSeesIt(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);

        await Should.ThrowAsync<ArgumentException>(() => test.Database.ReadAsync(
            db => db.SelectAsync(Tables.Keys, Filter.Equal("token\" = 'x' OR \"token", "x")), default));
        await Should.ThrowAsync<ArgumentException>(() => test.Database.ReadAsync(
            db => db.SelectAsync(Tables.Keys, Filter.None, [new SortBy("1; DROP TABLE x")]), default));
    }

    private static async Task<string> TokensAsync(IDatabase database, SortBy[] order, RowRange range)
    {
        var rows = await database.ReadAsync(db => db.SelectAsync(Tables.Keys, Filter.None, order, range), default);
        return string.Join(',', rows.Select(row => row["token"]!.GetValue<string>()));
    }

    private static Task<int> SeedAsync(IDatabase database) => database.WriteAsync(
        async db =>
        {
            foreach (var row in JsonNode.Parse("""
                [
                  {"token": "a", "user_id": "u1", "key_alias": "Über Größe", "spend": 1, "models": ["gpt-4", "x"], "expires": "2026-02-01T00:00:00Z", "tpm_limit": 10},
                  {"token": "b", "user_id": "u2", "key_alias": "100% mine", "spend": 2, "models": ["gpt-4"], "expires": "2026-03-01T00:00:00Z", "tpm_limit": 20, "blocked": true},
                  {"token": "c", "spend": 3}
                ]
                """)!.AsArray())
            {
                await db.InsertAsync(Tables.Keys, row!.AsObject());
            }

            return 0;
        },
        default);
}
