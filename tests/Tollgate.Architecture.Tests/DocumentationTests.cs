using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tollgate.Architecture.Tests.Rules;
using Tollgate.Mock;

namespace Tollgate.Architecture.Tests;

/// <summary>Pages that name something name what is there.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string[] RootPages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];

    [Fact]
    public void Pages_NameWhatExists() => Pages().SelectMany(DocumentationRule.Check).ShouldBeEmpty();

    [Fact]
    public void DecisionRecords_AreNumberedWithoutGapsAndListed()
    {
        var records = SourceFile.All("docs/adr", "0*.md").Select(record => Path.GetFileName(record.Path)).ToList();
        records.Select(name => int.Parse(name[..4])).ShouldBe(Enumerable.Range(1, records.Count));
    }

    [Fact]
    public void DecisionRecords_SayStatusContextDecisionAndConsequences()
    {
        foreach (var record in SourceFile.All("docs/adr", "0*.md"))
        {
            foreach (var part in (ReadOnlySpan<string>)["Status:", "## Context", "## Decision", "## Consequences", "## Rejected"])
            {
                record.Text.ShouldContain(part, Case.Sensitive, record.Path);
            }

            record.LineCount.ShouldBeLessThanOrEqualTo(60, $"{record.Path}: a record is one page");
        }
    }

    [Fact]
    public void FakeUpstreamPage_NamesEveryBehaviour()
    {
        var page = SourceFile.Read("docs/mock.md");
        var names = typeof(MockHeaders).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!)
            .Where(name => name != MockHeaders.Prefix)
            .Select(name => name[MockHeaders.Prefix.Length..])
            .ToList();
        names.Where(name => !page.Text.Contains($"`{name}`", StringComparison.Ordinal)).ShouldBeEmpty();
        names.ShouldNotBeEmpty();
    }

    [Fact]
    public void NamedFlags_Exist()
    {
        var known = SourceFile.AllCSharp("src/Tollgate/Commands").SelectMany(file => file.CSharp.Literals).Select(literal => literal.Value).ToHashSet();
        var named = Flag().Matches(SourceFile.Read("docs/operations.md").Text).Select(match => match.Value).Distinct().ToList();
        named.Except(known).Except(["--help", "--flag"]).ShouldBeEmpty();
        named.ShouldContain("--config");
    }

    [Fact]
    public void NamedKeys_Exist()
    {
        var known = SourceFile.AllCSharp("src/Tollgate/Configuration/Schema").SelectMany(file => file.CSharp.Literals).Select(literal => literal.Value).ToHashSet();
        var named = Pages().SelectMany(page => Key().Matches(page.Text)).Select(match => match.Groups["key"].Value).Distinct().ToList();
        named.Except(known).ShouldBeEmpty();
        named.ShouldContain("allowed_ips");
    }

    [Fact]
    public void LockFile_NamesNoRegistry()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Repository.Path("tests/clients/package-lock.json")));
        foreach (var package in file.RootElement.GetProperty("packages").EnumerateObject())
        {
            package.Value.TryGetProperty("resolved", out _).ShouldBeFalse(package.Name);
        }
    }

    [Theory]
    [InlineData("Look into `src/Tollgate.Nowhere`.")]
    [InlineData("Run `dotnet run --project src/Tollgate.Nowhere -c Release`.")]
    [InlineData("```sh\ncat docs/nowhere.md\n```\n")]
    [InlineData("[there](docs/nowhere.md)")]
    [InlineData("Run `./nowhere.sh`.")]
    public void PageThatLeadsNowhere_IsFound(string text) => DocumentationRule.Check(new SourceFile("README.md", text)).ShouldHaveSingleItem();

    [Theory]
    [InlineData("Look into `src/Tollgate.Wire/` and `tests/*`.")]
    [InlineData("A file `src/<slice>/Thing.cs`, a URL `/v1/models`, a type `text/event-stream`.")]
    [InlineData("[elsewhere](https://example.org/docs/nowhere.md) and [here](#part)")]
    public void PageThatLeadsSomewhere_IsFine(string text) => DocumentationRule.Check(new SourceFile("README.md", text)).ShouldBeEmpty();

    private static IEnumerable<SourceFile> Pages()
        => RootPages.Select(SourceFile.Read)
            .Concat(SourceFile.All("docs", "*.md"))
            .Concat(SourceFile.All("catalog", "*.md"))
            .Concat(SourceFile.All("bench", "*.md"))
            .Concat(SourceFile.All("deploy", "*.md"));

    [GeneratedRegex(@"(?<=`)--[a-z_]+")]
    private static partial Regex Flag();

    [GeneratedRegex(@"`(general_settings|router_settings|litellm_settings|tollgate)\.(?<key>[a-z_]+)`")]
    private static partial Regex Key();
}
