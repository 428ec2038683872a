using System.Text;
using System.Text.Json;
using Tollgate.Engine.Pricing;
using Tollgate.Providers.Catalogue;
using Tollgate.Wire;

namespace Tollgate.Providers.Tests;

public sealed class PriceCatalogueTests
{
    private static readonly ModelCatalogue Models = Providers.Catalogue.Models;

    private static readonly PublishedPrices Shipped = new(Models, ImportedPrices.None);

    /// <summary>Prices as published, USD per million tokens or per unit.</summary>
    [Theory]
    [InlineData("gpt-4o", "input_cost_per_token", "2.5")]
    [InlineData("gpt-4o", "output_cost_per_token", "10")]
    [InlineData("gpt-4o", "cache_read_input_token_cost", "1.25")]
    [InlineData("gpt-4o", "input_cost_per_token_priority", "4.25")]
    [InlineData("gpt-4o", "output_cost_per_token_batches", "5")]
    [InlineData("gpt-4o", "regional_processing_uplift_multiplier_eu", "1.1")]
    [InlineData("claude-sonnet-4-5", "input_cost_per_token_above_200k_tokens", "6")]
    [InlineData("claude-sonnet-4-5", "cache_creation_input_token_cost", "3.75")]
    [InlineData("claude-sonnet-4-5", "search_context_cost_per_query.search_context_size_low", "0.01")]
    [InlineData("claude-3-7-sonnet-20250219", "cache_creation_input_token_cost_above_1hr", "6")]
    [InlineData("gemini/gemini-2.5-pro", "output_cost_per_token_above_200k_tokens_priority", "15")]
    [InlineData("dashscope/qwen-flash", "input_cost_per_token", "0.05")]
    [InlineData("dashscope/qwen-flash", "output_cost_per_token_above_256k_tokens", "2")]
    [InlineData("gpt-image-1", "output_cost_per_image_token", "40")]
    [InlineData("whisper-1", "input_cost_per_second", "0.0001")]
    [InlineData("tts-1", "input_cost_per_character", "0.000015")]
    [InlineData("text-embedding-preview-0409", "input_cost_per_token_batches", "0.005")]
    [InlineData("multimodalembedding", "input_cost_per_video_per_second_above_15s_interval", "0.002")]
    public void KnownModel_HasItsPublishedPrice(string model, string price, string expected)
    {
        PriceKey.TryParse(price, out var key).ShouldBeTrue();
        var usd = Models.PricesOf(model).ShouldNotBeNull()[key].ShouldNotBeNull();
        (PriceNames.Of(key.Kind).IsPerToken ? usd * 1_000_000 : usd).ShouldBe(decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void EveryPriceOfTheCatalogue_IsRead()
    {
        using var stream = typeof(ModelCatalogue).Assembly.GetManifestResourceStream("models.jsonl").ShouldNotBeNull();
        using var lines = new StreamReader(stream);
        var models = 0;
        var sum = 0m;
        while (lines.ReadLine() is { Length: > 0 } line)
        {
            using var document = JsonDocument.Parse(line);
            var id = document.RootElement.GetProperty("id").GetString()!;
            var written = document.RootElement.TryGetProperty("price", out var price) ? Leaves(price) : 0;
            var fields = Models.PricesOf(id).ShouldNotBeNull();
            fields.Values.Count.ShouldBe(written, id);
            models += fields.IsEmpty ? 0 : 1;
            sum += fields[PriceKind.Input] * 1_000_000 ?? 0;
        }

        models.ShouldBe(2647);
        sum.ShouldBe(SumOfInputs());
    }

    [Fact]
    public void EveryKind_StandsInTheCatalogueOrIsNamedHere()
    {
        PriceKind[] unpublished =
            [PriceKind.VideoInput, PriceKind.VideoOutput, PriceKind.FileSearch, PriceKind.StorageDay];
        var found = Models.Ids.SelectMany(static id => Models.PricesOf(id)!.Values.Keys).Select(static key => key.Kind).ToHashSet();
        Enum.GetValues<PriceKind>().Except(found).ShouldBe(unpublished);
    }

    [Theory]
    [InlineData("openai", "gpt-4o", null, "gpt-4o")]
    [InlineData("openai", "gpt-4o-2099-01-01", null, "gpt-4o")]
    [InlineData("gemini", "gemini-2.5-pro", null, "gemini/gemini-2.5-pro")]
    [InlineData("azure", "my-deployment", "gpt-4o", "gpt-4o")]
    [InlineData("azure", "my-deployment", null, null)]
    [InlineData("ollama", "gpt-4o", null, null)]
    [InlineData("", "gpt-4o", null, "gpt-4o")]
    [InlineData("bedrock", "converse/us.anthropic.claude-3-haiku-20240307-v1:0", null, "us.anthropic.claude-3-haiku-20240307-v1:0")]
    [InlineData("bedrock", "global.anthropic.claude-3-haiku-20240307-v1:0", null, "anthropic.claude-3-haiku-20240307-v1:0")]
    [InlineData("openai", "nobody-knows-this", null, null)]
    [InlineData("openai", "", null, null)]
    public void Model_IsFoundUnderItsNames(string provider, string model, string? baseModel, string? expected)
        => Shipped.NameOf(provider, model, baseModel).ShouldBe(expected);

    [Fact]
    public void Import_ReplacesPriceByPrice_AndAddsModels()
    {
        var prices = new PublishedPrices(Models, Import("""{"sample_spec":{"input_cost_per_token":9},"gpt-4o":{"input_cost_per_token":1e-06},"mine/m":{"litellm_provider":"mine","output_cost_per_token":"2e-06"}}"""));

        var known = prices.Find("openai", "gpt-4o", null).ShouldNotBeNull();
        (known[PriceKind.Input], known[PriceKind.Output]).ShouldBe((0.000001m, 0.00001m));
        prices.Find("mine", "m", null).ShouldNotBeNull()[PriceKind.Output].ShouldBe(0.000002m);
        prices.ProviderOf("mine/m").ShouldBe("mine");
        prices.Find("sample_spec").ShouldBeNull();
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[]", "not a price file")]
    [InlineData("{\n\"a\": {\"input_cost_per_token\": }}", "p.json:2: not JSON")]
    [InlineData("""{"a":{"litellm_provider":"\ud800"}}""", "no characters")]
    [InlineData("""{"\ud800":{}}""", "no characters")]
    [InlineData("""{"a":{}""", "not JSON")]
    public void FileOfAnotherForm_IsAClearError(string json, string message)
        => Should.Throw<CatalogueException>(() => Import(json)).Message.ShouldContain(message);

    [Fact]
    public void WrittenFile_ReadsTheSame()
    {
        var folder = Directory.CreateTempSubdirectory("tollgate-prices-");
        try
        {
            var path = Path.Combine(folder.FullName, "new", ImportedPrices.FileName);
            PricedModel[] written = [.. Models.Ids.Where(static id => !Models.PricesOf(id)!.IsEmpty)
                .Select(static id => new PricedModel(id, "p", null, Models.PricesOf(id)!))];
            PriceFile.Write(path, written);

            var read = ImportedPrices.OfDirectory(Path.GetDirectoryName(path)!);
            read.Models.Count.ShouldBe(written.Length);
            foreach (var model in written)
            {
                read.Find(model.Name).ShouldNotBeNull().Values.OrderBy(static price => price.Key.ToString())
                    .ShouldBe(model.Prices.Values.OrderBy(static price => price.Key.ToString()), model.Name);
                read.TextOf(model.Name, "litellm_provider").ShouldBe("p");
            }

            PriceFile.Write(path, []);
            ImportedPrices.Open(path).Models.ShouldBeEmpty();
            Directory.GetFiles(Path.GetDirectoryName(path)!).ShouldHaveSingleItem();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Sheets_OfKnownModels_CalculateLikeTheirPricePages()
    {
        var gpt = new PriceSheet(Shipped.Find("gpt-4o")!, new Engine.Configuration.PricingSettings(), default);
        CostCalculator.Calculate(gpt, new TokenUsage(1000, 500, 1500, 400, 0)).Total.ShouldBe(0.007m);
        var claude = new PriceSheet(Shipped.Find("claude-sonnet-4-5")!, new Engine.Configuration.PricingSettings(), default);
        CostCalculator.Calculate(claude, new TokenUsage(250_000, 1000, 251_000, 0, 0)).Total.ShouldBe(1.5225m);
    }

    private static ImportedPrices Import(string json) => ImportedPrices.Parse(Encoding.UTF8.GetBytes(json), "p.json");

    private static int Leaves(JsonElement price) => price.ValueKind switch
    {
        JsonValueKind.Object => price.EnumerateObject().Where(static member => member.Name is not "range_tokens").Sum(static member => Leaves(member.Value)),
        JsonValueKind.Array => price.EnumerateArray().Sum(Leaves),
        _ => 1,
    };

    /// <summary>Adds up the inputs without the reader under test: the base price, or that of the first range.</summary>
    private static decimal SumOfInputs()
    {
        using var stream = typeof(ModelCatalogue).Assembly.GetManifestResourceStream("models.jsonl")!;
        using var lines = new StreamReader(stream);
        var sum = 0m;
        while (lines.ReadLine() is { Length: > 0 } line)
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty("price", out var price)
                && (price.TryGetProperty("input", out var input)
                    || (price.TryGetProperty("tiers", out var tiers) && tiers.GetArrayLength() > 0 && tiers[0].TryGetProperty("input", out input))))
            {
                sum += input.GetDecimal();
            }
        }

        return sum;
    }
}
