using System.Text.RegularExpressions;
using Tollgate.Compat.Tests.Gateway;

namespace Tollgate.Compat.Tests;

/// <summary>The configurations that our own pages show are ones that the gateway takes.</summary>
public sealed partial class DocumentedConfigTests
{
    public static TheoryData<string> Pages => ["README.md", "docs/configuration.md", "docs/mock.md"];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task ShownConfig_HasNoProblemsAndOnlyKeysWithAnEffect(string page)
    {
        var configs = Yaml().Matches(await File.ReadAllTextAsync(Repository.Path(page)));
        configs.Count.ShouldBeGreaterThan(0);
        var folder = Directory.CreateTempSubdirectory("tollgate-test-");
        try
        {
            foreach (var config in configs.Cast<Match>())
            {
                var file = Path.Combine(folder.FullName, "config.yaml");
                await File.WriteAllTextAsync(file, config.Groups["yaml"].Value);
                var (exitCode, output) = await ChildProcess.RunAsync(
                    "dotnet", [GatewayProcess.Executable, "check", file], Secrets(config.Groups["yaml"].Value), folder.FullName);
                exitCode.ShouldBe(0, output);
                output.ShouldContain("0 errors, 0 warnings", Case.Sensitive, output);
                output.ShouldNotContain("without effect", Case.Sensitive, output);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The master key, which short examples leave to the environment, and every variable that the text refers to.</summary>
    private static Dictionary<string, string> Secrets(string yaml) => Reference().Matches(yaml)
        .Select(match => match.Groups["name"].Value)
        .Append("LITELLM_MASTER_KEY")
        .Distinct()
        .ToDictionary(name => name, _ => "sk-any-key-will-do-here");

    [GeneratedRegex(@"^```yaml\n(?<yaml>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Yaml();

    [GeneratedRegex(@"os\.environ/(?<name>[A-Z_0-9]+)|\$\{(?<name>[A-Z_0-9]+)\}")]
    private static partial Regex Reference();
}
