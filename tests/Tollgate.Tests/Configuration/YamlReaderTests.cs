using System.Text;
using Tollgate.Configuration;

namespace Tollgate.Tests.Configuration;

public class YamlReaderTests
{
    private static (ConfigNode? Root, DiagnosticBag Problems) Read(string yaml)
    {
        var problems = new DiagnosticBag();
        return (new YamlReader("c.yaml", yaml, problems).Read(), problems);
    }

    private static string Json(string yaml)
    {
        var (root, problems) = Read(yaml);
        problems.Sorted().ShouldBeEmpty();
        return JsonText.Of(root.ShouldNotBeNull());
    }

    [Theory]
    [InlineData("yes", "true")]
    [InlineData("Off", "false")]
    [InlineData("TRUE", "true")]
    [InlineData("y", "\"y\"")]
    [InlineData("1e-6", "1e-6")]
    [InlineData("1e3", "1e3")]
    [InlineData("1.0e-6", "1.0e-6")]
    [InlineData(".5", "0.5")]
    [InlineData("1.", "1")]
    [InlineData("+1", "1")]
    [InlineData("1_000", "1000")]
    [InlineData("0x1F", "31")]
    [InlineData("0777", "777")]
    [InlineData("12:30", "\"12:30\"")]
    [InlineData("2024-02-15", "\"2024-02-15\"")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("\"1\"", "\"1\"")]
    [InlineData("'yes'", "\"yes\"")]
    [InlineData("ollama/mistral:latest", "\"ollama/mistral:latest\"")]
    [InlineData("!!str 5", "\"5\"")]
    public void PlainScalars_BecomeWhatOperatorsMean(string yaml, string json) => Json($"a: {yaml}").ShouldBe($"{{\"a\":{json}}}");

    [Fact]
    public void AnchorsAndMerges_Expand() => Json("""
        x-base: &base {a: 1, b: 2}
        one: {<<: *base, b: 3}
        two:
          <<: [*base, {c: 4, a: 9}]
        three: *base
        """).ShouldBe("""{"x-base":{"a":1,"b":2},"one":{"b":3,"a":1},"two":{"a":1,"b":2,"c":4},"three":{"a":1,"b":2}}""");

    [Fact]
    public void DuplicateKey_LastWinsWithBothLines()
    {
        var (root, problems) = Read("a: 1\nb: 2\na: 3\n");
        JsonText.Of(root!).ShouldBe("""{"a":3,"b":2}""");
        var warning = problems.Sorted().ShouldHaveSingleItem();
        warning.Code.ShouldBe("CFG013");
        warning.Message.ShouldBe("duplicate key 'a' (lines 1 and 3); the later one is used");
    }

    [Fact]
    public void TabIndent_IsExplained()
    {
        var problem = Read("a:\n\tb: 1\n").Problems.Sorted().ShouldHaveSingleItem();
        problem.Level.ShouldBe(DiagnosticLevel.Fatal);
        problem.Hint.ShouldBe("YAML forbids tabs for indentation", DiagnosticPrinter.ToText(problem));
        problem.Position.Line.ShouldBe(2);
    }

    [Fact]
    public void SecondDocument_IsFatalAtItsLine()
    {
        var problem = Read("a: 1\n---\nb: 2\n").Problems.Sorted().ShouldHaveSingleItem();
        problem.Position.Line.ShouldBe(2);
        problem.Message.ShouldContain("second document");
    }

    [Fact]
    public void AliasBomb_IsRefused()
    {
        var yaml = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 12; i++)
        {
            yaml.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Read(yaml.ToString()).Problems.Sorted().ShouldHaveSingleItem().Message.ShouldContain("10 MB");
    }

    [Theory]
    [InlineData("a: *nope")]
    [InlineData("a: &a [*a]")]
    [InlineData("? [1, 2]\n: 3")]
    [InlineData("a: [1, 2")]
    [InlineData("a: \"open")]
    [InlineData("<<: 5")]
    public void BrokenText_IsOneFatalProblem(string yaml) => Read(yaml).Problems.Sorted().ShouldHaveSingleItem().Code.ShouldBe("CFG001");

    [Fact]
    public void DeepNesting_IsRefused() => Read(new string('[', 5000)).Problems.HasFatal.ShouldBeTrue();

    [Fact]
    public void Json_IsYaml() => Json("""{"model_list": [{"a": 1.50}], "b": null}""").ShouldBe("""{"model_list":[{"a":1.50}],"b":null}""");

    [Fact]
    public void CutAndDamagedTexts_NeverThrow()
    {
        const string yaml = """
            model_list:
              - model_name: "gpt-4o" # comment
                litellm_params: &p {model: openai/gpt-4o, api_key: 'k', tags: [a, b]}
            x: {<<: *p, t: |
               block
              }
            general_settings: !!map {master_key: ${X:-sk-1}}
            """;
        var random = new Random(20260101);
        for (var cut = 0; cut <= yaml.Length; cut++)
        {
            ConfigFixture.Load(yaml[..cut]).ShouldNotBeNull();
        }

        const string damage = "{}[]:-&*!|>'\"%@`#,?\t\n \0é\\$";
        for (var round = 0; round < 400; round++)
        {
            var text = yaml.ToCharArray();
            for (var i = 0; i < 3; i++)
            {
                text[random.Next(text.Length)] = damage[random.Next(damage.Length)];
            }

            ConfigFixture.Load(new string(text)).ShouldNotBeNull();
        }
    }
}
