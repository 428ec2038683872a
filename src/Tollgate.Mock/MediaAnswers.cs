using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tollgate.Mock;

/// <summary>Answers about pictures, sounds and documents: as small as they can be, and always the same.</summary>
internal static class MediaAnswers
{
    /// <summary>Bytes of a spoken answer: several reads long.</summary>
    private const int SoundBytes = 100_000;

    /// <summary>The answer of an operation; null for those that are not of the kind.</summary>
    public static (string ContentType, byte[] Body)? Of(string operation, ReadOnlyMemory<byte> body) => operation switch
    {
        "images/generations" => Json(Pictures(CountOf(body, "n"))),
        "images/edits" or "images/variations" => Json(Pictures(1)),
        "audio/speech" => ("audio/mpeg", Sound()),
        "audio/transcriptions" or "audio/translations" => Json("""{"text":"Tollgate mock hears you.","usage":{"type":"duration","seconds":3}}"""),
        "moderations" => Json(
            """{"id":"modr-mock","model":"up-model","results":[{"flagged":false,"categories":{"violence":false},"category_scores":{"violence":0.01}}]}"""),
        "rerank" => Json(Order(LengthOf(body, "documents"))),
        _ => null,
    };

    private static (string ContentType, byte[] Body) Json(string json) => ("application/json", Encoding.UTF8.GetBytes(json));

    private static string Pictures(int count)
        => $$"""{"created":1735689600,"data":[{{string.Join(',', Enumerable.Repeat("""{"b64_json":"bW9jaw=="}""", count))}}]}""";

    /// <summary>Bytes that differ from their neighbours, so that a lost or doubled one is seen.</summary>
    private static byte[] Sound()
    {
        var sound = new byte[SoundBytes];
        for (var i = 0; i < sound.Length; i++)
        {
            sound[i] = (byte)(i * 31 / 7);
        }

        return sound;
    }

    /// <summary>The last document is the most relevant; told in the order of the request, as some servers do.</summary>
    private static string Order(int documents)
    {
        var results = Enumerable.Range(0, documents).Select(
            i => string.Create(CultureInfo.InvariantCulture, $"{{\"index\":{i},\"relevance_score\":{(i + 1) / (documents + 1.0):0.####}}}"));
        return "{\"id\":\"rerank-mock\",\"results\":[" + string.Join(',', results) + "],\"meta\":{\"billed_units\":{\"search_units\":1}}}";
    }

    private static int CountOf(ReadOnlyMemory<byte> body, string name)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty(name, out var count) && count.TryGetInt32(out var number) ? Math.Clamp(number, 1, 10) : 1;
    }

    private static int LengthOf(ReadOnlyMemory<byte> body, string name)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.GetArrayLength() : 0;
    }
}
