namespace Tollgate.Wire.Search;

/// <summary>How providers have searches of the web (07-native-others.md section 19): one entry each.</summary>
public static class SearchShapes
{
    /// <summary>Option of a connection that holds the id of a Google search engine.</summary>
    public const string EngineOption = "cx";

    /// <summary>Perplexity, whose form is the client's.</summary>
    public static SearchShape Perplexity { get; } = Of(new SearchWords
    {
        Queries = "query",
        Count = "max_results",
        Domains = "search_domain_filter",
        Country = "country",
        TokensPerPage = "max_tokens_per_page",
        Date = ["date"],
        LastUpdated = ["last_updated"],
    });

    /// <summary>Tavily.</summary>
    public static SearchShape Tavily { get; } = Of(new SearchWords
    {
        Count = "max_results",
        Domains = "include_domains",
        Excluded = "exclude_domains",
        Country = "country",
        CountryForm = CountryForm.Name,
        Snippet = ["content", "raw_content"],
        Date = ["published_date"],
        Variant = ("search_depth", "advanced", "search-advanced"),
    });

    /// <summary>Exa.</summary>
    public static SearchShape Exa { get; } = Of(new SearchWords
    {
        Count = "numResults",
        Domains = "includeDomains",
        Excluded = "excludeDomains",
        Country = "userLocation",
        Fixed = [("contents.text", "true")],
        CharactersPerPage = "contents.text.maxCharacters",
        Snippet = ["text", "summary", "highlights"],
        Date = ["publishedDate"],
    });

    /// <summary>Parallel.</summary>
    public static SearchShape Parallel { get; } = Of(new SearchWords
    {
        Query = "objective",
        Queries = "search_queries",
        Count = "max_results",
        Domains = "source_policy.include_domains",
        Excluded = "source_policy.exclude_domains",
        CharactersPerPage = "excerpts.max_chars_per_result",
        Snippet = ["excerpts"],
        Date = ["publish_date"],
        Variant = ("processor", "pro", "search-pro"),
    });

    /// <summary>Brave.</summary>
    public static SearchShape Brave { get; } = Of(new SearchWords
    {
        IsAddress = true,
        Query = "q",
        Count = "count",
        Country = "country",
        Results = ["web.results"],
        Snippet = ["description", "extra_snippets"],
        Date = ["page_age", "age"],
    });

    /// <summary>Google's programmable search: ten results at most.</summary>
    public static SearchShape Google { get; } = Of(new SearchWords
    {
        IsAddress = true,
        Query = "q",
        Count = "num",
        MostResults = 10,
        Country = "gl",
        CountryForm = CountryForm.Lower,
        Options = [("cx", EngineOption)],
        Results = ["items"],
        Url = ["link"],
    });

    /// <summary>DataForSEO.</summary>
    public static SearchShape DataForSeo { get; } = new DataForSeoSearch();

    /// <summary>Firecrawl, paid by tens of results.</summary>
    public static SearchShape Firecrawl { get; } = Of(new SearchWords
    {
        Count = "limit",
        Country = "country",
        Results = ["data.web", "data.news", "data"],
        Snippet = ["markdown", "description", "snippet"],
        Date = ["date"],
        ResultsPerUnit = 10,
    });

    /// <summary>SearXNG.</summary>
    public static SearchShape SearXng { get; } = Of(new SearchWords
    {
        IsAddress = true,
        Query = "q",
        Fixed = [("format", "json"), ("pageno", "1")],
        Snippet = ["content"],
        Date = ["publishedDate"],
    });

    /// <summary>Linkup.</summary>
    public static SearchShape Linkup { get; } = Of(new SearchWords
    {
        Query = "q",
        Count = "maxResults",
        Domains = "includeDomains",
        Excluded = "excludeDomains",
        Fixed = [("depth", "\"standard\""), ("outputType", "\"searchResults\"")],
        Title = ["name"],
        Snippet = ["content"],
        Variant = ("depth", "deep", "search-deep"),
    });

    /// <summary>Serper.</summary>
    public static SearchShape Serper { get; } = Of(new SearchWords
    {
        Query = "q",
        Count = "num",
        Country = "gl",
        CountryForm = CountryForm.Lower,
        Results = ["organic"],
        Url = ["link"],
        Date = ["date"],
    });

    /// <summary>DuckDuckGo.</summary>
    public static SearchShape DuckDuckGo { get; } = new DuckDuckGoSearch();

    /// <summary>SearchApi.</summary>
    public static SearchShape SearchApi { get; } = Of(new SearchWords
    {
        IsAddress = true,
        Query = "q",
        Count = "num",
        Country = "gl",
        CountryForm = CountryForm.Lower,
        Fixed = [("engine", "google")],
        Results = ["organic_results"],
        Url = ["link"],
        Date = ["date"],
    });

    /// <summary>You.com.</summary>
    public static SearchShape You { get; } = Of(new SearchWords
    {
        Count = "count",
        Domains = "include_domains",
        Excluded = "exclude_domains",
        Country = "country",
        Results = ["results.web", "results.news"],
        Snippet = ["snippets", "description"],
        Date = ["page_age"],
    });

    /// <summary>TinyFish.</summary>
    public static SearchShape TinyFish { get; } = Of(new SearchWords
    {
        IsAddress = true,
        Country = "location",
        Date = ["date"],
    });

    /// <summary>fastCRW: Firecrawl's form, with a plain list of results.</summary>
    public static SearchShape FastCrw { get; } = Of(new SearchWords
    {
        Count = "limit",
        Results = ["data.web", "data"],
        Snippet = ["markdown", "description", "snippet"],
        Date = ["publishedDate"],
    });

    /// <summary>Nimble.</summary>
    public static SearchShape Nimble { get; } = Of(new SearchWords
    {
        Count = "max_results",
        Domains = "include_domains",
        Excluded = "exclude_domains",
        Country = "country",
        Snippet = ["content", "description"],
        Date = ["metadata.published_date"],
    });

    /// <summary>APISerpent.</summary>
    public static SearchShape ApiSerpent { get; } = Of(new SearchWords
    {
        IsAddress = true,
        Query = "q",
        Count = "num",
        Country = "country",
        CountryForm = CountryForm.Lower,
        Results = ["results.organic"],
        Date = ["date"],
    });

    private static WordedSearch Of(SearchWords words) => new(words);
}
