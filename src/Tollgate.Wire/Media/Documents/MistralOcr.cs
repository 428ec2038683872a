using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Media.Documents;

/// <summary>Documents read by Mistral's models, wherever they run: the gateway's own form, with files put into the body.</summary>
public sealed class MistralOcr : MediaShape
{
    private readonly bool _needsBytes;

    private MistralOcr(bool needsBytes) => _needsBytes = needsBytes;

    /// <summary>At Mistral, who fetches documents itself.</summary>
    public static MistralOcr Own { get; } = new(needsBytes: false);

    /// <summary>At hosts that fetch nothing.</summary>
    public static MistralOcr Elsewhere { get; } = new(needsBytes: true);

    /// <inheritdoc/>
    public override bool TakesFiles => true;

    /// <inheritdoc/>
    public override (string Name, string Url)? UrlToFetch(JsonElement request)
        => _needsBytes && OcrDocument.Of(request, []).Source.Url is { } url ? (OcrDocument.FileName, url) : null;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target) => Write(request, [], target);

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target)
    {
        var document = OcrDocument.Of(request, files);
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, target.Model);
            json.WritePropertyName("document"u8);
            document.WriteTo(json);
            foreach (var member in request.EnumerateObject())
            {
                if (member.Name is not ("model" or "document" or OcrDocument.FileName))
                {
                    json.WritePropertyName(member.Name);
                    WriteTyped(member, request, json);
                }
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        if (answer.Member("pages"u8).ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("The answer holds no pages.");
        }

        json.WriteStartObject();
        json.WriteString("object"u8, "ocr"u8);
        foreach (var member in answer.EnumerateObject())
        {
            if (member.Name is not "object")
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>Fields of forms are texts; these are none.</summary>
    private static void WriteTyped(JsonProperty member, JsonElement request, Utf8JsonWriter json)
    {
        var text = member.Value.Text();
        if (text is not null && member.Name is "pages" && OcrDocument.PagesOf(request) is { } pages)
        {
            json.WriteStartArray();
            foreach (var page in pages)
            {
                json.WriteNumberValue(page);
            }

            json.WriteEndArray();
        }
        else if (text is not null
            && member.Name is "include_image_base64" or "image_limit" or "image_min_size" or "bbox_annotation_format" or "document_annotation_format"
            && JsonScanner.Scan(System.Text.Encoding.UTF8.GetBytes(text), new JsonMembers()).IsNone)
        {
            json.WriteRawValue(text, skipInputValidation: true);
        }
        else
        {
            json.WriteElement(member.Value);
        }
    }
}

/// <summary>Pictures of pages read by DeepSeek's model on Vertex AI, which is spoken to as in a conversation (04-gemini-vertex.md section 5).</summary>
public sealed class DeepSeekOcr : MediaShape
{
    /// <summary>The one there is.</summary>
    public static DeepSeekOcr Instance { get; } = new();

    /// <inheritdoc/>
    public override bool TakesFiles => true;

    /// <inheritdoc/>
    public override (string Name, string Url)? UrlToFetch(JsonElement request)
        => OcrDocument.Of(request, []).Source.Url is { } url ? (OcrDocument.FileName, url) : null;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target) => Write(request, [], target);

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target)
    {
        var document = OcrDocument.Of(request, files);
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, target.Model);
            json.WriteStartArray("messages"u8);
            json.WriteStartObject();
            json.WriteString("role"u8, "user"u8);
            json.WriteStartArray("content"u8);
            json.WriteStartObject();
            json.WriteString("type"u8, "image_url"u8);
            json.WriteString("image_url"u8, document.Source.AsUrl()
                ?? throw new WireException("Invalid value for 'document': the provider knows no files of another's.", "document"));
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <summary>The text is one page: what is sent is one picture.</summary>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var text = answer.Member("choices"u8).Items().FirstOrDefault().Member("message"u8).Text("content"u8)
            ?? throw new WireException("The answer holds no text.");
        OcrAnswer.Write(json, request.Text("model"u8), [new OcrPage(0, text)], pagesProcessed: 1);
    }
}
