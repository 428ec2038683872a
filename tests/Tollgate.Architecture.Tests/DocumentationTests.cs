using System.Text.Json;
using Tollgate.Architecture.Tests.Rules;

namespace Tollgate.Architecture.Tests;

/// <summary>Pages that name something name what is there.</summary>
public sealed class DocumentationTests
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
}
