using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;
using Tollgate.Wire.Search;

namespace Tollgate.Wire.Tests.Search;

/// <summary>Searches of the web in the words of who does them: requests and answers as their documentation has them.</summary>
public sealed class SearchShapeTests
{
    private const string Full =
        """{"query":"who won","max_results":3,"search_domain_filter":["a.org","b.org"],"country":"US","max_tokens_per_page":100,"search_tool_name":"t","metadata":{"x":1},"litellm_trace_id":"y"}""";

    private static readonly Dictionary<string, SearchShape> Shapes = new(StringComparer.Ordinal)
    {
        ["perplexity"] = SearchShapes.Perplexity,
        ["tavily"] = SearchShapes.Tavily,
        ["exa"] = SearchShapes.Exa,
        ["parallel"] = SearchShapes.Parallel,
        ["brave"] = SearchShapes.Brave,
        ["google"] = SearchShapes.Google,
        ["dataforseo"] = SearchShapes.DataForSeo,
        ["firecrawl"] = SearchShapes.Firecrawl,
        ["searxng"] = SearchShapes.SearXng,
        ["linkup"] = SearchShapes.Linkup,
        ["serper"] = SearchShapes.Serper,
        ["duckduckgo"] = SearchShapes.DuckDuckGo,
        ["searchapi"] = SearchShapes.SearchApi,
        ["you"] = SearchShapes.You,
        ["tinyfish"] = SearchShapes.TinyFish,
        ["fastcrw"] = SearchShapes.FastCrw,
        ["nimble"] = SearchShapes.Nimble,
        ["apiserpent"] = SearchShapes.ApiSerpent,
    };

    [Theory]
    [InlineData("perplexity", """{"query":"who won","max_results":3,"search_domain_filter":["a.org","b.org"],"country":"US","max_tokens_per_page":100}""")]
    [InlineData("tavily", """{"query":"who won","max_results":3,"include_domains":["a.org","b.org"],"country":"united states"}""")]
    [InlineData("exa", """{"query":"who won","contents":{"text":{"maxCharacters":400}},"numResults":3,"includeDomains":["a.org","b.org"],"userLocation":"US"}""")]
    [InlineData("parallel", """{"objective":"who won","max_results":3,"source_policy":{"include_domains":["a.org","b.org"]},"excerpts":{"max_chars_per_result":400}}""")]
    [InlineData("dataforseo", """[{"keyword":"who won site:a.org OR site:b.org","depth":3,"location_name":"United States","language_code":"en"}]""")]
    [InlineData("firecrawl", """{"query":"who won site:a.org OR site:b.org","limit":3,"country":"US"}""")]
    [InlineData("linkup", """{"q":"who won","depth":"standard","outputType":"searchResults","maxResults":3,"includeDomains":["a.org","b.org"]}""")]
    [InlineData("serper", """{"q":"who won site:a.org OR site:b.org","num":3,"gl":"us"}""")]
    [InlineData("you", """{"query":"who won","count":3,"include_domains":["a.org","b.org"],"country":"US"}""")]
    [InlineData("fastcrw", """{"query":"who won site:a.org OR site:b.org","limit":3}""")]
    [InlineData("nimble", """{"query":"who won","max_results":3,"include_domains":["a.org","b.org"],"country":"US"}""")]
    public void Body_IsInTheProvidersWords(string shape, string body)
    {
        var request = Write(shape, Full);

        request.Body.ShouldBe(MediaBody.Json);
        Encoding.UTF8.GetString(request.Json.Span).ShouldBe(body);
    }

    [Theory]
    [InlineData("brave", "?q=who%20won%20site%3Aa.org%20OR%20site%3Ab.org&count=3&country=US")]
    [InlineData("google", "?q=who%20won%20site%3Aa.org%20OR%20site%3Ab.org&num=3&gl=us&cx=engine")]
    [InlineData("searxng", "?q=who%20won%20site%3Aa.org%20OR%20site%3Ab.org&format=json&pageno=1")]
    [InlineData("searchapi", "?q=who%20won%20site%3Aa.org%20OR%20site%3Ab.org&num=3&gl=us&engine=google")]
    [InlineData("duckduckgo", "?q=who%20won%20site%3Aa.org%20OR%20site%3Ab.org&format=json&no_html=1&no_redirect=1&skip_disambig=1")]
    [InlineData("tinyfish", "?query=who%20won%20site%3Aa.org%20OR%20site%3Ab.org&location=US")]
    [InlineData("apiserpent", "?q=who%20won%20site%3Aa.org%20OR%20site%3Ab.org&num=3&country=us")]
    public void Address_IsInTheProvidersWords(string shape, string address)
    {
        var request = Write(shape, Full);

        request.Body.ShouldBe(MediaBody.None);
        request.Address.ShouldBe(address);
    }

    [Theory]
    [InlineData("perplexity", """{"query":["a","b"],"max_results":10}""")]
    [InlineData("parallel", """{"search_queries":["a","b"],"max_results":10}""")]
    [InlineData("tavily", """{"query":"a b","max_results":10}""")]
    public void SeveralQueries_GoAsSuch_OrAsOne(string shape, string body)
        => Encoding.UTF8.GetString(Write(shape, """{"query":["a","b"]}""").Json.Span).ShouldBe(body);

    [Fact]
    public void DomainsThatAreLeftOut_HaveAFieldOrAWord()
    {
        const string Body = """{"query":"q","search_domain_filter":["-spam.com","good.org"]}""";

        Encoding.UTF8.GetString(Write("tavily", Body).Json.Span)
            .ShouldBe("""{"query":"q","max_results":10,"include_domains":["good.org"],"exclude_domains":["spam.com"]}""");
        Encoding.UTF8.GetString(Write("serper", Body).Json.Span).ShouldBe("""{"q":"q site:good.org -site:spam.com","num":10}""");
    }

    [Fact]
    public void ParametersOfTheProvider_PassThrough()
    {
        Encoding.UTF8.GetString(Write("tavily", """{"query":"q","search_depth":"advanced","chunks":{"n":1}}""").Json.Span)
            .ShouldBe("""{"query":"q","max_results":10,"search_depth":"advanced","chunks":{"n":1}}""");
        Encoding.UTF8.GetString(Write("linkup", """{"query":"q","depth":"deep"}""").Json.Span).ShouldContain("\"depth\":\"deep\"");
        Write("searxng", """{"query":"q","language":"de","pageno":2,"categories":["x"]}""").Address.ShouldBe("?q=q&format=json&language=de&pageno=2");
    }

    [Theory]
    [InlineData("perplexity", """{"results":[{"title":"T","url":"https://u","snippet":"S","date":"2025-01-02","last_updated":"2025-02-03"}],"id":"x"}""", "2025-01-02")]
    [InlineData("tavily", """{"query":"q","results":[{"title":"T","url":"https://u","content":"S","score":0.8,"raw_content":null}],"response_time":1.6}""", null)]
    [InlineData("exa", """{"requestId":"r","results":[{"id":"i","title":"T","url":"https://u","publishedDate":"2025-01-02","author":"A","text":"S"}]}""", "2025-01-02")]
    [InlineData("parallel", """{"search_id":"s","results":[{"url":"https://u","title":"T","publish_date":"2025-01-02","excerpts":["S"]}]}""", "2025-01-02")]
    [InlineData("brave", """{"type":"search","web":{"results":[{"title":"T","url":"https://u","description":"S","page_age":"2025-01-02"}]}}""", "2025-01-02")]
    [InlineData("google", """{"kind":"customsearch#search","items":[{"title":"T","link":"https://u","snippet":"S"}]}""", null)]
    [InlineData("dataforseo", """{"status_code":20000,"tasks":[{"status_code":20000,"result":[{"items":[{"type":"ai_overview"},{"type":"organic","title":"T","url":"https://u","description":"S","timestamp":"2025-01-02"}]}]}]}""", "2025-01-02")]
    [InlineData("firecrawl", """{"success":true,"data":{"web":[{"title":"T","description":"S","url":"https://u"}]}}""", null)]
    [InlineData("searxng", """{"query":"q","results":[{"title":"T","url":"https://u","content":"S","publishedDate":"2025-01-02"}]}""", "2025-01-02")]
    [InlineData("linkup", """{"results":[{"type":"text","name":"T","url":"https://u","content":"S"}]}""", null)]
    [InlineData("serper", """{"searchParameters":{"q":"q"},"organic":[{"title":"T","link":"https://u","snippet":"S","date":"2025-01-02","position":1}]}""", "2025-01-02")]
    [InlineData("duckduckgo", """{"Heading":"","AbstractURL":"","RelatedTopics":[{"Topics":[{"FirstURL":"https://u","Text":"T - S"}],"Name":"N"}]}""", null)]
    [InlineData("searchapi", """{"organic_results":[{"position":1,"title":"T","link":"https://u","snippet":"S","date":"2025-01-02"}]}""", "2025-01-02")]
    [InlineData("you", """{"results":{"web":[{"url":"https://u","title":"T","description":"d","snippets":["S"],"page_age":"2025-01-02"}]},"metadata":{}}""", "2025-01-02")]
    [InlineData("tinyfish", """{"results":[{"title":"T","url":"https://u","snippet":"S","site_name":"s","date":"2025-01-02"}]}""", "2025-01-02")]
    [InlineData("fastcrw", """{"success":true,"data":[{"title":"T","url":"https://u","description":"S"}]}""", null)]
    [InlineData("nimble", """{"total_results":1,"results":[{"title":"T","description":"S","url":"https://u","content":"","metadata":{"published_date":"2025-01-02"}}]}""", "2025-01-02")]
    [InlineData("apiserpent", """{"success":true,"results":{"organic":[{"title":"T","url":"https://u","snippet":"S"}]}}""", null)]
    public void Answer_HasOneForm(string shape, string answer, string? date)
    {
        using var read = JsonDocument.Parse(Read(shape, answer));

        read.RootElement.GetProperty("object").GetString().ShouldBe("search");
        var result = read.RootElement.GetProperty("results").EnumerateArray().ToList().ShouldHaveSingleItem();
        result.GetProperty("title").GetString().ShouldBe("T");
        result.GetProperty("url").GetString().ShouldBe("https://u");
        result.GetProperty("snippet").GetString()!.ShouldEndWith("S");
        result.GetProperty("date").GetString().ShouldBe(date);
    }

    [Fact]
    public void MoreResultsThanAskedFor_AreCut()
    {
        var results = string.Join(',', Enumerable.Range(0, 9).Select(number => $$"""{"title":"{{number}}","url":"https://u/{{number}}","content":""}"""));

        using var read = JsonDocument.Parse(Read("searxng", $$"""{"results":[{{results}}]}""", """{"query":"q","max_results":4}"""));

        read.RootElement.GetProperty("results").GetArrayLength().ShouldBe(4);
    }

    [Fact]
    public void NothingFound_IsAnEmptyList() => Read("google", """{"kind":"customsearch#search"}""").ShouldBe("""{"object":"search","results":[]}""");

    [Theory]
    [InlineData("""{"status_code":40100,"status_message":"You are not authorized."}""", "401")]
    [InlineData("""{"status_code":20000,"tasks":[{"status_code":40202,"status_message":"Rates limit per minute exceeded."}]}""", "429")]
    [InlineData("""{"status_code":20000,"tasks":[{"status_code":40501,"status_message":"Invalid Field: 'keyword'."}]}""", "400")]
    public void TaskThatFailed_IsAnError(string answer, string code)
        => Should.Throw<MediaRefusedException>(() => Read("dataforseo", answer)).Error.Code.ShouldBe(code);

    [Theory]
    [InlineData("""{}""", "query")]
    [InlineData("""{"query":""}""", "query")]
    [InlineData("""{"query":5}""", "query")]
    [InlineData("""{"query":[]}""", "query")]
    [InlineData("""{"query":["a",""]}""", "query")]
    [InlineData("""{"query":"q","max_results":0}""", "max_results")]
    [InlineData("""{"query":"q","max_results":21}""", "max_results")]
    [InlineData("""{"query":"q","max_results":"3"}""", "max_results")]
    [InlineData("""{"query":"q","search_domain_filter":"a.org"}""", "search_domain_filter")]
    [InlineData("""{"query":"q","search_domain_filter":["a b"]}""", "search_domain_filter")]
    [InlineData("""{"query":"q","search_domain_filter":[1]}""", "search_domain_filter")]
    [InlineData("""{"query":"q","country":"USA"}""", "country")]
    [InlineData("""{"query":"q","max_tokens_per_page":-1}""", "max_tokens_per_page")]
    public void WrongRequest_NamesTheField(string body, string field)
        => Should.Throw<WireException>(() => Write("tavily", body)).Param.ShouldBe(field);

    [Fact]
    public void TooManyDomains_AreRefused()
    {
        var domains = string.Join(',', Enumerable.Range(0, 21).Select(number => $"\"d{number}.org\""));

        Should.Throw<WireException>(() => Write("tavily", $$"""{"query":"q","search_domain_filter":[{{domains}}]}""")).Param.ShouldBe("search_domain_filter");
    }

    [Theory]
    [InlineData("tavily", """{"query":["a","b"]}""", 1, null)]
    [InlineData("perplexity", """{"query":["a","b"]}""", 2, null)]
    [InlineData("firecrawl", """{"query":"a"}""", 1, null)]
    [InlineData("firecrawl", """{"query":"a","max_results":11}""", 2, null)]
    [InlineData("tavily", """{"query":"a","search_depth":"advanced"}""", 1, "search-advanced")]
    [InlineData("linkup", """{"query":"a","depth":"deep"}""", 1, "search-deep")]
    [InlineData("parallel", """{"query":"a","processor":"pro"}""", 1, "search-pro")]
    [InlineData("parallel", """{"query":"a","processor":"base"}""", 1, null)]
    public void Units_AreWhatIsPaid(string shape, string body, int units, string? product)
    {
        using var document = JsonDocument.Parse(body);
        var query = SearchQuery.Read(document.RootElement);

        Shapes[shape].UnitsOf(query).ShouldBe(units);
        Shapes[shape].VariantOf(query).ShouldBe(product);
    }

    private static MediaRequest Write(string shape, string body)
    {
        using var document = JsonDocument.Parse(body);
        return Shapes[shape].Write(document.RootElement, new TargetModel
        {
            Provider = shape,
            Model = "search",
            Options = new Dictionary<string, string>(StringComparer.Ordinal) { [SearchShapes.EngineOption] = "engine" },
        });
    }

    private static string Read(string shape, string answer, string body = """{"query":"q"}""")
    {
        using var request = JsonDocument.Parse(body);
        using var document = JsonDocument.Parse(answer);
        using var written = new MemoryStream();
        using (var json = new Utf8JsonWriter(written))
        {
            Shapes[shape].Read(document.RootElement, request.RootElement, json);
        }

        return Encoding.UTF8.GetString(written.ToArray());
    }
}
