using System.Net.Http.Headers;
using System.Text;
using Tollgate.Data.Rows;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.PassThrough;

/// <summary>What the operator demands of files, and what nobody gets around.</summary>
public sealed class FileRuleTests
{
    [Theory]
    [InlineData("model", "a")]
    [InlineData("target_model_names", "a")]
    [InlineData("custom_llm_provider", "openai")]
    public async Task EnforcedExpiry_TakesTheClientsPlace(string field, string value)
    {
        var files = new FakeFiles();
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await StartAsync(api);
        var key = await gateway.NewKeyAsync("""
            "metadata":{"enforced_file_expires_after":{"anchor":"created_at","days":2}}
            """);
        using var form = Form(field, value);
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/files", form, ManagedFileTests.Key(key));
        (await Answer.ReadAsync(response)).Status.ShouldBe(200);

        var sent = Encoding.UTF8.GetString(api.Last.Body);
        sent.ShouldContain("expires_after[seconds]");
        sent.ShouldContain("172800");
        sent.ShouldContain("created_at");
        sent.ShouldNotContain("9999999");
        sent.ShouldContain(field is "target_model_names" ? "{\"model\":\"up-a\"}" : "{\"model\":\"a\"}");
    }

    [Fact]
    public async Task RelayedInTheProvidersApi_FilesAreTheirMakersToo()
    {
        var files = new FakeFiles();
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await StartAsync(api);
        var mine = await gateway.NewKeyAsync();
        var theirs = await gateway.NewKeyAsync();
        using var form = Form("custom_llm_provider", "openai");
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/files", form, ManagedFileTests.Key(mine));
        var id = (await Answer.ReadAsync(response)).Json.GetProperty("id").GetString()!;

        (await gateway.GetAsync($"openai_passthrough/one/v1/files/{id}/content", ManagedFileTests.Key(mine))).Status.ShouldBe(200);
        (await gateway.GetAsync($"openai_passthrough/one/v1/files/{id}/content", ManagedFileTests.Key(theirs)))
            .ShouldBeError(403, "does not have access", "None", "auth_error");
        (await gateway.PostAsync(
            "openai_passthrough/one/v1/batches", $$"""{"input_file_id":"{{id}}","endpoint":"/v1/chat/completions"}""", ManagedFileTests.Key(theirs)))
            .Status.ShouldBe(403);
        (await gateway.GetAsync("openai_passthrough/one/v1/files/file-of-nobody", ManagedFileTests.Key(theirs))).Status.ShouldBe(200);
    }

    private static Task<GatewayFixture> StartAsync(FakeApi api) => ManagedFileTests.StartAsync(
        api, DatabaseKind.Sqlite, new GatewaySetup { Environment = [("OPENAI_API_BASE", api.Address + "/one/v1"), ("OPENAI_API_KEY", "k")] });

    private static MultipartFormDataContent Form(string field, string value)
    {
        var form = new MultipartFormDataContent
        {
            { new StringContent("batch"), "purpose" },
            { new StringContent(value), field },
            { new StringContent("9999999"), "expires_after[seconds]" },
        };
        var file = new ByteArrayContent("""{"custom_id":"1","body":{"model":"a"}}"""u8.ToArray());
        file.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
        form.Add(file, "file", "in.jsonl");
        return form;
    }
}
