using Tollgate.Configuration;

namespace Tollgate.Tests.Configuration;

public class CommandLineModelTests
{
    private static ConfigResult Load(CommandLineModel model, string? yaml = null)
    {
        using var fixture = new ConfigFixture();
        var path = yaml is null ? null : fixture.Write("c.yaml", yaml);
        return ConfigFixture.Load(new ConfigRequest { Path = path, Environment = fixture.Environment(), CommandLine = model });
    }

    [Fact]
    public void Model_AnswersEveryName()
    {
        var config = Load(new() { Model = "gpt-4o" }).Config.ShouldNotBeNull();
        config.Server.CatchAllModelGroup.ShouldBe("gpt-4o");
        config.Deployments.ShouldHaveSingleItem().Model.ShouldBe("gpt-4o");
    }

    [Fact]
    public void Flags_ApplyToTheModel()
    {
        var result = Load(new()
        {
            Model = "ollama/x",
            Alias = "mine",
            ApiBase = "http://h:1",
            ApiVersion = "v",
            Headers = """{"a": "b"}""",
            Temperature = "0.5",
            MaxTokens = "9",
            RequestTimeout = "3",
            DropParams = true,
            MaxBudget = "5",
        });
        var config = result.Config.ShouldNotBeNull();
        var deployment = config.Deployments.ShouldHaveSingleItem();
        (deployment.ModelGroup, deployment.ApiBase, deployment.ApiVersion, deployment.ExtraHeaders["a"])
            .ShouldBe(("mine", "http://h:1", "v", "b"));
        (deployment.DefaultParams.Json(), deployment.Timeout, deployment.DropParams)
            .ShouldBe(("temperature=0.5, max_tokens=9", TimeSpan.FromSeconds(3), true));
        (config.Models.DropParams, config.Server.CatchAllModelGroup).ShouldBe((true, "mine"));
        result.WithoutEffect.ShouldHaveSingleItem().Path.ShouldBe("--max_budget");
    }

    [Fact]
    public void FileModels_StayBesideIt() =>
        Load(new() { Model = "gpt-4o" },
            "model_list: [{model_name: a, litellm_params: {model: openai/a}}]").Config!.Deployments.Length.ShouldBe(2);

    [Theory]
    [InlineData("not json")]
    [InlineData("[1]")]
    public void BadHeaders_AreAUsageError(string headers) =>
        Load(new() { Model = "gpt-4o", Headers = headers }).Single("CFG024").Level.ShouldBe(DiagnosticLevel.Fatal);
}
