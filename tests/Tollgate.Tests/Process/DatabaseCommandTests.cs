using System.Text.Json.Nodes;
using Tollgate.Commands;
using Tollgate.Configuration;
using Tollgate.Data.Rows;
using Tollgate.Data.Secrets;
using Tollgate.Data.Startup;
using Tollgate.Engine.Configuration;

namespace Tollgate.Tests.Process;

/// <summary><c>tollgate db</c>.</summary>
public sealed class DatabaseCommandTests
{
    private const string MasterKey = "sk-master-for-tests";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SecretsInANewFormat_AreFoundAndRewrittenForAnOlderRelease()
    {
        using var folder = new TempFolder();
        await MakeAsync(folder);
        (await RunAsync(folder, "check")).ShouldBe((0, "The database is whole.\n", ""));

        var before = await RunAsync(folder, "check", "--for-litellm", "1.81");
        before.Code.ShouldBe(1);
        before.Output.ShouldContain("1 values of LiteLLM_CredentialsTable.credential_values: encrypted with AES");
        (await RunAsync(folder, "re-encrypt", "--format", "legacy")).ShouldBe((0, "2 values rewritten as legacy\n", ""));
        (await RunAsync(folder, "check", "--for-litellm", "1.81")).ShouldBe((0, "LiteLLM 1.81 would see everything.\n", ""));

        await using var store = await OpenAsync(folder.Path, "data");
        var credential = await store.ReadAsync(static rows => rows.FindAsync(Tables.Credentials, "c"), Stop);
        var stored = credential!["credential_values"]!["api_key"]!.GetValue<string>();
        stored.ShouldNotStartWith("v3:");
        new SecretBox(MasterKey, []).Decrypt(stored, out var clear).ShouldBe(SecretState.Decrypted);
        clear.ShouldBe("sk-provider");
        var sso = await store.ReadAsync(static rows => rows.FindAsync(new Table("LiteLLM_SSOConfig", ["id"]), "sso_config"), Stop);
        sso!["sso_settings"]!["proxy_base_url"]!.GetValue<string>().ShouldBe("https://x");
        sso["sso_settings"]!["google_client_secret"]!.GetValue<string>().ShouldNotStartWith("v3:");
    }

    [Fact]
    public async Task SecretsOfAnotherKey_AreFound_AndNothingIsRewritten()
    {
        using var folder = new TempFolder();
        await MakeAsync(folder, key: "sk-another");
        var found = await RunAsync(folder, "check");
        (found.Code, found.Output).ShouldBe((1, "1 secrets cannot decrypt: wrong LITELLM_SALT_KEY?\n1 findings\n"));
        var refused = await RunAsync(folder, "re-encrypt", "--format", "legacy");
        refused.Code.ShouldBe(1);
        refused.Errors.ShouldContain("Nothing was changed");
    }

    [Fact]
    public async Task BackupAndCopy_BringTheRowsAlong()
    {
        using var folder = new TempFolder();
        await MakeAsync(folder);
        var file = Path.Combine(folder.Path, "copy", "tollgate.db");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        (await RunAsync(folder, "backup", file)).Code.ShouldBe(0);
        var (code, output, errors) = await RunAsync(
            folder, "copy", "--from", "sqlite:" + Path.Combine(folder.Path, "copy"), "--to", "sqlite:" + Path.Combine(folder.Path, "target"));
        code.ShouldBe(0, errors);
        output.ShouldContain("LiteLLM_CredentialsTable: 1 rows");
        (await RunAsync(folder, "copy", "--from", "sqlite:" + Path.Combine(folder.Path, "copy"), "--to", "sqlite:" + Path.Combine(folder.Path, "target")))
            .Errors.ShouldContain("--merge keeps the target's");

        await using var store = await OpenAsync(folder.Path, "target");
        (await store.ReadAsync(static rows => rows.FindAsync(Tables.Credentials, "c"), Stop)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("There is no database in", "check")]
    [InlineData("There is no database in", "backup", "file")]
    [InlineData("--from needs sqlite:DIRECTORY", "copy", "--from", "mysql://u:s3cret@h/d", "--to", "sqlite:x")]
    [InlineData("There is no database in", "copy", "--from", "sqlite:nowhere", "--to", "sqlite:x")]
    [InlineData("needs a version", "check", "--for-litellm", "latest")]
    public async Task WhatCannotBeDone_IsSaidWithoutSecrets(string message, params string[] arguments)
    {
        using var folder = new TempFolder();
        var (code, _, errors) = await RunAsync(folder, arguments);
        code.ShouldBe(1);
        errors.ShouldContain(message);
        errors.ShouldNotContain("s3cret");
        Directory.Exists(Path.Combine(folder.Path, "data")).ShouldBeFalse();
    }

    private static async Task MakeAsync(TempFolder folder, string key = MasterKey)
    {
        await using var store = await OpenAsync(folder.Path, "data");
        var secret = new SecretBox(key, []).Encrypt("sk-provider", SecretFormat.AesGcm);
        await store.WriteAsync(
            async rows =>
            {
                await rows.InsertAsync(Tables.Credentials, new JsonObject
                {
                    ["credential_id"] = "c",
                    ["credential_name"] = "c",
                    ["credential_values"] = new JsonObject { ["api_key"] = secret },
                    ["created_by"] = "x",
                    ["updated_by"] = "x",
                });
                await rows.InsertAsync(new Table("LiteLLM_SSOConfig", ["id"]), new JsonObject
                {
                    ["id"] = "sso_config",
                    ["sso_settings"] = new JsonObject { ["google_client_secret"] = secret, ["proxy_base_url"] = "https://x" },
                });
                return true;
            },
            Stop);
    }

    private static async Task<IStore> OpenAsync(params string[] path)
    {
        var store = DataServices.StoreOf(new StorageSettings { DataDirectory = Path.Combine(path) }, TimeProvider.System);
        await store.OpenAsync(Stop);
        return store;
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(TempFolder folder, params string[] arguments)
    {
        var variables = new Dictionary<string, string>
        {
            ["LITELLM_MODE"] = "PRODUCTION",
            ["LITELLM_MASTER_KEY"] = MasterKey,
            ["TOLLGATE_DATA_DIR"] = Path.Combine(folder.Path, "data"),
        };
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter();
        var code = await TollgateCommand.RunAsync(["db", .. arguments], EnvironmentSource.From(variables, folder.Path), output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
