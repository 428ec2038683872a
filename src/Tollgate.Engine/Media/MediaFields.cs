using System.Text.Json;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media.Documents;
using Tollgate.Wire.Search;
using Tollgate.Wire.Vectors;

namespace Tollgate.Engine.Media;

/// <summary>Fields without which a call about pictures, sounds or documents makes no sense.</summary>
internal static class MediaFields
{
    /// <summary>Checks a peeked call; others pass.</summary>
    /// <exception cref="ApiException">400 naming the field.</exception>
    public static void Check(CallContext call)
    {
        switch (call.Surface)
        {
            case Surface.ImageGenerations:
                Require(call, "prompt", JsonKind.String);
                break;
            case Surface.ImageEdits when call.Form is null:
                Require(call, "prompt", JsonKind.String);
                break;
            case Surface.ImageEdits or Surface.ImageVariations:
                RequireFile(call, "image");
                break;
            case Surface.Speech:
                Require(call, "input", JsonKind.String);
                break;
            case Surface.Transcriptions or Surface.Translations:
                RequireFile(call, "file");
                break;
            case Surface.Moderations:
                Require(call, "input", JsonKind.String, JsonKind.Array);
                break;
            case Surface.Rerank:
                Require(call, "query");
                Require(call, "documents", JsonKind.Array);
                break;
            case Surface.Videos when call.Operation.Length == 0:
                Require(call, "prompt", JsonKind.String);
                break;
            case Surface.Ocr when call.Form is { Parts.Count: > 0 }:
                break;
            case Surface.Ocr:
                CheckBody(call, OcrFields.Check);
                break;
            case Surface.Search:
                CheckBody(call, static body => SearchQuery.Read(body));
                break;
            case Surface.VectorSearch:
                CheckBody(call, static body => VectorQuery.Read(body));
                break;
            default:
                break;
        }
    }

    /// <summary>What cannot be searched or read is refused before it costs anything.</summary>
    private static void CheckBody(CallContext call, Action<JsonElement> check)
    {
        try
        {
            using var document = JsonDocument.Parse(call.Body);
            check(document.RootElement);
        }
        catch (WireException exception)
        {
            throw ApiException.BadRequest($"{call.Route}: {exception.Message}", exception.Param);
        }
        catch (JsonException exception)
        {
            // The scanner has accepted the text; what is left is nesting beyond the parser's limit.
            throw ApiException.BadRequest($"Invalid JSON payload: {exception.Message}");
        }
    }

    private static void Require(CallContext call, string name, JsonKind kind = JsonKind.None, JsonKind other = JsonKind.None)
    {
        var index = call.Members.Find(call.Body.Span, System.Text.Encoding.ASCII.GetBytes(name));
        if (index < 0 || call.Members[index].Kind == JsonKind.Null)
        {
            throw ApiException.BadRequest($"{call.Route}: Missing required parameter: '{name}'.", name);
        }

        if (kind != JsonKind.None && call.Members[index].Kind != kind && call.Members[index].Kind != other)
        {
            throw MemberValues.WrongType(
                call.Members[index], name, other != JsonKind.None ? "a string or an array" : kind == JsonKind.Array ? "an array" : "a string");
        }
    }

    private static void RequireFile(CallContext call, string name)
    {
        if (call.Form is not { } form)
        {
            throw ApiException.BadRequest($"{call.Route}: Missing required parameter: '{name}'. Send a file as multipart/form-data.", name);
        }

        // image[] is how several pictures are sent; a file may stand under any name that the upstream knows.
        if (form.Parts.Count == 0 && !form.Fields.Has(name))
        {
            throw ApiException.BadRequest($"{call.Route}: Missing required parameter: '{name}'.", name);
        }
    }
}

/// <summary>The model of calls whose routes have settings of their own.</summary>
internal static class MediaModel
{
    /// <summary>OpenAI's model for judging texts, when neither client nor operator names one.</summary>
    private const string UsualModeration = "omni-moderation-latest";

    /// <summary>The model that counts whatever the body says; null leaves it with the body.</summary>
    public static string? For(CallContext call, GeneralSettings general) => call.Surface switch
    {
        Surface.ImageGenerations or Surface.ImageEdits or Surface.ImageVariations => general.ImageModel,
        Surface.Moderations when call.PathModel is null && call.Members.Find(call.Body.Span, "model"u8) < 0
            => general.ModerationModel ?? UsualModeration,
        Surface.Search when call.PathModel is null => ToolOf(call),
        _ => null,
    };

    private static string ToolOf(CallContext call)
    {
        const string Name = "search_tool_name";
        var json = call.Body.Span;
        return call.Members.Find(json, "search_tool_name"u8) is >= 0 and var index
            && JsonText.AsString(json.Slice(call.Members[index].ValueStart, call.Members[index].ValueLength)) is { Length: > 0 } tool ? tool
                : throw ApiException.BadRequest(
                    $"{call.Route}: Missing required parameter: '{Name}'. Name the tool in the body, or in the path: /v1/search/<{Name}>.", Name);
    }
}
