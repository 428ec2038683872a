using Tollgate.Providers.Catalogue;
using Tollgate.Wire;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests;

public sealed class CatalogueTests
{
    private static readonly string[] Unverified =
        ["cognition", "qwencloud", "qwen_ai_platform", "gdc", "libertai", "modelscope", "monet", "neosantara", "parasail", "meta",
            "pinstripes", "darkbloom", "scx-ai", "tensormesh", "tencent", "empiriolabs"];

    [Theory]
    [InlineData("""[{"slug":"a"},{"slug":"a"}]""", "'a' stands twice")]
    [InlineData("""[{"slug":"a"},{"slug":"b","aliases":["a"]}]""", "'a' stands twice")]
    [InlineData("""[{"slug":"a","family":"smoke"}]""", "'a': unknown family 'smoke'")]
    [InlineData("""[{"slug":"a","hooks":["smoke"]}]""", "'a': unknown hook 'smoke'")]
    [InlineData("""[{"slug":"a","colour":1}]""", "'a': unknown field 'colour'")]
    [InlineData("""[{"slug":"a","base":{"default":"nowhere"}}]""", "'a': base 'nowhere' is not an absolute URL")]
    [InlineData("""[{"slug":"a","auth":"magic"}]""", "'a': unknown auth 'magic'")]
    [InlineData("""[{"slug":"a","family":1}]""", "'a':")]
    [InlineData("""[{}]""", "no slug")]
    [InlineData("3", "array of rows")]
    public void WrongRow_IsAClearError(string json, string message)
        => Should.Throw<CatalogueException>(() => ProviderCatalogue.Parse(json)).Message.ShouldContain(message);

    [Fact]
    public void SimpleForm_IsRead()
    {
        var row = ProviderCatalogue.Parse(
            """
            {"chutes":{"base_url":"https://llm.chutes.ai/v1/","api_key_env":"CHUTES_KEY","api_base_env":"CHUTES_BASE","param_mappings":{"max_completion_tokens":"max_tokens"},
              "constraints":{"temperature_max":1.0,"temperature_min_with_n_gt_1":0.3},"special_handling":{"convert_content_list_to_string":true,"force_store_false":true},
              "headers":{"x-key":"{api_key}"},"base_class":"openai_like","supported_endpoints":["/v1/chat/completions"]}}
            """).Find("chutes").ShouldNotBeNull();
        row.Family.ShouldBe("openai_like");
        row.Key.Env.ShouldBe(["CHUTES_KEY"]);
        row.Base.Env.ShouldBe(["CHUTES_BASE"]);
        row.Params.Rename["max_completion_tokens"].ShouldBe("max_tokens");
        row.Params.Clamp["temperature"].ShouldBe(new ParamBounds(null, 1, 0.3));
        row.Messages.ShouldNotBeNull().Flatten.ShouldBe(ContentFlattening.TextOnly);
        row.BodyForce.ShouldHaveSingleItem().Name.ShouldBe("store");
        row.Headers["x-key"].ShouldBe("{api_key}");
        row.Endpoints.ShouldBe(["/v1/chat/completions"]);
    }

    [Fact]
    public void OperatorsFile_AddsAndReplacesRows()
    {
        var folder = Directory.CreateTempSubdirectory("tollgate-rows-");
        try
        {
            var path = Path.Combine(folder.FullName, "rows.json");
            File.WriteAllText(
                path, """{"mine":{"base_url":"http://mine/v1","api_key_env":"MINE"},"groq":{"base_url":"http://groq/v1","api_key_env":"G"}}""");
            var catalogue = ProviderCatalogue.Load(path);
            catalogue.Find("mine").ShouldNotBeNull().Base.Default.ShouldBe("http://mine/v1");
            catalogue.Find("groq").ShouldNotBeNull().Key.Env.ShouldBe(["G"]);
            catalogue.Find("openai").ShouldNotBeNull();
            File.WriteAllText(path, "{broken");
            Should.Throw<CatalogueException>(() => ProviderCatalogue.Load(path)).Message.ShouldContain("rows.json");
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Should.Throw<CatalogueException>(static () => ProviderCatalogue.Load("https://example.com/rows.json")).Message.ShouldContain(
            "not fetched");
        Should.Throw<CatalogueException>(static () => ProviderCatalogue.Load("/nowhere/rows.json"));
    }

    [Fact]
    public void UnverifiedRows_NeedABase()
    {
        foreach (var slug in Unverified)
        {
            var row = Providers.Catalogue.Find(slug).ShouldNotBeNull(slug);
            row.Disabled.ShouldBeTrue();
            row.Base.Required.ShouldBeTrue();
            row.Key.Env.ShouldBe([slug.ToUpperInvariant().Replace('-', '_') + "_API_KEY"]);
            Providers.Connect(slug + "/m").EndpointFor(Surface.Chat).Fault.ShouldNotBeNull().Message.ShouldContain("api_base is required");
            Providers.Connect(slug + "/m", static deployment => deployment with { ApiBase = "http://host/v1" }).UrlOf().ShouldBe(
                "http://host/v1/chat/completions");
        }
    }

    [Fact]
    public void EveryModel_BelongsToAKnownProvider()
    {
        var models = Providers.Catalogue.Models;
        models.Count.ShouldBe(2752);
        models.ProviderOf("gpt-4o").ShouldBe("openai");
        models.ModeOf("gpt-5-codex").ShouldBe("responses");
        models.ProviderOf("nobody's").ShouldBeNull();
    }

    [Fact]
    public void ModelsOfForeignPrefix_AreClaimedByTheirRow()
    {
        using var stream = typeof(ProviderCatalogue).Assembly.GetManifestResourceStream("models.jsonl").ShouldNotBeNull();
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            using var model = System.Text.Json.JsonDocument.Parse(line);
            var id = model.RootElement.GetProperty("id").GetString()!;
            var slug = model.RootElement.GetProperty("p").GetString()!;
            var prefix = id.Contains('/', StringComparison.Ordinal)
                ? Providers.Catalogue.Find(id[..id.IndexOf('/', StringComparison.Ordinal)]) : null;
            if (prefix is not null && prefix.Slug != slug && Providers.Catalogue.Find(slug)?.Slug != prefix.Slug)
            {
                Providers.Catalogue.FindByModel(id).ShouldNotBeNull(id).Slug.ShouldBe(slug);
            }
        }
    }

    [Theory]
    [InlineData("openai", "gpt-4o", null, "function_calling", true)]
    [InlineData("groq", "llama-3.3-70b-versatile", null, "function_calling", true)]
    [InlineData("azure", "my-deployment", "azure/gpt-4o", "vision", true)]
    [InlineData("azure", "my-deployment", "gpt-4o", "vision", true)]
    [InlineData("openai", "GPT-4o", null, "vision", true)]
    [InlineData("openai", "gpt-5-20990101", null, "reasoning", true)]
    [InlineData("openai", "gpt-5-2099-01-01", null, "reasoning", true)]
    [InlineData("openai", "ft:gpt-4o-2024-08-06:org::id", null, "vision", true)]
    [InlineData("openai", "gpt-4o", null, "reasoning", false)]
    public void Flags_AreFoundUnderTheNamesOfAModel(string provider, string model, string? baseModel, string flag, bool has)
        => Providers.Catalogue.Models.Find(provider, model, baseModel).ShouldNotBeNull().Flags.Contains(flag).ShouldBe(has);

    [Fact]
    public void UnknownModel_HasNoFacts() => Providers.Catalogue.Models.Find("openai", "no-such-model").ShouldBeNull();
}
