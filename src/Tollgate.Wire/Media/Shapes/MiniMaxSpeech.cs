using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Shapes;

/// <summary>Speech at MiniMax: sound in hexadecimal digits, errors under status 200 (07-native-others.md section 17).</summary>
public sealed class MiniMaxSpeech : MediaShape
{
    private static readonly VoiceTable Voices = new(
        ("alloy", "male-qn-qingse"), ("echo", "male-qn-jingying"), ("fable", "female-shaonv"), ("onyx", "male-qn-badao"),
        ("nova", "female-yujie"), ("shimmer", "female-tianmei"));

    /// <summary>The one there is.</summary>
    public static MiniMaxSpeech Instance { get; } = new();

    /// <inheritdoc/>
    public override bool ReadsSound => true;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, target.Model);
            json.WriteString("text"u8, SpokenText(request));
            json.WriteBoolean("stream"u8, false);
            WriteVoice(request, json);
            WriteFormat(request, json);
            foreach (var member in request.EnumerateObject())
            {
                if (member.Name is not ("model" or "input" or "voice" or "speed" or "response_format" or "instructions" or "stream_format" or "stream"
                    or "user" or "vol" or "pitch" or "emotion" or "sample_rate" or "bitrate" or "channel" or "voice_setting" or "audio_setting" or "output_format"))
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
    public override Sound ReadSound(JsonElement answer, JsonElement request)
    {
        var state = answer.Member("base_resp"u8);
        if (state.Member("status_code"u8).Count() is > 0 and var code)
        {
            throw new MediaRefusedException(
                string.Create(CultureInfo.InvariantCulture, $"{state.Text("status_msg"u8)} ({code})"),
                code switch
                {
                    1004 or 2049 => 401,
                    1002 or 1039 or 1041 => 429,
                    1000 or 1001 or 1024 or 1033 => 500,
                    _ => 400,
                },
                isPolicy: code is 1026 or 1027);
        }

        var sound = Convert.FromHexString(answer.Member("data"u8).Text("audio"u8) is { Length: > 0 } digits ? digits
            : throw new WireException("The answer holds no sound."));
        return new Sound(sound, FormatOf(request) switch
        {
            "pcm" => "audio/pcm",
            "flac" => "audio/flac",
            "wav" => "audio/wav",
            _ => "audio/mpeg",
        });
    }

    private static void WriteVoice(JsonElement request, Utf8JsonWriter json)
    {
        if (request.Member("voice_setting"u8) is { ValueKind: JsonValueKind.Object } own)
        {
            json.WriteElement("voice_setting"u8, own);
            return;
        }

        json.WriteStartObject("voice_setting"u8);
        json.WriteString("voice_id"u8, Voices.Of(request));
        json.WriteNumber("speed"u8, request.Member("speed"u8).Number() ?? 1);
        json.WriteGiven("vol"u8, request.Member("vol"u8).Number());
        json.WriteGiven("pitch"u8, request.Member("pitch"u8).Number());
        json.WriteGiven("emotion"u8, request.Text("emotion"u8));
        json.WriteEndObject();
    }

    private static void WriteFormat(JsonElement request, Utf8JsonWriter json)
    {
        if (request.Member("audio_setting"u8) is { ValueKind: JsonValueKind.Object } own)
        {
            json.WriteElement("audio_setting"u8, own);
            return;
        }

        json.WriteStartObject("audio_setting"u8);
        json.WriteString("format"u8, FormatOf(request));
        json.WriteGiven("sample_rate"u8, request.Member("sample_rate"u8).Count());
        json.WriteGiven("bitrate"u8, request.Member("bitrate"u8).Count());
        json.WriteGiven("channel"u8, request.Member("channel"u8).Count());
        json.WriteEndObject();
    }

    /// <summary>What MiniMax cannot make comes as MP3.</summary>
    private static string FormatOf(JsonElement request)
        => request.Member("audio_setting"u8).Text("format"u8) ?? request.Text("response_format"u8) switch
        {
            "pcm" => "pcm",
            "flac" => "flac",
            "wav" => "wav",
            _ => "mp3",
        };
}
