using System.Collections.Frozen;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Search;

namespace Tollgate.Providers.Lookups;

/// <summary>Makes connections to who searches the web (07-native-others.md section 19). Where each is, and how it takes its key, its row says.</summary>
internal static class SearchFamily
{
    /// <summary>Name of the path in a row's <c>paths</c>.</summary>
    private const string PathName = "search";

    private static readonly FrozenDictionary<string, SearchShape> Shapes = new Dictionary<string, SearchShape>(StringComparer.Ordinal)
    {
        ["perplexity"] = SearchShapes.Perplexity,
        ["tavily"] = SearchShapes.Tavily,
        ["exa_ai"] = SearchShapes.Exa,
        ["parallel_ai"] = SearchShapes.Parallel,
        ["brave"] = SearchShapes.Brave,
        ["google_pse"] = SearchShapes.Google,
        ["dataforseo"] = SearchShapes.DataForSeo,
        ["firecrawl"] = SearchShapes.Firecrawl,
        ["searxng"] = SearchShapes.SearXng,
        ["linkup"] = SearchShapes.Linkup,
        ["serper"] = SearchShapes.Serper,
        ["duckduckgo"] = SearchShapes.DuckDuckGo,
        ["searchapi"] = SearchShapes.SearchApi,
        ["you_com"] = SearchShapes.You,
        ["tinyfish"] = SearchShapes.TinyFish,
        ["fastcrw"] = SearchShapes.FastCrw,
        ["nimble"] = SearchShapes.Nimble,
        ["apiserpent"] = SearchShapes.ApiSerpent,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Makes one.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        if (draft.Row.Slug is "google_pse")
        {
            if (draft.Param("search_engine_id", "GOOGLE_PSE_ENGINE_ID") is { } engine)
            {
                options[SearchShapes.EngineOption] = engine;
            }
            else
            {
                draft.Fault = new ConnectionFault(
                    UpstreamErrorKind.BadRequest, $"{draft.Row.ExceptionName} - no search engine is named: set GOOGLE_PSE_ENGINE_ID.");
            }
        }

        Authorization authorization = draft.Row.Slug is "dataforseo" ? new BasicAuthorization(draft, "DATAFORSEO_LOGIN", "DATAFORSEO_PASSWORD")
            : new KeyAuthorization(draft, draft.Row.Auth);
        return new LookupConnection(
            draft, authorization, Surface.Search, AddressOf(draft), Shapes.GetValueOrDefault(draft.Row.Slug), options);
    }

    /// <summary>The base with the path of searches, unless it has that already.</summary>
    private static UpstreamEndpoint AddressOf(ConnectionDraft draft)
    {
        if (draft.Base is null)
        {
            return EndpointTable.BaseMissing(draft);
        }

        var (root, query) = EndpointTable.Split(draft.Base);
        var path = draft.Row.Paths.GetValueOrDefault(PathName) ?? "";
        var whole = path.Length == 0 || root.EndsWith(path, StringComparison.OrdinalIgnoreCase) ? root : root + path;
        return EndpointTable.Make(draft, EndpointTable.Join(whole, query, "", draft.Deployment.ExtraQuery));
    }
}
