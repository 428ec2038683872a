using System.Text;

namespace Tollgate.Tests.Configuration;

public class SourceFileTests
{
    [Fact]
    public void MissingFile_NamesSimilarOnes()
    {
        using var fixture = new ConfigFixture();
        fixture.Write("config.yml", "");
        var result = fixture.LoadFile("config.yaml");
        result.HasFatal.ShouldBeTrue();
        result.Single("CFG030").Message.ShouldBe("Config file not found: config.yaml");
        result.Single("CFG030").Hint.ShouldNotBeNull().ShouldContain("config.yml");
        result.Files.ShouldBe([Path.Combine(fixture.Folder, "config.yaml")]);
    }

    [Fact]
    public void Folder_IsRefused()
    {
        using var fixture = new ConfigFixture();
        fixture.LoadFile(fixture.Folder).Single("CFG030").Message.ShouldBe("is a directory, not a file");
    }

    [Fact]
    public void ForeignEncodings_AreExplained()
    {
        using var fixture = new ConfigFixture();
        File.WriteAllBytes(fixture.Write("latin.yaml", ""), [.. "a: 1\nb: "u8, 0xE9, (byte)'\n']);
        File.WriteAllBytes(fixture.Write("wide.yaml", ""), Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("a: 1"))
            .ToArray());
        var latin = fixture.LoadFile("latin.yaml").Single("CFG030");
        (latin.Position.Line, latin.Message, latin.Hint).ShouldBe((2, "is not UTF-8", "Save it as UTF-8"));
        fixture.LoadFile("wide.yaml").Single("CFG030").Message.ShouldBe("is UTF-16");
    }

    [Fact]
    public void ByteOrderMark_IsAllowed()
    {
        using var fixture = new ConfigFixture();
        File.WriteAllText(fixture.Write("c.yaml", ""), "litellm_settings: {drop_params: true}", new UTF8Encoding(true));
        fixture.LoadFile("c.yaml").Config!.Models.DropParams.ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n")]
    public void EmptyFile_StartsWithoutModelsAndSaysSo(string text)
    {
        var result = ConfigFixture.Load(text);
        result.Config!.Deployments.ShouldBeEmpty();
        result.Codes().ShouldBe(["CFG030"]);
    }

    [Theory]
    [InlineData("- a\n", "found a list")]
    [InlineData("hello\n", "found a single value")]
    public void OtherThanAMapping_IsFatal(string text, string found) =>
        ConfigFixture.Load(text).Single("CFG002").Message.ShouldEndWith(found);

    [Fact]
    public void VariablesNameTheFile_WhenTheFlagDoesNot()
    {
        using var fixture = new ConfigFixture();
        fixture.Write("a.yaml", "router_settings: {num_retries: 7}");
        fixture.Write("b.yaml", "router_settings: {num_retries: 8}");
        fixture.LoadFile(null, ("CONFIG_FILE_PATH", "a.yaml"), ("WORKER_CONFIG", "b.yaml")).Config!.Router.NumRetries.ShouldBe(7);
        fixture.LoadFile(null, ("WORKER_CONFIG", "b.yaml")).Config!.Router.NumRetries.ShouldBe(8);
        fixture.LoadFile("b.yaml", ("CONFIG_FILE_PATH", "a.yaml")).Config!.Router.NumRetries.ShouldBe(8);
        fixture.LoadFile(null, ("WORKER_CONFIG", """{"router_settings": {"num_retries": 9}}""")).Config!.Router.NumRetries.ShouldBe(9);
        fixture.LoadFile(null, ("WORKER_CONFIG", """{"config": "a.yaml", "debug": false}""")).Config!.Router.NumRetries.ShouldBe(7);
        fixture.LoadFile(null).Config!.Router.NumRetries.ShouldBe(2);
    }

    [Fact]
    public void Include_MergesListsAndMappings()
    {
        using var fixture = new ConfigFixture();
        fixture.Write("config.yaml", """
            include: [conf/models.yaml, "conf/more/*.yaml"]
            model_list:
              - {model_name: a, litellm_params: {model: openai/a}}
            router_settings: {num_retries: 1, timeout: 5}
            """);
        fixture.Write("conf/models.yaml", """
            include: [nested.yaml]
            model_list:
              - {model_name: b, litellm_params: {model: openai/b}}
            router_settings:
              num_retries: 4
            """);
        fixture.Write("conf/nested.yaml", "model_list: [{model_name: n, litellm_params: {model: openai/n}}]");
        fixture.Write("conf/more/2.yaml", "model_list: [{model_name: d, litellm_params: {model: openai/d, num_retrie: 1}}]");
        fixture.Write("conf/more/1.yaml", "model_list: [{model_name: c, litellm_params: {model: openai/c}}]");
        var result = fixture.LoadFile("config.yaml");
        result.Config!.Deployments.Select(d => d.ModelGroup).ShouldBe(["a", "b", "n", "c", "d"]);
        (result.Config.Router.NumRetries, result.Config.Router.Timeout).ShouldBe((4, TimeSpan.FromSeconds(5)));
        result.Files.Select(f => Path.GetRelativePath(fixture.Folder, f)).ShouldBe(
            ["config.yaml", "conf/models.yaml", "conf/nested.yaml", "conf/more/1.yaml", "conf/more/2.yaml"]);
        var changed = result.Single("CFG032");
        (changed.Position.File, changed.Position.Line, changed.Path).ShouldBe(("conf/models.yaml", 5, "router_settings.num_retries"));
        changed.Message.ShouldBe("replaces the value of config.yaml:4");
        result.Single("CFG003").Position.File.ShouldBe("conf/more/2.yaml");
    }

    [Fact]
    public void IncludeProblems_AreFatalWithTheirPlace()
    {
        using var fixture = new ConfigFixture();
        fixture.Write("missing.yaml", "include:\n  - nope.yaml\n");
        fixture.Write("a.yaml", "include: b.yaml");
        fixture.Write("b.yaml", "include: [a.yaml]");
        fixture.Write("shape.yaml", "include: {a: b}");
        fixture.LoadFile("missing.yaml").Single("CFG031").Message.ShouldBe("Included file not found: nope.yaml (from missing.yaml:2)");
        fixture.LoadFile("a.yaml").Single("CFG031").Message.ShouldBe("files include each other: a.yaml -> b.yaml -> a.yaml");
        fixture.LoadFile("shape.yaml").Single("CFG031").Message.ShouldBe("'include' must be a list of file paths");
    }

    [Fact]
    public void BrokenIncludes_AreAllReported()
    {
        using var fixture = new ConfigFixture();
        fixture.Write("config.yaml", "include: [a.yaml, b.yaml]");
        fixture.Write("a.yaml", "x: [");
        fixture.Write("b.yaml", "x: {");
        fixture.LoadFile("config.yaml").Codes().ShouldBe(["CFG001", "CFG001"]);
    }

    [Fact]
    public void BucketConfig_IsRefused()
    {
        var result = ConfigFixture.Load("{}", ("LITELLM_CONFIG_BUCKET_NAME", "b"));
        result.HasFatal.ShouldBeTrue();
        result.Single("CFG034").Position.File.ShouldBe("env:LITELLM_CONFIG_BUCKET_NAME");
    }
}
