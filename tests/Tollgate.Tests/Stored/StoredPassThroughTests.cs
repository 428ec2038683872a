using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Data.Rows;
using Tollgate.Tests.Loopback;
using Tollgate.Tests.PassThrough;

namespace Tollgate.Tests.Stored;

/// <summary>Paths of the operator's own that are kept in the database.</summary>
public sealed class StoredPassThroughTests
{
    public static TheoryData<DatabaseKind> Engines => StoredGateway.Engines;

    [Fact]
    public async Task Path_IsMadeServedChangedAndTakenAway()
    {
        await using var api = await FakeApi.StartAsync("{}");
        await using var gateway = await StoredGateway.StartAsync(
            DatabaseKind.Sqlite, new GatewaySetup { General = $"pass_through_endpoints: [{{path: /from-file, target: '{api.Address}/file'}}]" });
        var made = await gateway.PostAsync(
            "config/pass_through_endpoint", $$$"""{"path":"/made","target":"{{{api.Address}}}/target","headers":{"X-Secret":"very-secret"}}""").OkAsync();
        var id = made.GetProperty("endpoints")[0].GetProperty("id").GetString()!;
        (await gateway.GetAsync("made")).Status.ShouldBe(200);
        api.Last.Header("x-secret").ShouldBe("very-secret");
        (await gateway.GetAsync("from-file")).Status.ShouldBe(200);

        var shown = await gateway.GetAsync("config/pass_through_endpoint");
        shown.Body.ShouldNotContain("very-secret");
        shown.Json.GetProperty("endpoints").EnumerateArray().Select(entry => (entry.GetProperty("path").GetString(), entry.GetProperty("is_from_config").GetBoolean()))
            .ShouldBe([("/made", false), ("/from-file", true)], ignoreOrder: true);

        await gateway.PostAsync("config/pass_through_endpoint/" + id, """{"include_subpath":true}""").OkAsync();
        (await gateway.GetAsync("made/below")).Status.ShouldBe(200);
        api.Last.Target.ShouldBe("/target/below");
        api.Last.Header("x-secret").ShouldBe("very-secret");

        using (var gone = await gateway.SendAsync(HttpMethod.Delete, "config/pass_through_endpoint?endpoint_id=" + id, null))
        {
            ((int)gone.StatusCode).ShouldBe(200);
        }

        (await gateway.GetAsync("made")).Status.ShouldBe(404);
        (await gateway.GetAsync("from-file")).Status.ShouldBe(200);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task HeaderValues_AreEncryptedAtRest_AndOldOnesInClearStillWork(DatabaseKind kind)
    {
        await using var api = await FakeApi.StartAsync("{}");
        await using var gateway = await StoredGateway.StartAsync(kind);

        // A value that looks like something encrypted all the same is in clear when nothing marks it.
        var old = new string('a', 64);
        await gateway.WriteAsync(async rows =>
        {
            await rows.UpsertAsync(Tables.Config, new JsonObject
            {
                ["param_name"] = "general_settings",
                ["param_value"] = new JsonObject
                {
                    ["pass_through_endpoints"] = new JsonArray(new JsonObject
                    {
                        ["id"] = "old",
                        ["path"] = "/old",
                        ["target"] = api.Address + "/old",
                        ["headers"] = new JsonObject { ["X-Secret"] = old },
                    }),
                },
            });
            return true;
        });
        await gateway.Reloader.RefreshAsync(GatewayFixture.Token);
        (await gateway.GetAsync("old")).Status.ShouldBe(200);
        api.Last.Header("x-secret").ShouldBe(old);

        await gateway.PostAsync("config/pass_through_endpoint", $$$"""{"path":"/made","target":"{{{api.Address}}}/made","headers":{"X-Secret":"very-secret"}}""").OkAsync();
        var stored = (await gateway.ReadAsync(rows => rows.FindAsync(Tables.Config, "general_settings")))!.ToJsonString();
        stored.ShouldNotContain("very-secret");
        stored.ShouldNotContain(old);

        var rotation = gateway.Services.GetServices<Management.Keys.IMasterKeyRotation>().OfType<Management.Credentials.SecretRotation>().ShouldHaveSingleItem();
        await gateway.WriteAsync(async rows =>
        {
            await rotation.ReencryptAsync(rows, "sk-the-next-master-key", GatewayFixture.Token);
            return true;
        });
        await gateway.Reloader.RefreshAsync(GatewayFixture.Token);
        foreach (var (path, secret) in new[] { ("made", "very-secret"), ("old", old) })
        {
            (await gateway.GetAsync(path)).Status.ShouldBe(200);
            api.Last.Header("x-secret").ShouldBe(secret);
        }
    }

    [Theory]
    [InlineData("config/pass_through_endpoint", """{"path":"/v1/chat/completions","target":"http://127.0.0.1"}""", 400)]
    [InlineData("config/pass_through_endpoint", """{"path":"/anthropic/mine","target":"http://127.0.0.1"}""", 400)]
    [InlineData("config/pass_through_endpoint", """{"path":"mine","target":"http://127.0.0.1"}""", 400)]
    [InlineData("config/pass_through_endpoint", """{"path":"/mine"}""", 422)]
    [InlineData("config/pass_through_endpoint/none", """{"auth":false}""", 404)]
    public async Task WhatCannotBe_IsRefused(string path, string body, int status)
    {
        await using var gateway = await StoredGateway.StartAsync(DatabaseKind.Sqlite);

        (await gateway.PostAsync(path, body)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task OnlyAdministrators_MayLook()
    {
        await using var gateway = await StoredGateway.StartAsync(DatabaseKind.Sqlite);
        var key = await gateway.NewKeyAsync();

        (await gateway.GetAsync("config/pass_through_endpoint", ("Authorization", "Bearer " + key))).Status.ShouldBeOneOf(401, 403);
    }
}
