using System.Text;
using System.Text.Json;
using Tollgate.Wire;
using Tollgate.Wire.Hub;

namespace Tollgate.Engine.Pipeline;

/// <summary>An estimate of a prompt in Google's dialect, apart by what it is of, as its clients are told.</summary>
/// <param name="Text">Tokens of texts.</param>
/// <param name="Media">Tokens of pictures, sounds and the like.</param>
internal readonly record struct GooglePrompt(long Text, long Media)
{
    /// <summary>What clients of the dialect count, per image, by Google's documentation.</summary>
    private const int TokensPerMedium = 258;

    /// <summary>Estimates the prompt of a body.</summary>
    public static GooglePrompt Estimate(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var (bytes, media) = Weigh(document.RootElement);
        return new GooglePrompt(TokenEstimate.FromBytes(bytes), media * TokensPerMedium);
    }

    /// <summary>Writes the answer.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("totalTokens"u8, Text + Media);
        json.WriteStartArray("promptTokensDetails"u8);
        WriteDetail(json, "TEXT"u8, Text);
        if (Media > 0)
        {
            WriteDetail(json, "IMAGE"u8, Media);
        }

        json.WriteEndArray();
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
                return (Encoding.UTF8.GetByteCount(json.Text() ?? ""), 0);
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
