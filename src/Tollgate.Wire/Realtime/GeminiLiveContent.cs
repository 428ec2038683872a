using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Realtime;

/// <summary>Turns and results of functions as Google's Live API takes them.</summary>
internal static class GeminiLiveContent
{
    /// <summary>A message of the conversation.</summary>
    /// <exception cref="WireException">It holds what cannot be sent.</exception>
    public static ReadOnlyMemory<byte> Turn(JsonElement item, int rate) => RealtimeJson.Made(json =>
    {
        json.WriteStartObject();
        json.WriteString("role"u8, item.Text("role"u8) is "assistant" ? "model"u8 : "user"u8);
        json.WriteStartArray("parts"u8);
        if (item.Member("content"u8) is not { ValueKind: JsonValueKind.Array } content)
        {
            throw new WireException("Missing required parameter: 'item.content'.", "item.content");
        }

        foreach (var part in content.EnumerateArray())
        {
            Part(json, part, rate);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>A message of the user's that is only text.</summary>
    public static ReadOnlyMemory<byte> Turn(string text) => RealtimeJson.Made(json =>
    {
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteStartArray("parts"u8);
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Messages together.</summary>
    public static ReadOnlyMemory<byte> Turns(List<ReadOnlyMemory<byte>> turns, bool isComplete) => RealtimeJson.Made(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("clientContent"u8);
        if (turns.Count > 0)
        {
            List(json, "turns", turns);
        }

        json.WriteBoolean("turnComplete"u8, isComplete);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>The result of a function: an object, as Google wants it.</summary>
    public static ReadOnlyMemory<byte> Result(string callId, string name, string output) => RealtimeJson.Made(json =>
    {
        json.WriteStartObject();
        json.WriteString("id"u8, callId);
        json.WriteString("name"u8, name);
        json.WritePropertyName("response"u8);
        using var parsed = RealtimeMessage.TryParse(System.Text.Encoding.UTF8.GetBytes(output));
        if (parsed is not null)
        {
            json.WriteElement(parsed.RootElement);
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("output"u8, output);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    /// <summary>Results together.</summary>
    public static ReadOnlyMemory<byte> Results(List<ReadOnlyMemory<byte>> results) => RealtimeJson.Made(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("toolResponse"u8);
        List(json, "functionResponses", results);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static void List(Utf8JsonWriter json, string name, List<ReadOnlyMemory<byte>> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteRawValue(item.Span, skipInputValidation: true);
        }

        json.WriteEndArray();
    }

    private static void Part(Utf8JsonWriter json, JsonElement part, int rate)
    {
        json.WriteStartObject();
        switch (part.Text("type"u8))
        {
            case "input_text" or "output_text" or "text":
                json.WriteString("text"u8, part.Text("text"u8) ?? "");
                break;
            case "input_audio" or "output_audio" or "audio" when part.Text("audio"u8) is { } audio:
                Inline(json, string.Create(CultureInfo.InvariantCulture, $"audio/pcm;rate={rate}"), DataUri.Clean(audio));
                break;
            case "input_audio" or "output_audio" or "audio":
                json.WriteString("text"u8, part.Text("transcript"u8) ?? "");
                break;
            case "input_image" when part.Text("image_url"u8) is { } url && url.StartsWith("data:", StringComparison.OrdinalIgnoreCase):
                var image = DataUri.Read(url);
                Inline(json, image.MediaType ?? "image/jpeg", image.Base64.Span);
                break;
            case "input_image":
                throw new WireException("Images for this model are data URIs.", "item.content.image_url");
            case var other:
                throw new WireException($"Invalid value: '{other}'. Parts for this model are texts, sounds and images.", "item.content.type");
        }

        json.WriteEndObject();
    }

    private static void Inline(Utf8JsonWriter json, string mediaType, ReadOnlySpan<byte> base64)
    {
        json.WriteStartObject("inlineData"u8);
        json.WriteString("mimeType"u8, mediaType);
        json.WriteString("data"u8, base64);
        json.WriteEndObject();
    }
}
