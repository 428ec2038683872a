using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Media;

/// <summary>Canned answers about pictures, sounds and documents: the operator's text in the form of the surface.</summary>
internal static class MediaMocks
{
    /// <summary>Makes one.</summary>
    public static byte[] Answer(CallContext call, string text)
    {
        if (call.Surface is Surface.Speech)
        {
            return Encoding.UTF8.GetBytes(text);
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, HubJson.Writing))
        {
            json.WriteStartObject();
            switch (call.Surface)
            {
                case Surface.Moderations:
                    WriteJudgement(json);
                    break;
                case Surface.Rerank:
                    WriteOrder(json, call);
                    break;
                case Surface.Videos:
                    WriteFilm(json);
                    break;
                case Surface.Ocr:
                    WritePage(json, text);
                    break;
                case Surface.Transcriptions or Surface.Translations:
                    json.WriteString("text"u8, text);
                    break;
                default:
                    WritePictures(json, Math.Clamp(call.Envelope.Choices, 1, 10), text);
                    break;
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WritePictures(Utf8JsonWriter json, long count, string text)
    {
        json.WriteNumber("created"u8, 0);
        json.WriteStartArray("data"u8);
        for (var i = 0; i < count; i++)
        {
            json.WriteStartObject();
            json.WriteString("url"u8, text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFilm(Utf8JsonWriter json)
    {
        json.WriteString("id"u8, "video_mock"u8);
        json.WriteString("object"u8, "video"u8);
        json.WriteString("model"u8, ""u8);
        json.WriteString("status"u8, "completed"u8);
        json.WriteNumber("progress"u8, 100);
    }

    private static void WritePage(Utf8JsonWriter json, string text)
    {
        json.WriteString("object"u8, "ocr"u8);
        json.WriteString("model"u8, ""u8);
        json.WriteStartArray("pages"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteString("markdown"u8, text);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteJudgement(Utf8JsonWriter json)
    {
        json.WriteString("id"u8, "modr-mock"u8);
        json.WriteString("model"u8, ""u8);
        json.WriteStartArray("results"u8);
        json.WriteStartObject();
        json.WriteBoolean("flagged"u8, false);
        json.WriteStartObject("categories"u8);
        json.WriteEndObject();
        json.WriteStartObject("category_scores"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>The documents as they came, each half as relevant as the one before.</summary>
    private static void WriteOrder(Utf8JsonWriter json, CallContext call)
    {
        json.WriteStartArray("results"u8);
        var walker = new JsonWalker(call.Body.Span, call.Members[call.Members.Find(call.Body.Span, "documents"u8)].ValueStart);
        var score = 1d;
        for (var i = 0; walker.MoveNext(); i++)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, i);
            json.WriteNumber("relevance_score"u8, score);
            json.WriteEndObject();
            score /= 2;
        }

        json.WriteEndArray();
    }
}
