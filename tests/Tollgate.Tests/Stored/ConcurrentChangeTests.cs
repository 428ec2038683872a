using Tollgate.Data.Rows;

namespace Tollgate.Tests.Stored;

/// <summary>Several changes of the configuration at the same moment.</summary>
public sealed class ConcurrentChangeTests
{
    private const int Count = 8;

    public static TheoryData<DatabaseKind> Engines => StoredGateway.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Settings_LoseNoneOfThem(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);

        await AllAsync(i => gateway.PostAsync("config/update", $$$"""{"environment_variables":{"SOME_{{{i}}}":"value"}}""").OkAsync());
        await AllAsync(i => gateway.PostAsync("config/pass_through_endpoint", $$"""{"path":"/own/{{i}}","target":"https://example.invalid/{{i}}"}""").OkAsync());
        await gateway.PostAsync("add/allowed_ip", """{"ip":"127.0.0.0/8"}""").OkAsync();
        await AllAsync(i => gateway.PostAsync("add/allowed_ip", $$"""{"ip":"10.0.0.{{i}}"}""").OkAsync());

        var shown = await gateway.GetAsync("config").OkAsync();
        shown.GetProperty("environment_variables").EnumerateObject().Count(static entry => entry.Name.StartsWith("SOME_", StringComparison.Ordinal)).ShouldBe(Count);
        (await gateway.GetAsync("config/pass_through_endpoint").OkAsync()).GetProperty("endpoints").GetArrayLength().ShouldBe(Count);
        (await gateway.GetAsync("get/allowed_ips").OkAsync()).GetProperty("data").GetArrayLength().ShouldBe(Count + 1);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task SameName_IsTakenByOneAndRefusedToTheOthers(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);
        foreach (var (path, body) in new[]
        {
            ("model/new", gateway.NewModel("fresh", "id-1")),
            ("credentials", """{"credential_name":"one","credential_info":{},"credential_values":{"api_key":"sk-some-000001"}}"""),
            ("vector_store/new", """{"vector_store_id":"vs1","custom_llm_provider":"openai"}"""),
            ("config/pass_through_endpoint", """{"path":"/own","target":"https://example.invalid"}"""),
        })
        {
            var answers = await AllAsync(_ => gateway.PostAsync(path, body));
            answers.Select(static answer => answer.Status).Order().ToArray().ShouldBe([200, .. Enumerable.Repeat(400, Count - 1)], path);
        }
    }

    private static Task<T[]> AllAsync<T>(Func<int, Task<T>> change) => Task.WhenAll(Enumerable.Range(0, Count).Select(change));
}
