using System.Collections.Immutable;
using Tollgate.Engine.PassThrough;
using Tollgate.Hosting;

namespace Tollgate.Endpoints;

/// <summary>Routes of calls that are relayed as they are (llm-api.md 14, 17).</summary>
internal static class PassThroughEndpoints
{
    /// <summary>Methods that are relayed.</summary>
    public static ImmutableArray<string> Methods { get; } = ["GET", "POST", "PUT", "DELETE", "PATCH"];

    private static readonly (string Path, string Summary)[] Resources =
    [
        ("/files", "Files that a provider keeps"),
        ("/batches", "Batches of calls"),
        ("/fine_tuning/jobs", "Fine-tuning jobs"),
        ("/vector_stores", "Vector stores, their files and searches"),
    ];

    /// <summary>Maps the routes.</summary>
    public static void MapPassThrough(this IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<PassThroughCalls>();
        foreach (var prefix in calls.Prefixes)
        {
            routes.MapMethods($"/{prefix.Name}/{{**path}}", Methods, http => calls.RunAsync(http, prefix)).Describe(prefix.Name, prefix.Summary);
        }

        MapResources(routes, calls);
        foreach (var prefix in (ReadOnlySpan<string>)["/v1", "", "/openai/v1"])
        {
            foreach (var path in (ReadOnlySpan<string>)["/realtime/client_secrets", "/realtime/sessions", "/realtime/transcription_sessions"])
            {
                var asked = path;
                routes.MapPost(prefix + path, http => calls.RunRealtimeTokenAsync(http, asked))
                    .Describe("realtime", "A short-lived token for realtime sessions");
            }

            routes.MapPost(prefix + "/realtime/calls", http => calls.RunRealtimeCallAsync(http)).Describe("realtime", "A realtime session over WebRTC");
        }

        var inFlight = routes.ServiceProvider.GetRequiredService<InFlight>();
        foreach (var path in (ReadOnlySpan<string>)["/v1/realtime", "/realtime", "/openai/v1/realtime", "/openai/realtime"])
        {
            routes.MapGet(path, http => calls.RunRealtimeAsync(http, inFlight.Draining)).Describe("realtime", "A realtime session (WebSocket)");
        }

        foreach (var path in calls.LivePaths)
        {
            routes.MapGet(path, http => calls.RunLiveAsync(http, inFlight.Draining)).Describe("live", "A session in the provider's own realtime API (WebSocket)");
        }
    }

    private static void MapResources(IEndpointRouteBuilder routes, PassThroughCalls calls)
    {
        foreach (var (resource, summary) in Resources)
        {
            foreach (var prefix in (ReadOnlySpan<string>)["/v1", "", "/openai/v1"])
            {
                Map(prefix + resource, resource, summary, provider: null);
            }

            if (resource is "/files" or "/batches")
            {
                foreach (var provider in calls.ResourceProviders.Where(static name => name is not "openai"))
                {
                    Map($"/{provider}/v1{resource}", resource, summary, provider);
                }
            }
        }

        void Map(string path, string resource, string summary, string? provider) => routes
            .MapMethods(path + "/{**rest}", ["GET", "POST", "DELETE"], http => calls.RunResourceAsync(http, path, resource, provider))
            .Describe(resource[1..], summary);
    }

    /// <summary>Paths of the operator's own: they come and go with the configuration, and never take a route that is there.</summary>
    public static void UseOwnPaths(this IApplicationBuilder app)
    {
        var calls = app.ApplicationServices.GetRequiredService<PassThroughCalls>();
        app.Use((http, next) => http.GetEndpoint() is null && calls.Find(http.Request) is { } endpoint ? calls.RunAsync(http, endpoint) : next(http));
    }
}
