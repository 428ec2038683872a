using System.Text.Json;
using Tollgate.Architecture.Tests.Rules;

namespace Tollgate.Architecture.Tests;

/// <summary>What holds for every source file, and that a file which breaks it is found.</summary>
public sealed class SourceTests
{
    /// <summary>Files and members that may be longer, each with its reason.</summary>
    private static readonly Dictionary<string, string> LongOnes = [];

    [Fact]
    public void SourceFiles_AreShort() => All("src").SelectMany(file => SizeRule.CheckFile(file, SizeRule.SourceLines)).Where(IsNoException).ShouldBeEmpty();

    [Fact]
    public void TestFiles_AreShort() => All("tests").SelectMany(file => SizeRule.CheckFile(file, SizeRule.TestLines)).Where(IsNoException).ShouldBeEmpty();

    [Fact]
    public void Members_AreShort() => All("src").SelectMany(SizeRule.CheckMembers).Where(IsNoException).ShouldBeEmpty();

    [Fact]
    public void Sources_HideNothing() => All("src").Concat(All("tests")).Concat(All("bench")).SelectMany(WordingRule.Check).ShouldBeEmpty();

    [Fact]
    public void EventIds_AreUnique() => EventIdRule.Check(All("src")).ShouldBeEmpty();

    [Fact]
    public void Providers_AreNamedInTheirOwnAssemblyOnly()
    {
        var slugs = ProviderNameRule.CatalogueSlugs();
        All("src/Tollgate.Engine").Concat(All("src/Tollgate")).SelectMany(file => ProviderNameRule.Check(file, slugs)).ShouldBeEmpty();
    }

    [Fact]
    public void LongFile_IsFound()
    {
        var lines = string.Concat(Enumerable.Repeat("// a line\n", SizeRule.SourceLines));
        SizeRule.CheckFile(new SourceFile("A.cs", lines), SizeRule.SourceLines).ShouldBeEmpty();
        SizeRule.CheckFile(new SourceFile("A.cs", lines + "// one more\n"), SizeRule.SourceLines).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("void M<T>(int a = 1) where T : class {", "}")]
    [InlineData("int P => a switch {", "};")]
    [InlineData("class Nested { void M() { if (a) {", "} } }")]
    public void LongMember_IsFound(string open, string close)
    {
        SizeRule.CheckMembers(Member(open, close, SizeRule.MemberLines)).ShouldBeEmpty();
        SizeRule.CheckMembers(Member(open, close, SizeRule.MemberLines + 1)).ShouldHaveSingleItem();
    }

    [Fact]
    public void LongTable_IsFine() => SizeRule.CheckMembers(Member("static readonly int[] Table = {", "};", 200)).ShouldBeEmpty();

    [Theory]
    [InlineData("// TO" + "DO: later")]
    [InlineData("/* FIX" + "ME */")]
    [InlineData("#region All")]
    [InlineData("try { A(); } catch (Exception e) { /* never mind */ }")]
    [InlineData("try { A(); } catch { }")]
    public void HiddenProblem_IsFound(string code) => WordingRule.Check(new SourceFile("A.cs", code)).ShouldHaveSingleItem();

    [Theory]
    [InlineData("try { A(); } catch (IOException) { /* gone already */ }")]
    [InlineData("try { A(); } catch (Exception e) when (e is IOException or FormatException) { }")]
    [InlineData("try { A(); } catch (Exception e) { Log(e); }")]
    [InlineData("var text = \"catch { }\";")]
    public void HandledProblem_IsFine(string code) => WordingRule.Check(new SourceFile("A.cs", code)).ShouldBeEmpty();

    [Theory]
    [InlineData("[LoggerMessage(EventIds.A + 1, LogLevel.Debug, \"x\")]", "[LoggerMessage(EventIds.A + 1, LogLevel.Debug, \"y\")]", 1)]
    [InlineData("[LoggerMessage(EventIds.A + 1, LogLevel.Debug, \"x\")]", "[LoggerMessage(EventIds.B + 1, LogLevel.Debug, \"y\")]", 0)]
    [InlineData("[LoggerMessage(17, LogLevel.Debug, \"x\")]", "", 1)]
    [InlineData("[LoggerMessage(EventIds.A + 1000, LogLevel.Debug, \"x\")]", "", 1)]
    public void EventIdTwice_IsFound(string first, string second, int problems)
        => EventIdRule.Check([new SourceFile("A.cs", first), new SourceFile("B.cs", second)]).Count().ShouldBe(problems);

    [Theory]
    [InlineData("if (name == \"acme\")", 1)]
    [InlineData("var model = $\"acme/{name}\";", 1)]
    [InlineData("// \"acme\" does it its own way", 0)]
    [InlineData("var word = \"acmed\";", 0)]
    [InlineData("var dialect = \"openai\";", 0)]
    public void ProviderName_IsFound(string code, int problems)
    {
        using var catalogue = JsonDocument.Parse("""[{"slug":"acme"},{"slug":"openai"}]""");
        ProviderNameRule.Check(new SourceFile("A.cs", code), ProviderNameRule.Slugs(catalogue.RootElement)).Count().ShouldBe(problems);
    }

    [Fact]
    public void Catalogue_HasSlugsToLookFor() => ProviderNameRule.CatalogueSlugs().ShouldContain("azure");

    [Fact]
    public void Literals_AreToldFromCode()
    {
        const string Source = """"
            var a = "one\"" + @"two""" + $"three {b["x"]} {{"; // "no"
            var c = '"'; /* "no" */ var d = $@"four's {e} \"; var f = "five"u8;
            var g = """six "quoted" """;
            """";
        var text = CSharpText.Read(Source);
        text.Literals.Select(literal => literal.Value).ShouldBe(
            ["one\\\"", "two\"\"", "three {b[\"x\"]} {{", "four's {e} \\", "five", "six \"quoted\" "]);
        text.Literals[^1].Line.ShouldBe(3);
        text.Code.Length.ShouldBe(Source.Length);
        text.Code.ShouldNotContain("no");
    }

    private static IReadOnlyList<SourceFile> All(string folder) => SourceFile.AllCSharp(folder);

    private static bool IsNoException(string problem) => !LongOnes.Keys.Any(place => problem.StartsWith(place, StringComparison.Ordinal));

    private static SourceFile Member(string open, string close, int lines)
        => new("A.cs", $"class A\n{{\n{open}\n{string.Concat(Enumerable.Repeat("    B();\n", lines - 2))}{close}\n}}\n");
}
