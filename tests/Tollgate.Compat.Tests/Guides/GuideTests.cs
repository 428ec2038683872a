using Tollgate.Data.Rows;
using Tollgate.Testing;

[assembly: AssemblyFixture(typeof(PostgresServer.Lifetime))]

namespace Tollgate.Compat.Tests.Guides;

/// <summary>Every command of the operators' guides about keys, users, teams, budgets, models and spend, on both stores.</summary>
public sealed class GuideTests
{
    public static TheoryData<string, DatabaseKind> GuidesAndEngines
    {
        get
        {
            var data = new TheoryData<string, DatabaseKind>();
            foreach (var guide in new[] { "operations", "reference", "container", "setup", "deployment" })
            {
                data.Add(guide, DatabaseKind.Sqlite);
                data.Add(guide, DatabaseKind.PostgreSql);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(GuidesAndEngines))]
    public async Task EveryCommand_DoesWhatTheGuideSays(string guide, DatabaseKind engine)
    {
        await using var run = await StartAsync(guide, engine);
        await run.RunAsync(PathOf($"{guide}.guide"));
    }

    [Fact]
    public async Task WithoutDatabase_VirtualKeysAreToldSo()
    {
        await using var run = await GuideRun.StartAsync(
            DatabaseKind.Sqlite,
            await File.ReadAllTextAsync(PathOf("nodatabase.yaml")),
            new Dictionary<string, string> { ["LITELLM_MASTER_KEY"] = "sk-1234", ["OPENAI_API_KEY"] = "sk-openai", ["TOLLGATE_EMBEDDED_DB"] = "false" });
        await run.RunAsync(PathOf("nodatabase.guide"));
    }

    private static async Task<GuideRun> StartAsync(string guide, DatabaseKind engine)
        => await GuideRun.StartAsync(engine, await File.ReadAllTextAsync(PathOf($"{guide}.yaml")), new Dictionary<string, string>
        {
            ["LITELLM_MASTER_KEY"] = "sk-1234",
            ["LITELLM_SALT_KEY"] = "sk-salt-of-these-tests",
            ["OPENAI_API_KEY"] = "sk-openai-from-environment",
            ["AZURE_API_KEY"] = "azure-from-environment",
        });

    private static string PathOf(string name) => Repository.Path($"tests/Tollgate.Compat.Tests/Guides/{name}");
}
