using Tollgate.Engine;
using Tollgate.Engine.PassThrough;
using Tollgate.Engine.PassThrough.Videos;

namespace Tollgate.Endpoints;

/// <summary>Routes about films that were made, and of films that are made from films (llm-api.md 13.9).</summary>
internal static class VideoEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapVideos(this IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<LlmCalls>();
        var made = routes.ServiceProvider.GetRequiredService<PassThroughCalls>();
        foreach (var prefix in (ReadOnlySpan<string>)["/v1/videos", "/videos", "/openai/v1/videos"])
        {
            routes.MapPost(prefix + "/edits", http => calls.ReworkVideoAsync(http, "edits", "avideo_edit")).Describe("videos", "A film changed by a text");
            routes.MapPost(prefix + "/extensions", http => calls.ReworkVideoAsync(http, "extensions", "avideo_extension")).Describe("videos", "A film that goes on");
            routes.MapPost(prefix + "/{id}/remix", http => calls.ReworkVideoAsync(http, "remix", "avideo_remix", IdOf(http))).Describe("videos", "A film made anew from another");
            routes.MapGet(prefix, http => made.RunVideoAsync(http, VideoCall.List)).Describe("videos", "Films of the caller");
            routes.MapGet(prefix + "/{id}", http => made.RunVideoAsync(http, VideoCall.Read, IdOf(http))).Describe("videos", "Where the making of a film stands");
            routes.MapGet(prefix + "/{id}/content", http => made.RunVideoAsync(http, VideoCall.Content, IdOf(http))).Describe("videos", "The film itself");
            routes.MapDelete(prefix + "/{id}", http => made.RunVideoAsync(http, VideoCall.Delete, IdOf(http))).Describe("videos", "Deletes a film");
            routes.MapPost(prefix + "/characters", http => made.RunVideoAsync(http, VideoCall.CreateCharacter)).Describe("videos", "A character from a film");
            routes.MapGet(prefix + "/characters/{id}", http => made.RunVideoAsync(http, VideoCall.ReadCharacter, IdOf(http))).Describe("videos", "A character");
        }
    }

    private static string IdOf(HttpContext http) => PathValue.CatchAll(http, "id");
}
