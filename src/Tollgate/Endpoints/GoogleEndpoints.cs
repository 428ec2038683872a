using Tollgate.Engine;
using Tollgate.Engine.Errors;
using Tollgate.Wire;

namespace Tollgate.Endpoints;

/// <summary>Google's generateContent (llm-api.md section 16): the model and what is wanted of it stand at the end of the path.</summary>
internal static class GoogleEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapGoogle(this IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<LlmCalls>();
        foreach (var prefix in (ReadOnlySpan<string>)["/v1beta/models/", "/v1/models/", "/models/"])
        {
            // The model may hold slashes and colons: one route, taken apart here.
            routes.MapPost(prefix + "{**rest}", http => ServeAsync(http, calls))
                .Describe("generateContent", "Google generateContent, streamGenerateContent and countTokens");
        }
    }

    private static Task ServeAsync(HttpContext http, LlmCalls calls)
    {
        var rest = PathValue.CatchAll(http, "rest");
        var colon = rest.LastIndexOf(':');
        var model = colon < 0 ? "" : rest[..colon];
        return (colon < 0 ? "" : rest[(colon + 1)..]) switch
        {
            "generateContent" => calls.RunAsync(http, Surface.GenerateContent, model, stream: false),
            "streamGenerateContent" => calls.RunAsync(http, Surface.GenerateContent, model, stream: true, callType: "agenerate_content_stream"),
            "countTokens" => calls.CountAsync(http, Surface.GenerateContent, model),
            _ => ErrorResponder.WriteAsync(http.Response, new ApiException(404, "Not Found"), Surface.GenerateContent),
        };
    }
}
