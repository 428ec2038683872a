using System.Text.Json;
using Tollgate.Data.Rows;
using Tollgate.Testing;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Stored;

/// <summary>Answers that later ones go on from outlive the process, and are seen by all replicas.</summary>
public sealed class StoredResponseTests
{
    public static TheoryData<DatabaseKind> Engines => StoredGateway.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Conversation_GoesOnAfterARestart(DatabaseKind kind)
    {
        using var folder = new TemporaryFolder();
        var url = kind == DatabaseKind.PostgreSql ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null;
        string id;
        string unkept;
        await using (var before = await StoredGateway.StartAsync(url, Setup(folder)))
        {
            id = IdOf(await before.PostAsync("v1/responses", """{"model":"ok","input":"Hello"}"""));
            unkept = IdOf(await before.PostAsync("v1/responses", """{"model":"ok","input":"Off the record","store":false}"""));
        }

        await using var after = await StoredGateway.StartAsync(url, Setup(folder));
        var next = await after.PostAsync("v1/responses", $$"""{"model":"ok","input":"And?","previous_response_id":"{{id}}"}""");
        next.Status.ShouldBe(200, next.Body);
        MessagesOf(after).ShouldBe(3);
        (await after.PostAsync("v1/responses", $$"""{"model":"ok","input":"And?","previous_response_id":"{{unkept}}"}""")).Status.ShouldBe(200);
        MessagesOf(after).ShouldBe(1);
        (await after.GetAsync("v1/responses/" + id)).Json.GetProperty("id").GetString().ShouldBe(id);
        (await after.GetAsync("v1/responses/" + unkept)).Status.ShouldBe(404);
        (await after.GetAsync($"v1/responses/{id}/input_items")).Json.GetProperty("data").GetArrayLength().ShouldBe(1);
        var stored = await after.ReadAsync(static db => db.SelectAsync(Tables.Responses, Filter.None));
        stored.Count.ShouldBe(3);
    }

    [Fact]
    public async Task TwoReplicas_ShareWhatWasAnswered_AndForgetTogether()
    {
        var url = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var one = await StoredGateway.StartAsync(url, Setup(null));
        await using var two = await StoredGateway.StartAsync(url, Setup(null));
        var id = IdOf(await one.PostAsync("v1/responses", """{"model":"ok","input":"Hello"}"""));
        (await two.PostAsync("v1/responses", $$"""{"model":"ok","input":"And?","previous_response_id":"{{id}}"}""")).Status.ShouldBe(200);
        MessagesOf(two).ShouldBe(3);
        using (var response = await two.SendAsync(HttpMethod.Delete, "v1/responses/" + id, null))
        {
            ((int)response.StatusCode).ShouldBe(200);
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await one.GetAsync("v1/responses/" + id)).Status != 404)
        {
            patience.Token.ThrowIfCancellationRequested();
        }

        (await two.GetAsync("v1/responses/" + id)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task AnswerOfAnother_IsRefused_AlsoAfterARestart()
    {
        using var folder = new TemporaryFolder();
        string id;
        await using (var before = await StoredGateway.StartAsync((string?)null, Setup(folder)))
        {
            var owner = await NewKeyAsync(before, "ann");
            id = IdOf(await before.PostAsync("v1/responses", """{"model":"ok","input":"Hello"}""", ("Authorization", "Bearer " + owner)));
        }

        await using var after = await StoredGateway.StartAsync((string?)null, Setup(folder));
        var other = await NewKeyAsync(after, "bob");
        (await after.GetAsync("v1/responses/" + id, ("Authorization", "Bearer " + other)))
            .ShouldBeError(403, "Forbidden. The response id is not associated with the user, who this key belongs to.", type: "permission_error");
        (await after.PostAsync(
            "v1/responses", $$"""{"model":"ok","input":"And?","previous_response_id":"{{id}}"}""", ("Authorization", "Bearer " + other)))
            .Status.ShouldBe(403);
    }

    [Fact]
    public async Task SwitchedOff_NothingIsStored()
    {
        await using var gateway = await StoredGateway.StartAsync((string?)null, Setup(null) with { Own = "store_responses: false" });
        var id = IdOf(await gateway.PostAsync("v1/responses", """{"model":"ok","input":"Hello"}"""));
        (await gateway.GetAsync("v1/responses/" + id)).Status.ShouldBe(200);
        (await gateway.ReadAsync(static db => db.CountAsync(Tables.Responses, Filter.None))).ShouldBe(0);
    }

    private static GatewaySetup Setup(TemporaryFolder? folder) => new()
    {
        Models = [new TestModel("ok") { Params = "use_chat_completions_api: true", Entry = "model_info: {id: 'd-1'}" }],
        Environment = folder is null ? [] : [("TOLLGATE_DATA_DIR", folder.Path)],
    };

    private static async Task<string> NewKeyAsync(GatewayFixture gateway, string user)
        => (await gateway.PostAsync("key/generate", $$"""{"user_id":"{{user}}"}""")).Json.GetProperty("key").GetString()!;

    private static string IdOf(Answer answer)
    {
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json.GetProperty("id").GetString()!;
    }

    private static int MessagesOf(GatewayFixture gateway)
        => JsonDocument.Parse(gateway.LastUpstreamRequest.BodyText).RootElement.GetProperty("messages").GetArrayLength();
}
