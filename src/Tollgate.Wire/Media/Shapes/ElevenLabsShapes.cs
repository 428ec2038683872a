using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Shapes;

/// <summary>Speech at ElevenLabs: the voice stands in the path, the format in the query.</summary>
public sealed class ElevenLabsSpeech : MediaShape
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal) { "model", "input", "voice", "response_format", "speed", "instructions", "stream_format" };

    /// <summary>OpenAI's voices and the ones that come closest.</summary>
    private static readonly VoiceTable Voices = new(
        ("alloy", "21m00Tcm4TlvDq8ikWAM"), ("amber", "5Q0t7uMcjvnagumLfvZi"), ("ash", "AZnzlk1XvdvUeBnXmlld"),
        ("august", "D38z5RcWu1voky8WS1ja"), ("blue", "2EiwWnXFnvU5JabPnv8n"), ("coral", "9BWtsMINqrJLrRacOk9x"),
        ("lily", "EXAVITQu4vr4xnSDxMaL"), ("onyx", "29vD33N1CtxCmqQRPOHJ"), ("sage", "CwhRBWXzGAHq8TQ4Fs17"),
        ("verse", "CYw3kZ02Hs0563khs1Fj"));

    /// <summary>The one there is.</summary>
    public static ElevenLabsSpeech Instance { get; } = new();

    /// <inheritdoc/>
    public override bool ReadsAnswers => false;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var format = request.Text("response_format"u8) switch
        {
            null or "" or "mp3" => "mp3_44100_128",
            "pcm" => "pcm_44100",
            "opus" => "opus_48000_128",
            { } other => other,
        };
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("text"u8, request.Text("input"u8));
            json.WriteString("model_id"u8, target.Model);
            if (request.Member("speed"u8) is { ValueKind: JsonValueKind.Number } speed && !request.Member("voice_settings"u8).IsGiven())
            {
                json.WriteStartObject("voice_settings"u8);
                json.WriteElement("speed"u8, speed);
                json.WriteEndObject();
            }

            foreach (var member in request.EnumerateObject())
            {
                if (!Known.Contains(member.Name))
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }

            json.WriteEndObject();
        }

        return new MediaRequest(
            MediaBody.Json, body.WrittenMemory,
            $"/{Uri.EscapeDataString(Voices.Of(request))}?output_format={Uri.EscapeDataString(format)}");
    }
}

/// <summary>Transcriptions at ElevenLabs.</summary>
public sealed class ElevenLabsTranscription : MediaShape
{
    /// <summary>The one there is.</summary>
    public static ElevenLabsTranscription Instance { get; } = new();

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("model_id"u8, target.Model);
            foreach (var member in request.EnumerateObject())
            {
                var name = member.Name switch
                {
                    "language" => "language_code",
                    "model" or "response_format" or "prompt" or "stream" or "timestamp_granularities" or "timestamp_granularities[]" => null,
                    _ => member.Name,
                };
                if (name is not null)
                {
                    json.WritePropertyName(name);
                    json.WriteElement(member.Value);
                }
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Form, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, answer.Text("text"u8) ?? throw new WireException("The answer holds no text."));
        json.WriteString("task"u8, "transcribe"u8);
        json.WriteGiven("language"u8, answer.Text("language_code"u8));
        var end = 0d;
        if (answer.Member("words"u8) is { ValueKind: JsonValueKind.Array } words)
        {
            json.WriteStartArray("words"u8);
            foreach (var word in words.EnumerateArray())
            {
                end = Math.Max(end, word.Member("end"u8).Number() ?? 0);
                if (word.Text("type"u8) is null or "word")
                {
                    json.WriteStartObject();
                    json.WriteString("word"u8, word.Text("text"u8));
                    json.WriteElement("start"u8, word.Member("start"u8) is { ValueKind: JsonValueKind.Number } start ? start : null);
                    json.WriteElement("end"u8, word.Member("end"u8) is { ValueKind: JsonValueKind.Number } stop ? stop : null);
                    json.WriteGiven("speaker_id"u8, word.Text("speaker_id"u8));
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
        }

        if (end > 0)
        {
            json.WriteNumber("duration"u8, end);
        }

        json.WriteEndObject();
    }
}
