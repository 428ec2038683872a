using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Gemini;

/// <summary>Speech by Google's Cloud Text-to-Speech (04-gemini-vertex.md section 5).</summary>
public sealed class CloudSpeech : MediaShape
{
    private static readonly VoiceTable Voices = new(
        ("alloy", "en-US-Studio-O"), ("echo", "en-US-Studio-M"), ("fable", "en-GB-Studio-B"), ("onyx", "en-US-Wavenet-D"),
        ("nova", "en-US-Studio-O"), ("shimmer", "en-US-Wavenet-F"));

    /// <summary>The one there is.</summary>
    public static CloudSpeech Instance { get; } = new();

    /// <inheritdoc/>
    public override bool ReadsSound => true;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var text = SpokenText(request);
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteStartObject("input"u8);
            var isMarkup = request.Member("use_ssml"u8).Flag() == true || text.AsSpan().TrimStart().StartsWith("<speak", StringComparison.Ordinal);
            json.WriteString(isMarkup ? "ssml"u8 : "text"u8, text);
            json.WriteEndObject();
            WriteVoice(request, json);
            WriteFormat(request, json);
            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override Sound ReadSound(JsonElement answer, JsonElement request)
    {
        var sound = Convert.FromBase64String(answer.Text("audioContent"u8) ?? throw new WireException("The answer holds no sound."));
        var encoding = request.Member("audioConfig"u8).Text("audioEncoding"u8) ?? EncodingOf(request);
        return new Sound(sound, encoding switch
        {
            "MP3" => "audio/mpeg",
            "OGG_OPUS" => "audio/ogg",
            "PCM" => "audio/pcm",
            _ => "audio/wav",
        });
    }

    private static string EncodingOf(JsonElement request) => request.Text("response_format"u8) switch
    {
        "mp3" => "MP3",
        "opus" => "OGG_OPUS",
        "pcm" => "PCM",
        _ => "LINEAR16",
    };

    private static void WriteVoice(JsonElement request, Utf8JsonWriter json)
    {
        if (request.Member("voice"u8) is { ValueKind: JsonValueKind.Object } own)
        {
            json.WriteElement("voice"u8, own);
            return;
        }

        var name = Voices.Of(request);

        // en-US-Chirp3-HD-Charon: a voice's name begins with its language.
        var parts = name.Split('-', 3);
        json.WriteStartObject("voice"u8);
        json.WriteString("languageCode"u8, parts.Length == 3 ? $"{parts[0]}-{parts[1]}" : "en-US");
        json.WriteString("name"u8, name);
        json.WriteEndObject();
    }

    private static void WriteFormat(JsonElement request, Utf8JsonWriter json)
    {
        if (request.Member("audioConfig"u8) is { ValueKind: JsonValueKind.Object } own)
        {
            json.WriteElement("audioConfig"u8, own);
            return;
        }

        json.WriteStartObject("audioConfig"u8);
        json.WriteString("audioEncoding"u8, EncodingOf(request));
        var speed = request.Member("speed"u8);
        if ((speed.Number() ?? (double.TryParse(speed.Text(), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed : null)) is { } rate)
        {
            json.WriteNumber("speakingRate"u8, rate);
        }

        json.WriteEndObject();
    }
}
