using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Documents;

/// <summary>A page that was read.</summary>
/// <param name="Index">Its number, the first being 0.</param>
/// <param name="Markdown">What stands on it.</param>
internal readonly record struct OcrPage(long Index, string Markdown)
{
    /// <summary>Resolution, height and width in dots; null when unknown.</summary>
    public (int Dpi, int Height, int Width)? Dimensions { get; init; }
}

/// <summary>The answer of a call that reads documents, as clients know it (llm-api.md 13.12).</summary>
internal static class OcrAnswer
{
    /// <summary>Writes one.</summary>
    /// <param name="json">Takes it.</param>
    /// <param name="model">Model; null when unknown.</param>
    /// <param name="pages">The pages.</param>
    /// <param name="pagesProcessed">How many the provider bills.</param>
    /// <param name="credits">Credits that it bills instead; null for none.</param>
    public static void Write(Utf8JsonWriter json, string? model, IReadOnlyList<OcrPage> pages, long pagesProcessed, double? credits = null)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "ocr"u8);
        json.WriteString("model"u8, model ?? "");
        json.WriteStartArray("pages"u8);
        foreach (var page in pages)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, page.Index);
            json.WriteString("markdown"u8, page.Markdown);
            json.WriteStartArray("images"u8);
            json.WriteEndArray();
            if (page.Dimensions is { } size)
            {
                json.WriteStartObject("dimensions"u8);
                json.WriteNumber("dpi"u8, size.Dpi);
                json.WriteNumber("height"u8, size.Height);
                json.WriteNumber("width"u8, size.Width);
                json.WriteEndObject();
            }
            else
            {
                json.WriteNull("dimensions"u8);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("usage_info"u8);
        json.WriteNumber("pages_processed"u8, pagesProcessed);
        json.WriteNull("doc_size_bytes"u8);
        json.WriteGiven("credits"u8, credits);
        json.WriteEndObject();
        json.WriteNull("document_annotation"u8);
        json.WriteEndObject();
    }
}
