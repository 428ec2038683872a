using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Data.Rows;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Tests.Loopback;
using Tollgate.Tests.Stored;

namespace Tollgate.Tests.PassThrough;

/// <summary>What finished batches cost, and whose they are.</summary>
public sealed class BatchCostTests
{
    private const string Results =
        """
        {"custom_id":"1","response":{"status_code":200,"body":{"model":"up-a","usage":{"prompt_tokens":100,"completion_tokens":10,"total_tokens":110}}}}
        {"custom_id":"2","response":{"status_code":200,"body":{"model":"up-a","usage":{"prompt_tokens":50,"completion_tokens":5,"total_tokens":55}}}}
        {"custom_id":"3","response":null,"error":{"code":"batch_expired"}}

        """;

    public static TheoryData<DatabaseKind> Engines => StoredGateway.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task FinishedBatch_IsPaidForOnceByWhoMadeIt(DatabaseKind kind)
    {
        var files = new FakeFiles { Status = "in_progress", Results = Results };
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await ManagedFileTests.StartAsync(api, kind);
        var key = await gateway.NewKeyAsync();
        var id = (await ManagedFileTests.UploadAsync(gateway, "a", key)).GetProperty("id").GetString()!;
        var batch = (await ManagedFileTests.BatchAsync(gateway, id, key).OkAsync()).GetProperty("id").GetString()!;
        await gateway.GetAsync("v1/batches/" + batch, ManagedFileTests.Key(key)).OkAsync();
        files.Fetches.ShouldBe(0);

        files.Status = "completed";

        // The administrator looks first, many at once: it is the maker's bill all the same.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => gateway.GetAsync("v1/batches/" + batch).OkAsync()));
        await gateway.GetAsync("v1/batches/" + batch, ManagedFileTests.Key(key)).OkAsync();

        var rows = (await gateway.LogAsync(13)).Where(row => row["spend"]!.GetValue<double>() > 0).ToList();
        var row = rows.ShouldHaveSingleItem();
        row["call_type"]!.GetValue<string>().ShouldBe("aretrieve_batch");
        row["request_id"]!.GetValue<string>().ShouldBe("batch_one");
        row["prompt_tokens"]!.GetValue<long>().ShouldBe(150);
        row["completion_tokens"]!.GetValue<long>().ShouldBe(15);
        row["spend"]!.GetValue<double>().ShouldBe(((150 * 0.001) + (15 * 0.002)) / 2, 1e-9);
        row["model_group"]!.GetValue<string>().ShouldBe("a");
        var info = await gateway.GetAsync("key/info?key=" + key).OkAsync();
        row["api_key"]!.GetValue<string>().ShouldBe(Engine.Keys.KeyHash.Of(key).ToHex());
        info.GetProperty("info").GetProperty("spend").GetDouble().ShouldBe(0.09, 1e-9);
        var stored = (await gateway.ReadAsync(reader => reader.SelectAsync(Tables.ManagedObjects, Filter.None))).ShouldHaveSingleItem();
        stored["batch_processed"]!.GetValue<bool>().ShouldBeTrue();
        files.Fetches.ShouldBeLessThan(10);
    }

    [Fact]
    public async Task TwoReplicas_PayOnce()
    {
        var url = await (await Testing.PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var files = new FakeFiles { Results = Results };
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        var setup = new GatewaySetup { Environment = [("DATABASE_URL", url)] };
        await using var one = await ManagedFileTests.StartAsync(api, DatabaseKind.Sqlite, setup);
        await using var two = await ManagedFileTests.StartAsync(api, DatabaseKind.Sqlite, setup);
        var id = (await ManagedFileTests.UploadAsync(one, "a", null)).GetProperty("id").GetString()!;
        var batch = (await ManagedFileTests.BatchAsync(one, id, null).OkAsync()).GetProperty("id").GetString()!;
        await Task.WhenAll(new[] { one, two, one, two }.Select(replica => replica.GetAsync("v1/batches/" + batch).OkAsync()));

        (await one.LogAsync(7)).Count(row => row["spend"]!.GetValue<double>() > 0).ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task ReplicaThatDiesOverABatch_LeavesItToTheNext(DatabaseKind kind)
    {
        var files = new FakeFiles { Status = "in_progress", Results = Results };
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await ManagedFileTests.StartAsync(api, kind);
        var id = (await ManagedFileTests.UploadAsync(gateway, "a", null)).GetProperty("id").GetString()!;
        var batch = (await ManagedFileTests.BatchAsync(gateway, id, null).OkAsync()).GetProperty("id").GetString()!;

        // One has claimed the batch and was killed before the journal had it: the claim is all that is left.
        var claims = gateway.Services.GetRequiredService<IResourceStore>();
        (await claims.TryClaimAsync("batch-cost:openai|batch_one", TimeSpan.FromHours(1), GatewayFixture.Token)).ShouldBeTrue();
        files.Status = "completed";
        await gateway.GetAsync("v1/batches/" + batch).OkAsync();
        files.Fetches.ShouldBe(0);

        await claims.ReleaseAsync("batch-cost:openai|batch_one", GatewayFixture.Token);
        (await claims.TryClaimAsync("batch-cost:openai|batch_one", TimeSpan.FromSeconds(-1), GatewayFixture.Token)).ShouldBeTrue();
        await gateway.GetAsync("v1/batches/" + batch).OkAsync();
        await gateway.GetAsync("v1/batches/" + batch).OkAsync();

        (await gateway.LogAsync(6)).Count(row => row["spend"]!.GetValue<double>() > 0).ShouldBe(1);
        files.Fetches.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task BatchThatNobodyAsksFor_IsPaidByWhoMadeIt(DatabaseKind kind)
    {
        var files = new FakeFiles { Status = "in_progress", Results = Results };
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await ManagedFileTests.StartAsync(api, kind);
        var polling = gateway.Services.GetRequiredService<BatchPolling>();
        var key = await gateway.NewKeyAsync();
        var id = (await ManagedFileTests.UploadAsync(gateway, "a", key)).GetProperty("id").GetString()!;
        await ManagedFileTests.BatchAsync(gateway, id, key).OkAsync();
        (await polling.RunAsync(() => Task.FromResult(false), GatewayFixture.Token)).ShouldBe(0);
        (await polling.RunAsync(() => Task.FromResult(true), GatewayFixture.Token)).ShouldBe(1);
        files.Fetches.ShouldBe(0);

        files.Status = "completed";
        (await polling.RunAsync(() => Task.FromResult(true), GatewayFixture.Token)).ShouldBe(1);
        (await polling.RunAsync(() => Task.FromResult(true), GatewayFixture.Token)).ShouldBe(0);

        var row = (await gateway.LogAsync(3)).Where(row => row["spend"]!.GetValue<double>() > 0).ShouldHaveSingleItem();
        row["call_type"]!.GetValue<string>().ShouldBe("aretrieve_batch");
        row["api_key"]!.GetValue<string>().ShouldBe(Engine.Keys.KeyHash.Of(key).ToHex());
        (await gateway.ReadAsync(reader => reader.SelectAsync(Tables.ManagedObjects, Filter.None)))
            .ShouldHaveSingleItem()["batch_processed"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task BatchThatItsProviderForgot_IsNotAskedForAgain()
    {
        var files = new FakeFiles { Status = "in_progress" };
        var isGone = false;
        await using var api = await FakeApi.StartAsync(
            (http, seen) => isGone ? FakeApi.AnswerAsync(http, """{"error":{"message":"no such batch"}}""", 404) : files.AnswerAsync(http, seen));
        await using var gateway = await ManagedFileTests.StartAsync(api, DatabaseKind.Sqlite);
        await gateway.PostAsync("v1/batches", """{"input_file_id":"file-x","endpoint":"/v1/chat/completions","model":"a"}""").OkAsync();
        isGone = true;
        var polling = gateway.Services.GetRequiredService<BatchPolling>();
        (await polling.RunAsync(() => Task.FromResult(true), GatewayFixture.Token)).ShouldBe(1);
        (await polling.RunAsync(() => Task.FromResult(true), GatewayFixture.Token)).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task BatchOfAnotherGatewayOnTheDatabase_IsAskedForToo(DatabaseKind kind)
    {
        var files = new FakeFiles { Results = Results };
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await ManagedFileTests.StartAsync(api, kind);
        var id = ManagedIds.Batch("dep-a", "batch_other");
        await gateway.WriteAsync(async rows =>
        {
            await rows.InsertAsync(Tables.ManagedObjects, new JsonObject
            {
                ["id"] = "1",
                ["unified_object_id"] = id,
                ["model_object_id"] = "batch_other",
                ["file_purpose"] = "batch",
                ["file_object"] = new JsonObject(),
                ["created_by"] = "somebody",
            });
            return 0;
        });
        var polling = gateway.Services.GetRequiredService<BatchPolling>();
        (await polling.RunAsync(() => Task.FromResult(true), GatewayFixture.Token)).ShouldBe(1);
        (await polling.RunAsync(() => Task.FromResult(true), GatewayFixture.Token)).ShouldBe(0);
        (await gateway.LogAsync(1)).ShouldHaveSingleItem()["request_id"]!.GetValue<string>().ShouldBe("batch_other");
    }

    [Fact]
    public async Task BatchOfAPlainFile_IsPaidForByTheModelOfItsLines()
    {
        var files = new FakeFiles { Results = Results.Replace("up-a", "gpt-4o", StringComparison.Ordinal) };
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await Relays.StartAsync(api, new GatewaySetup { Environment = [("OPENAI_API_BASE", api.Address + "/one/v1")] });
        var key = await gateway.NewKeyAsync();
        var batch = await ManagedFileTests.BatchAsync(gateway, "file-x", key).OkAsync();
        batch.GetProperty("id").GetString().ShouldBe("batch_one");
        for (var i = 0; i < 2; i++)
        {
            await gateway.GetAsync("v1/batches/batch_one", ManagedFileTests.Key(key)).OkAsync();
        }

        var row = (await gateway.LogAsync(4)).Where(row => row["spend"]!.GetValue<double>() > 0).ShouldHaveSingleItem();
        row["spend"]!.GetValue<double>().ShouldBe(((150 * 2.5e-6) + (15 * 10e-6)) / 2, 1e-12);
        row["model"]!.GetValue<string>().ShouldBe("gpt-4o");
    }

    [Fact]
    public async Task ResultsThatCannotBeRead_ArePaidForTheNextTime()
    {
        var files = new FakeFiles { Results = Results };
        var broken = true;
        await using var api = await FakeApi.StartAsync((http, seen) => broken && seen.Target.EndsWith("/content", StringComparison.Ordinal)
            ? FakeApi.AnswerAsync(http, "{}", 500) : files.AnswerAsync(http, seen));
        await using var gateway = await ManagedFileTests.StartAsync(api, DatabaseKind.Sqlite);
        var id = (await ManagedFileTests.UploadAsync(gateway, "a", null)).GetProperty("id").GetString()!;
        var batch = (await ManagedFileTests.BatchAsync(gateway, id, null).OkAsync()).GetProperty("id").GetString()!;
        (await gateway.GetAsync("v1/batches/" + batch)).Status.ShouldBe(200);
        broken = false;
        (await gateway.GetAsync("v1/batches/" + batch)).Status.ShouldBe(200);

        (await gateway.LogAsync(5)).Count(row => row["spend"]!.GetValue<double>() > 0).ShouldBe(1);
    }

    [Theory]
    [InlineData("?model=a")]
    [InlineData("?custom_llm_provider=openai")]
    public async Task BatchOverSomebodyElsesFile_IsRefused(string query)
    {
        var files = new FakeFiles();
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await ManagedFileTests.StartAsync(
            api, DatabaseKind.Sqlite, new GatewaySetup { Environment = [("OPENAI_API_BASE", api.Address + "/one/v1"), ("OPENAI_API_KEY", "k")] });
        var mine = await gateway.NewKeyAsync();
        var theirs = await gateway.NewKeyAsync();
        using var form = new MultipartFormDataContent { { new StringContent("batch"), "purpose" } };
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
        form.Add(content, "file", "in.jsonl");
        using var made = await gateway.SendAsync(HttpMethod.Post, "v1/files" + query, form, ManagedFileTests.Key(mine));
        var id = (await Answer.ReadAsync(made)).Json.GetProperty("id").GetString()!;

        (await ManagedFileTests.BatchAsync(gateway, id, mine)).Status.ShouldBe(200);
        (await ManagedFileTests.BatchAsync(gateway, id, theirs)).ShouldBeError(403, "does not have access", "None", "auth_error");
        (await ManagedFileTests.BatchAsync(gateway, "file-one1", theirs)).Status.ShouldBe(403);
        (await gateway.PostAsync("v1/vector_stores", """{"name":"x","file_ids":["file-one1"]}""", ManagedFileTests.Key(theirs))).Status.ShouldBe(403);
        (await ManagedFileTests.BatchAsync(gateway, "file-of-nobody", theirs)).Status.ShouldBe(200);
        (await gateway.GetAsync($"v1/files/{id}/content", ManagedFileTests.Key(theirs))).Status.ShouldBe(403);
    }
}
