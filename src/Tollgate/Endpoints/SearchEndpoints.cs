using Tollgate.Engine;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Lookups;
using Tollgate.Engine.PassThrough;
using Tollgate.Wire;

namespace Tollgate.Endpoints;

/// <summary>Searches of the web, and of vector stores that the gateway knows (llm-api.md 13.6, 13.11).</summary>
internal static class SearchEndpoints
{
    private const string Tool = "search_tool_name";

    private const string Store = "vector_store_id";

    /// <summary>Maps the routes.</summary>
    public static void MapSearch(this IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<LlmCalls>();
        var relayed = routes.ServiceProvider.GetRequiredService<PassThroughCalls>();
        var snapshots = routes.ServiceProvider.GetRequiredService<SnapshotHolder>();
        var authenticator = routes.ServiceProvider.GetRequiredService<Authenticator>();
        foreach (var prefix in (ReadOnlySpan<string>)["/v1", ""])
        {
            routes.MapPost(prefix + "/search", http => calls.RunAsync(http, Surface.Search)).Describe("search", "A search of the web; the body names the tool");
            routes.MapPost(prefix + $"/search/{{{Tool}}}", http => calls.RunAsync(http, Surface.Search, PathValue.CatchAll(http, Tool)))
                .Describe("search", "A search of the web with a tool");
            routes.MapGet(prefix + "/search/tools", http => ListAsync(http, snapshots.Current, authenticator))
                .Describe("search", "Tools that can search the web");
        }

        foreach (var prefix in (ReadOnlySpan<string>)["/v1", "", "/openai/v1"])
        {
            var path = prefix + "/vector_stores";

            // A store that nobody has told the gateway of is the default provider's.
            routes.MapPost($"{path}/{{{Store}}}/search", http => PathValue.CatchAll(http, Store) is var id && snapshots.Current.Lookups.FindStore(id) is not null
                    ? calls.RunAsync(http, Surface.VectorSearch, id)
                    : relayed.RunResourceAsync(http, path, "/vector_stores", provider: null))
                .Describe("vector_stores", "A search of a vector store");
        }
    }

    /// <summary>The tools that a caller may use.</summary>
    private static async Task ListAsync(HttpContext http, GatewaySnapshot snapshot, Authenticator authenticator)
    {
        AccessGates.Check(http, snapshot);
        var caller = AccessGates.IsPublic(http, snapshot) ? Caller.Anonymous : await authenticator.IdentifyAsync(http.Request, snapshot, http.RequestAborted);
        RouteAccess.CheckInference(caller, http.Request.Path.Value ?? "/", Surface.Search);
        await JsonAnswer.SendAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (var tool in snapshot.Config.SearchTools.DistinctBy(static tool => tool.Name, StringComparer.Ordinal).Where(tool => LookupAccess.MayUseTool(caller, tool.Name)))
            {
                json.WriteStartObject();
                json.WriteString(Tool, tool.Name);
                json.WriteString("search_provider", tool.Provider);
                json.WritePropertyName("search_tool_info");
                json.WriteRawValue(tool.Info.IsEmpty ? "{}"u8 : tool.Info.Span);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
