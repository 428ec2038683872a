using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Documents;

/// <summary>Documents read by Reducto, in the words of its third configuration or of those before it; paid by its credits.</summary>
public sealed class ReductoOcr : MediaShape
{
    /// <summary>The one there is.</summary>
    public static ReductoOcr Instance { get; } = new();

    /// <inheritdoc/>
    public override bool TakesFiles => true;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target) => Write(request, [], target);

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target)
    {
        var document = OcrDocument.Of(request, files).Source;
        var address = document.FileId ?? document.AsUrl();
        var isLegacy = target.Model.Contains("legacy", StringComparison.Ordinal);
        var (chunks, range) = isLegacy ? ("options", "advanced_options") : ("retrieval", "settings");
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString(isLegacy ? "document_url" : "input", address);
            if (!request.TryGetProperty(chunks, out _))
            {
                // A chunk a page: what is read stays in the order and the number of the pages.
                json.WriteStartObject(chunks);
                json.WriteStartObject("chunking"u8);
                json.WriteString("chunk_mode"u8, "page"u8);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            if (OcrDocument.PagesOf(request) is { Count: > 0 } pages && !request.TryGetProperty(range, out _))
            {
                json.WriteStartObject(range);
                json.WriteStartArray("page_range"u8);
                foreach (var page in pages)
                {
                    json.WriteNumberValue(page + 1);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            foreach (var member in request.EnumerateObject())
            {
                if (member.Name is "retrieval" or "settings" or "options" or "advanced_options" or "experimental_options" or "enhance" or "formatting"
                    or "spreadsheet" or "priority")
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var chunks = answer.Member("result"u8).Member("chunks"u8);
        if (chunks.ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("The answer holds no chunks.");
        }

        var pages = new SortedDictionary<long, string>();
        var next = 0L;
        foreach (var chunk in chunks.EnumerateArray())
        {
            var place = chunk.Member("blocks"u8).Items().FirstOrDefault().Member("bbox"u8);
            var number = place.Member("original_page"u8).Count() ?? place.Member("page"u8).Count();
            var index = number is > 0 ? number.Value - 1 : next;
            var text = chunk.Text("content"u8) ?? "";
            pages[index] = pages.TryGetValue(index, out var before) ? $"{before}\n\n{text}" : text;
            next = index + 1;
        }

        var usage = answer.Member("usage"u8);
        OcrAnswer.Write(
            json, request.Text("model"u8), [.. pages.Select(static page => new OcrPage(page.Key, page.Value))],
            usage.Member("num_pages"u8).Count() ?? pages.Count, usage.Member("credits"u8).Number());
    }
}
