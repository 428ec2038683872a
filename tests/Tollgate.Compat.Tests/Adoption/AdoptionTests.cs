using Tollgate.Compat.Tests.Guides;
using Tollgate.Data.Rows;
using Tollgate.Testing;

namespace Tollgate.Compat.Tests.Adoption;

/// <summary>A database of LiteLLM 1.81 is taken over in place, and can be given back.</summary>
public sealed class AdoptionTests
{
    [Fact]
    public async Task DatabaseOfLiteLlm_IsServedManagedAndLeftInItsForm()
    {
        var server = await PostgresServer.SharedAsync();
        var url = await server.CreateDatabaseAsync();
        var database = new Uri(url).AbsolutePath.TrimStart('/');
        await server.ExecuteAsync(database, await File.ReadAllTextAsync(PathOf("schema.sql")));
        await server.ExecuteAsync(database, await File.ReadAllTextAsync(PathOf("rows.sql")));
        var before = await server.DumpStructureAsync(database);

        await using (var run = await GuideRun.StartAsync(
            DatabaseKind.PostgreSql,
            await File.ReadAllTextAsync(PathOf("adopted.yaml")),
            new Dictionary<string, string> { ["LITELLM_MASTER_KEY"] = "sk-1234", ["LITELLM_SALT_KEY"] = "sk-salt", ["OPENAI_API_KEY"] = "sk-openai" },
            url))
        {
            await run.RunAsync(PathOf("adopted.guide"));
        }

        (await server.DumpStructureAsync(database)).ShouldBe(before);
    }

    private static string PathOf(string name) => Repository.Path($"tests/Tollgate.Compat.Tests/Adoption/{name}");
}
