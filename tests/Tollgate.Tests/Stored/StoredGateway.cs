using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Data.Rows;
using Tollgate.Testing;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Stored;

/// <summary>A gateway with a database of either engine.</summary>
internal static class StoredGateway
{
    public const string ProviderKey = "sk-provider-secret-4711";

    public static TheoryData<DatabaseKind> Engines => [DatabaseKind.Sqlite, DatabaseKind.PostgreSql];

    public static async Task<GatewayFixture> StartAsync(DatabaseKind kind, GatewaySetup? setup = null)
    {
        var url = kind == DatabaseKind.PostgreSql ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null;
        return await StartAsync(url, setup);
    }

    public static Task<GatewayFixture> StartAsync(string? url, GatewaySetup? setup = null)
    {
        setup ??= new GatewaySetup();
        return GatewayFixture.StartAsync(url is null ? setup : setup with { Environment = [.. setup.Environment, ("DATABASE_URL", url)] });
    }

    /// <summary>A body of /model/new that reaches the fake upstream.</summary>
    public static string NewModel(this GatewayFixture gateway, string name, string id, string more = "")
    {
        var parameters = $$"""{"model":"openai/up-model","api_base":"{{gateway.Upstream.BaseAddress}}v1","api_key":"{{ProviderKey}}"{{more}} }""";
        return $$"""{"model_name":"{{name}}","litellm_params":{{parameters}},"model_info":{"id":"{{id}}"} }""";
    }

    public static async Task<JsonElement> OkAsync(this Task<Answer> call)
    {
        var answer = await call;
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json;
    }

    public static Task<T> ReadAsync<T>(this GatewayFixture gateway, Func<IRowReader, Task<T>> work) =>
        gateway.Services.GetRequiredService<IDatabase>().ReadAsync(work, GatewayFixture.Token);

    public static Task<T> WriteAsync<T>(this GatewayFixture gateway, Func<IRowWriter, Task<T>> work) =>
        gateway.Services.GetRequiredService<IDatabase>().WriteAsync(work, GatewayFixture.Token);
}
