using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Documents;

/// <summary>What a call that has a document read must say, whoever reads it (llm-api.md 13.12).</summary>
public static class OcrFields
{
    private static readonly string[] FileNames = ["file_id", "file", "file_data"];

    /// <summary>Checks that a document is named; its bytes are left to whoever needs them.</summary>
    /// <param name="request">The call's body, or the fields of its form.</param>
    /// <exception cref="WireException">It is not.</exception>
    public static void Check(JsonElement request)
    {
        var document = DocumentOf(request);
        switch (document.Text("type"u8))
        {
            case "document_url":
                CheckAddress(document, "document_url");
                break;
            case "image_url":
                CheckAddress(document, "image_url");
                break;
            case "file" when !FileNames.Any(name => document.TryGetProperty(name, out var file) && file.Text() is { Length: > 0 }):
                throw Missing("document.file");
            case "file":
                break;
            default:
                throw new WireException("Invalid value for 'document.type': expected document_url, image_url or file.", "document");
        }
    }

    /// <summary>The member <c>document</c>; forms have it as a text.</summary>
    internal static JsonElement DocumentOf(JsonElement request)
    {
        var document = request.Member("document"u8);
        if (document.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            throw Missing("document");
        }

        if (document.ValueKind is JsonValueKind.String)
        {
            document = OcrDocument.Parsed(document.GetString()!);
        }

        return document.ValueKind is JsonValueKind.Object
            ? document : throw new WireException("Invalid type for 'document': expected an object with 'type' and the document.", "document");
    }

    internal static WireException Missing(string name) => new($"Missing required parameter: '{name}'.", "document");

    private static void CheckAddress(JsonElement document, string name)
    {
        var value = document.TryGetProperty(name, out var given) ? given : default;
        if ((value.Text() ?? value.Text("url"u8)) is not { Length: > 0 })
        {
            throw Missing("document." + name);
        }
    }
}
