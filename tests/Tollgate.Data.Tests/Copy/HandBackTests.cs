using System.Text.Json.Nodes;
using Tollgate.Data.Copy;
using Tollgate.Data.Rows;
using Tollgate.Data.Secrets;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Copy;

/// <summary>What a release of LiteLLM would not see.</summary>
public sealed class HandBackTests
{
    private static readonly SecretBox Box = new("sk-salt", []);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task OldRelease_IsToldOfEachLoss_NewOneOfOurOwnOnly(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        (await FindAsync(test, "1.81")).ShouldBeEmpty();

        await test.Database.WriteAsync(
            static async rows =>
            {
                await rows.InsertAsync(Tables.Models, new JsonObject
                {
                    ["model_id"] = "m",
                    ["model_name"] = "m",
                    ["created_by"] = "x",
                    ["updated_by"] = "x",
                    ["model_info"] = new JsonObject(),
                    ["litellm_params"] = new JsonObject
                    {
                        ["api_key"] = Box.Encrypt("sk", SecretFormat.AesGcm),
                        ["model"] = Box.Encrypt("openai/x", SecretFormat.Legacy),
                    },
                });
                await rows.InsertAsync(Tables.Users, new JsonObject
                {
                    ["user_id"] = "u",
                    ["password"] = "scrypt:AAECAwQFBgcICQoLDA0ODyWzdoQDZvTTsOIeQUR2Z2480Oia9EMDVqI0zgtloCG1",
                    ["budget_duration"] = "fortnight",
                });
                await rows.InsertAsync(Tables.Keys, new JsonObject { ["token"] = "h", ["access_group_ids"] = new JsonArray("g"), ["budget_duration"] = "1mo" });
                await rows.InsertAsync(Tables.Keys, new JsonObject { ["token"] = "h2" });
                await rows.InsertAsync(Tables.ModelOverrides, new JsonObject { ["scope"] = "id", ["id"] = "m", ["data"] = new JsonObject() });
                return true;
            },
            Stop);

        (await FindAsync(test, "1.90")).ShouldBe(
        [
            "1 changes to models of the file: only in Tollgate's table model_override",
            "1 budget periods of LiteLLM_UserTable: not a number with s, m, h, d, w or mo",
        ]);
        (await FindAsync(test, "1.81.3")).ShouldBe(
        [
            "1 changes to models of the file: only in Tollgate's table model_override",
            "1 budget periods of LiteLLM_UserTable: not a number with s, m, h, d, w or mo",
            "1 values of LiteLLM_ProxyModelTable.litellm_params: encrypted with AES; tollgate db re-encrypt --format legacy makes them readable",
            "1 passwords of users: salted; they must be set anew",
            "1 values of LiteLLM_VerificationToken.access_group_ids: a column since 2026-02-12",
        ]);
    }

    private static Task<IReadOnlyList<string>> FindAsync(TestDatabase test, string version)
        => test.Database.ReadAsync(rows => new HandBack(Box).FindAsync(rows, Version.Parse(version)), Stop);
}
