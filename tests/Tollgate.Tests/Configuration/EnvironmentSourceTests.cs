using Tollgate.Configuration;

namespace Tollgate.Tests.Configuration;

public class EnvironmentSourceTests
{
    private static EnvironmentSource From(string folder, params (string Name, string Value)[] variables) =>
        EnvironmentSource.From(variables.ToDictionary(v => v.Name, v => v.Value), folder);

    [Fact]
    public void DotEnv_FillsWhatTheProcessLacks()
    {
        using var fixture = new ConfigFixture();
        fixture.Write(".env", "A=file\nB=file\n");
        var source = From(fixture.Folder, ("A", "process"));
        (source.Get("A"), source.Get("B"), source.DotEnvFile).ShouldBe(("process", "file", Path.Combine(fixture.Folder, ".env")));
    }

    [Fact]
    public void DotEnvOfAParent_Counts()
    {
        using var fixture = new ConfigFixture();
        fixture.Write(".env", "A=file\n");
        fixture.Write("x/y/file", "");
        From(Path.Combine(fixture.Folder, "x", "y")).Get("A").ShouldBe("file");
    }

    [Fact]
    public void Production_SwitchesDotEnvOff()
    {
        using var fixture = new ConfigFixture();
        fixture.Write(".env", "A=file\n");
        From(fixture.Folder, ("LITELLM_MODE", "production")).Get("A").ShouldBeNull();
    }

    [Fact]
    public void DotEnvSyntax_IsRead() => DotEnvFileReader.Parse("""
        # comment
        export A = a b  # tail
        B='x # ${A} y'
        C="l1
        l2\tend"   # more
        D=
        E=p#q
        not an assignment
        F="open
        """.ReplaceLineEndings("\n")).Select(p => $"{p.Key}={p.Value}")
        .ShouldBe(["A=a b", "B=x # ${A} y", "C=l1\nl2\tend", "D=", "E=p#q", "F=open"]);

    [Fact]
    public void ProcessVariables_AreSeen() => EnvironmentSource.FromProcess().Get("PATH").ShouldNotBeNullOrEmpty();
}
