using Tollgate.Engine;
using Tollgate.Wire;

namespace Tollgate.Endpoints;

/// <summary>Inference routes of the OpenAI dialect and of reranking, with and without <c>/v1</c>, and those that name the model in the path.</summary>
internal static class LlmEndpoints
{
    private static readonly (string Operation, Surface Surface, string Summary)[] Operations =
    [
        ("chat/completions", Surface.Chat, "Chat completion, streamed or not"),
        ("completions", Surface.Completions, "Legacy text completion, streamed or not"),
        ("embeddings", Surface.Embeddings, "Embeddings of texts or tokens"),
        ("images/generations", Surface.ImageGenerations, "Images from a text, streamed or not"),
        ("images/edits", Surface.ImageEdits, "Images from images and a text; a form with one file or several"),
        ("images/variations", Surface.ImageVariations, "Variations of an image; a form with a file"),
        ("audio/speech", Surface.Speech, "Speech from a text; the answer is sound, sent as it is made"),
        ("audio/transcriptions", Surface.Transcriptions, "Text from speech; a form with a file"),
        ("audio/translations", Surface.Translations, "English text from speech; a form with a file"),
        ("moderations", Surface.Moderations, "Judgement of texts and images; free"),
        ("rerank", Surface.Rerank, "Order of documents by relevance to a query"),
        ("videos", Surface.Videos, "A film from a text; it is made while the client asks for it"),
        ("ocr", Surface.Ocr, "Text from a document or a picture; JSON, or a form with a file"),
    ];

    /// <summary>Maps the routes.</summary>
    public static void MapLlm(this IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<LlmCalls>();
        foreach (var (operation, surface, summary) in Operations)
        {
            foreach (var prefix in (ReadOnlySpan<string>)["/v1/", "/", "/openai/v1/"])
            {
                routes.MapPost(prefix + operation, http => calls.RunAsync(http, surface)).Describe(operation, summary);
            }
        }

        // Cohere's clients call the second version of their API; the answer has one form for both.
        routes.MapPost("/v2/rerank", http => calls.RunAsync(http, Surface.Rerank)).Describe("rerank", "Order of documents by relevance to a query");

        // The model may hold slashes, which a route parameter in the middle of a path cannot: one route, taken apart here.
        foreach (var prefix in (ReadOnlySpan<string>)["/openai/deployments/", "/engines/", "/v1/engines/"])
        {
            routes.MapPost(prefix + "{**rest}", http => ServeByPath(http, calls)).Describe("deployments", "The same operations with the model in the path");
        }
    }

    private static Task ServeByPath(HttpContext http, LlmCalls calls)
    {
        var rest = PathValue.CatchAll(http, "rest");
        foreach (var (operation, surface, _) in Operations)
        {
            // Longest first in the table: "chat/completions" also ends with "completions".
            if (rest.Length > operation.Length + 1 && rest.EndsWith("/" + operation, StringComparison.OrdinalIgnoreCase))
            {
                return calls.RunAsync(http, surface, rest[..^(operation.Length + 1)]);
            }
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
