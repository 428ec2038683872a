using Tollgate.Engine;
using Tollgate.Engine.Responses;
using Tollgate.Hosting;
using Tollgate.Wire;

namespace Tollgate.Endpoints;

/// <summary>Routes of the Responses dialect: making answers, and coming back to them (llm-api.md section 12).</summary>
internal static class ResponseEndpoints
{
    private static readonly (string Method, string Path, ResponseAction Action, string Summary)[] Resources =
    [
        ("GET", "responses/{id}", ResponseAction.Get, "An earlier response"),
        ("DELETE", "responses/{id}", ResponseAction.Delete, "Forget a response"),
        ("POST", "responses/{id}/cancel", ResponseAction.Cancel, "Stop a response that is made in the background"),
        ("GET", "responses/{id}/input_items", ResponseAction.InputItems, "What a response answers"),
    ];

    /// <summary>Maps the routes.</summary>
    public static void MapResponses(this IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<LlmCalls>();
        var answers = routes.ServiceProvider.GetRequiredService<ResponseCalls>();
        var inFlight = routes.ServiceProvider.GetRequiredService<InFlight>();
        foreach (var prefix in (ReadOnlySpan<string>)["/v1/", "/", "/openai/v1/"])
        {
            routes.MapPost(prefix + "responses", http => calls.RunAsync(http, Surface.Responses))
                .Describe("responses", "Response, streamed or not");
            routes.MapGet(prefix + "responses", http => answers.RunSocketAsync(http, inFlight.Draining))
                .Describe("responses", "Responses over a WebSocket, turn by turn");
            routes.MapPost(prefix + "responses/compact", http => calls.RunAsync(http, Surface.Responses, operation: "/compact"))
                .Describe("responses/compact", "Shorten a conversation");
            routes.MapPost(prefix + "responses/input_tokens", http => calls.CountAsync(http, Surface.Responses))
                .Describe("responses/input_tokens", "Count the tokens of a request");
            foreach (var (method, path, action, summary) in Resources)
            {
                routes.MapMethods(prefix + path, [method], http => answers.RunAsync(http, (string)http.Request.RouteValues["id"]!, action))
                    .Describe("responses/{id}", summary);
            }
        }
    }
}
