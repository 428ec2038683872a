using System.Text;
using System.Text.Json;
using Tollgate.Engine;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Wire;

namespace Tollgate.Endpoints;

/// <summary>Google's generateContent (llm-api.md section 16): the model and what is wanted of it stand at the end of the path.</summary>
internal static class GoogleEndpoints
{
    /// <summary>What clients of the dialect count, per image, by Google's documentation.</summary>
    private const int TokensPerMedium = 258;

    /// <summary>A count reads the body, and needs no more of it than a call.</summary>
    private const int MostBytes = 32 * 1024 * 1024;

    /// <summary>Maps the routes.</summary>
    public static void MapGoogle(this IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<LlmCalls>();
        var snapshots = routes.ServiceProvider.GetRequiredService<SnapshotHolder>();
        var authenticator = routes.ServiceProvider.GetRequiredService<Authenticator>();
        foreach (var prefix in (ReadOnlySpan<string>)["/v1beta/models/", "/v1/models/", "/models/"])
        {
            // The model may hold slashes and colons: one route, taken apart here.
            routes.MapPost(prefix + "{**rest}", http => ServeAsync(http, calls, snapshots, authenticator))
                .Describe("generateContent", "Google generateContent, streamGenerateContent and countTokens");
        }
    }

    private static Task ServeAsync(HttpContext http, LlmCalls calls, SnapshotHolder snapshots, Authenticator authenticator)
    {
        var rest = PathValue.CatchAll(http, "rest");
        var colon = rest.LastIndexOf(':');
        var model = colon < 0 ? "" : rest[..colon];
        return (colon < 0 ? "" : rest[(colon + 1)..]) switch
        {
            "generateContent" => calls.RunAsync(http, Surface.GenerateContent, model, stream: false),
            "streamGenerateContent" => calls.RunAsync(http, Surface.GenerateContent, model, stream: true),
            "countTokens" => CountAsync(http, snapshots.Current, authenticator, model),
            _ => ErrorResponder.WriteAsync(http.Response, new ApiException(404, "Not Found"), Surface.GenerateContent),
        };
    }

    private static async Task CountAsync(HttpContext http, GatewaySnapshot snapshot, Authenticator authenticator, string model)
    {
        try
        {
            AccessGates.Check(http, snapshot);
            var caller = await authenticator.IdentifyAsync(http.Request, snapshot, http.RequestAborted);
            RouteAccess.CheckInference(caller, http.Request.Path.Value ?? "/", Surface.GenerateContent);
            if (caller.Key is { } key && !caller.IsAdmin && !ModelAccess.Allows(key.Identity, model, snapshot))
            {
                throw new ApiException(401, $"key not allowed to access model. Tried to access {model}", "key_model_access_denied", "model");
            }

            using var document = await ReadAsync(http);
            var (text, media) = Weigh(document.RootElement);
            var texts = TokenEstimate.FromBytes(text);
            await JsonAnswer.SendAsync(http, json => Write(json, texts, media * TokensPerMedium));
        }
        catch (ApiException error)
        {
            await ErrorResponder.WriteAsync(http.Response, error, Surface.GenerateContent);
        }
    }

    private static async Task<JsonDocument> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > MostBytes)
        {
            throw new ApiException(413, "The request is too large to be counted.");
        }

        try
        {
            return await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        }
        catch (JsonException broken)
        {
            throw ApiException.BadRequest($"Invalid JSON payload: {broken.Message}");
        }
    }

    private static void Write(Utf8JsonWriter json, long texts, long media)
    {
        json.WriteStartObject();
        json.WriteNumber("totalTokens"u8, texts + media);
        json.WriteStartArray("promptTokensDetails"u8);
        WriteDetail(json, "TEXT"u8, texts);
        if (media > 0)
        {
            WriteDetail(json, "IMAGE"u8, media);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteDetail(Utf8JsonWriter json, ReadOnlySpan<byte> modality, long count)
    {
        json.WriteStartObject();
        json.WriteString("modality"u8, modality);
        json.WriteNumber("tokenCount"u8, count);
        json.WriteEndObject();
    }

    /// <summary>Bytes of all texts, and how many media there are.</summary>
    private static (long Text, long Media) Weigh(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                return (Encoding.UTF8.GetByteCount(json.GetString()!), 0);
            case JsonValueKind.Array:
                return Sum(json.EnumerateArray().Select(Weigh));
            case JsonValueKind.Object:
                return Sum(json.EnumerateObject().Select(static member =>
                    member.Name is "inlineData" or "inline_data" or "fileData" or "file_data" ? (0, 1)
                    : member.Name is "role" or "model" or "mimeType" ? (0, 0) : Weigh(member.Value)));
            default:
                return (0, 0);
        }
    }

    private static (long Text, long Media) Sum(IEnumerable<(long Text, long Media)> parts)
    {
        var text = 0L;
        var media = 0L;
        foreach (var part in parts)
        {
            text += part.Text;
            media += part.Media;
        }

        return (text, media);
    }
}
