using Tollgate.Compat.Tests.Gateway;

namespace Tollgate.Compat.Tests;

/// <summary>SDKs for JavaScript against the gateway: one script a topic or SDK, in <c>tests/clients</c>.</summary>
public sealed class NodeSdkTests(GatewayFixture fixture)
{
    [Theory]
    [InlineData("anthropic")]
    [InlineData("azure")]
    [InlineData("chat")]
    [InlineData("completions")]
    [InlineData("embeddings")]
    [InlineData("errors")]
    [InlineData("genai")]
    [InlineData("headers")]
    [InlineData("langchain")]
    [InlineData("models")]
    [InlineData("responses")]
    [InlineData("retries")]
    [InlineData("streaming")]
    [InlineData("structured-output")]
    [InlineData("timeout")]
    [InlineData("tools")]
    [InlineData("vercel")]
    public async Task Script_Passes(string script) => await RunAsync(script);

    [Fact]
    public async Task StreamIsAborted_UpstreamIsLetGo()
    {
        var marker = await RunAsync("abort");
        var left = await fixture.UpstreamRequest(marker).Aborted.WaitAsync(TimeSpan.FromMinutes(1));
        left.ShouldBeTrue();
    }

    [Fact]
    public void Scripts_AreAllRun()
    {
        var here = typeof(NodeSdkTests).GetMethod(nameof(Script_Passes))!
            .GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(InlineDataAttribute))
            .Select(attribute => ((IReadOnlyCollection<System.Reflection.CustomAttributeTypedArgument>)attribute.ConstructorArguments[0].Value!).Single().Value);
        var there = Directory.GetFiles(Repository.Path("tests/clients"), "*.mjs")
            .Select(Path.GetFileNameWithoutExtension)
            .Except(["gateway", "abort"]);
        there.Order().ShouldBe(here.Cast<string>().Order());
    }

    private async Task<string> RunAsync(string script)
    {
        var marker = Guid.NewGuid().ToString("N");
        var environment = new Dictionary<string, string>
        {
            ["OPENAI_BASE_URL"] = fixture.ApiBase.ToString(),
            ["OPENAI_API_KEY"] = GatewayProcess.MasterKey,
            ["TOLLGATE_TEST_MARKER"] = marker,
        };
        var (exitCode, output) = await ChildProcess.RunAsync("node", [$"{script}.mjs"], environment, Repository.Path("tests/clients"));
        exitCode.ShouldBe(0, $"{script}.mjs failed:\n{output}\nThe gateway said:\n{fixture.Gateway.Output}");
        return marker;
    }
}
