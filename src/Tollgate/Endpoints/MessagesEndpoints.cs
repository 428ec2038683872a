using Tollgate.Engine;
using Tollgate.Wire;

namespace Tollgate.Endpoints;

/// <summary>Routes of Anthropic's dialect (llm-api.md section 15).</summary>
internal static class MessagesEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapMessages(this IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<LlmCalls>();
        routes.MapPost("/v1/messages", http => calls.RunAsync(http, Surface.Messages)).Describe("messages", "Anthropic message, streamed or not");
        routes.MapPost("/v1/messages/count_tokens", http => calls.CountAsync(http, Surface.Messages)).Describe("messages", "Tokens of an Anthropic message's prompt");

        // A client's own telemetry, which it sends wherever its base URL points; nobody here wants it.
        routes.MapPost("/api/event_logging/batch", static http => JsonAnswer.SendAsync(http, static json =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, "ok"u8);
            json.WriteEndObject();
        })).Describe("messages", "Takes a client's telemetry and forgets it");
    }
}
