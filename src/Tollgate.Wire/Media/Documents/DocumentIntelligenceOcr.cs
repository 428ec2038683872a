using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Documents;

/// <summary>Documents read by Azure's Document Intelligence; answers are those of analyses that are over (02-openai-azure.md section 4.4).</summary>
public sealed class DocumentIntelligenceOcr : MediaShape
{
    /// <summary>Dots an inch in dimensions of pages, where nobody says otherwise.</summary>
    public const int UsualDpi = 96;

    private readonly int _dpi;

    /// <summary>Makes one.</summary>
    /// <param name="dpi">Dots an inch in dimensions of pages.</param>
    public DocumentIntelligenceOcr(int dpi) => _dpi = dpi;

    /// <inheritdoc/>
    public override bool TakesFiles => true;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target) => Write(request, [], target);

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target)
    {
        var source = OcrDocument.Of(request, files).Source;
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            if (source.Url is { } url)
            {
                json.WriteString("urlSource"u8, url);
            }
            else if (!source.Base64.IsEmpty)
            {
                json.WriteString("base64Source"u8, source.Base64.Span);
            }
            else
            {
                throw new WireException("Invalid value for 'document': the provider knows no files of another's.", "document");
            }

            json.WriteEndObject();
        }

        // Slices of the text are counted as .NET counts letters.
        var query = "?stringIndexType=utf16CodeUnit" + (IsLayout(target.Model) ? "&outputContentFormat=markdown" : "");
        if (OcrDocument.PagesOf(request) is { Count: > 0 } pages)
        {
            query += "&pages=" + string.Join(',', pages.Select(static page => (page + 1).ToString(CultureInfo.InvariantCulture)));
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory, query);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var status = answer.Text("status"u8) ?? throw new WireException("The answer is no analysis.");
        if (status is not "succeeded")
        {
            throw new MediaRefusedException(answer.Member("error"u8).Text("message"u8) ?? $"The analysis ended as {status}.", 500);
        }

        var result = answer.Member("analyzeResult"u8);
        var content = result.Text("content"u8) ?? "";
        var isMarkdown = result.Text("contentFormat"u8) is "markdown";
        var pages = new List<OcrPage>();
        foreach (var page in result.Member("pages"u8).Items())
        {
            var number = page.Member("pageNumber"u8).Count() ?? pages.Count + 1;
            pages.Add(new OcrPage(number - 1, isMarkdown ? Slices(page, content) : Lines(page, content)) { Dimensions = SizeOf(page) });
        }

        OcrAnswer.Write(json, request.Text("model"u8), pages, pages.Count);
    }

    /// <summary>True for the model that knows headings and tables.</summary>
    private static bool IsLayout(string model) => model.EndsWith("prebuilt-layout", StringComparison.Ordinal);

    private static string Lines(JsonElement page, string content)
    {
        var lines = string.Join('\n', page.Member("lines"u8).Items().Select(static line => line.Text("content"u8)).OfType<string>());
        return lines.Length > 0 ? lines : Slices(page, content);
    }

    private static string Slices(JsonElement page, string content)
    {
        var text = new StringBuilder();
        foreach (var span in page.Member("spans"u8).Items())
        {
            var start = Math.Min(span.Member("offset"u8).Count() ?? 0, content.Length);
            var length = Math.Min(span.Member("length"u8).Count() ?? 0, content.Length - start);
            text.Append(content, (int)start, (int)length);
        }

        return text.ToString();
    }

    /// <summary>Pages of documents are measured in inches, pictures in dots.</summary>
    private (int Dpi, int Height, int Width)? SizeOf(JsonElement page)
    {
        if (page.Member("width"u8).Number() is not { } width || page.Member("height"u8).Number() is not { } height || width > 100_000 || height > 100_000)
        {
            return null;
        }

        var scale = page.Text("unit"u8) is "inch" ? _dpi : 1;
        return (_dpi, (int)Math.Round(height * scale), (int)Math.Round(width * scale));
    }
}
