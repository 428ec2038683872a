using System.Collections.Immutable;
using Tollgate.Configuration;

namespace Tollgate.Tests.Configuration;

public class DiagnosticPrinterTests
{
    private const string Yaml = "router_settings:\n  routing_stategy: simple-shuffle\n";

    private static string? Line(string file, int line) => Yaml.Split('\n')[line - 1];

    [Fact]
    public void Text_HasPositionPathHintLineAndCaret() =>
        DiagnosticPrinter.ToText(ConfigFixture.Load(Yaml).Diagnostics, Line).ShouldBe("""
            warning CFG003 config.yaml:2:3 router_settings.routing_stategy: unknown key. Did you mean 'routing_strategy'?
                  routing_stategy: simple-shuffle
                  ^

            """.ReplaceLineEndings("\n"));

    [Fact]
    public void Json_IsOneObjectALine() =>
        DiagnosticPrinter.ToJsonLines(ConfigFixture.Load(Yaml).Diagnostics).ShouldBe(
            """{"level":"warning","code":"CFG003","file":"config.yaml","line":2,"column":3,"path":"router_settings.routing_stategy","""
            + "\"message\":\"unknown key\",\"hint\":\"Did you mean 'routing_strategy'?\"}\n");

    [Fact]
    public void MoreThanAHundred_AreCounted()
    {
        var yaml = string.Join('\n', Enumerable.Range(0, 130).Select(i => $"unknown_section_{i}: 1"));
        var lines = DiagnosticPrinter.ToText(ConfigFixture.Load(yaml).Diagnostics).TrimEnd().Split('\n');
        (lines.Length, lines[^1]).ShouldBe((101, "... and 30 more"));
    }

    [Theory]
    [InlineData("  api_key: sk-abcdefghijkl", "  api_key: ****")]
    [InlineData("  api_key: os.environ/KEY", "  api_key: os.environ/KEY")]
    [InlineData("  - sk-abcdefghijkl1234", "  - sk-...1234")]
    [InlineData("  database_url: postgresql://u:pw@h/d", "  database_url: ****")]
    [InlineData("  host: redis://u:pw@h:1", "  host: redis://u:****@h:1")]
    [InlineData("  num_retries: 3", "  num_retries: 3")]
    [InlineData("  max_tokens: 3", "  max_tokens: 3")]
    [InlineData("  input_cost_per_token: x", "  input_cost_per_token: x")]
    [InlineData("  {\"password\": \"hunter2\", \"a\": 1}", "  {\"password\": ****")]
    public void SourceLines_AreShownWithoutSecrets(string line, string shown) => SecretText.MaskLine(line).ShouldBe(shown);

    [Fact]
    public void SecretValuesOfTheWrongType_AreMasked()
    {
        var text = DiagnosticPrinter.ToText(ConfigFixture.Load("general_settings: {master_key: [sk-abcdefghijkl1234]}").Diagnostics);
        text.ShouldContain("expected a single value, found a list");
        text.ShouldNotContain("abcdefgh");
    }

    [Fact]
    public void NoDiagnostics_PrintNothing() => DiagnosticPrinter.ToText(ImmutableArray<ConfigDiagnostic>.Empty).ShouldBe("");
}
