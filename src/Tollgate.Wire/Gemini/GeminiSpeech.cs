using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Gemini;

/// <summary>Speech by Gemini's models: generateContent that answers with raw sound, told to clients as WAV or PCM (04-gemini-vertex.md section 5).</summary>
public sealed class GeminiSpeech : MediaShape
{
    private const int UsualRate = 24_000;

    /// <summary>OpenAI's voices and the ones that come closest; Google's own names pass.</summary>
    private static readonly VoiceTable Voices = new(
        ("alloy", "Kore"), ("echo", "Charon"), ("fable", "Puck"), ("onyx", "Fenrir"), ("nova", "Aoede"), ("shimmer", "Leda"));

    /// <summary>The one there is.</summary>
    public static GeminiSpeech Instance { get; } = new();

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
            json.WriteStartArray("contents"u8);
            json.WriteStartObject();
            json.WriteString("role"u8, "user"u8);
            json.WriteStartArray("parts"u8);
            json.WriteStartObject();

            // These models are told in the text how to speak.
            json.WriteString("text"u8, request.Text("instructions"u8) is { Length: > 0 } how ? $"{how}: {text}" : text);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartObject("generationConfig"u8);
            json.WriteStartArray("responseModalities"u8);
            json.WriteStringValue("AUDIO"u8);
            json.WriteEndArray();
            WriteVoice(request, json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override Sound ReadSound(JsonElement answer, JsonElement request)
    {
        var pieces = GeminiAnswers.Candidates(answer).SelectMany(static candidate => GeminiAnswers.Inline(candidate, "audio/")).ToList();
        if (pieces.Count == 0)
        {
            var reason = answer.Member("promptFeedback"u8).Text("blockReason"u8);
            throw reason is null ? new WireException("The answer holds no sound.")
                : new MediaRefusedException($"The response was blocked: {reason}.", isPolicy: true);
        }

        var usage = UsageOf(answer);
        var type = pieces[0].MediaType;
        var sound = pieces.SelectMany(static piece => Convert.FromBase64String(piece.Data)).ToArray();
        if (!type.Contains("L16", StringComparison.OrdinalIgnoreCase) && !type.Contains("pcm", StringComparison.OrdinalIgnoreCase))
        {
            return new Sound(sound, type, usage);
        }

        return request.Text("response_format"u8) is "pcm" ? new Sound(sound, "audio/pcm", usage) : new Sound(Wave(sound, RateOf(type)), "audio/wav", usage);
    }

    /// <inheritdoc/>
    public override bool StreamsSound(JsonElement request) => request.Text("stream_format"u8) is "sse";

    /// <inheritdoc/>
    public override SoundPiece ReadPiece(JsonElement answer, JsonElement request, bool isFirst)
    {
        var candidate = GeminiAnswers.Candidates(answer).FirstOrDefault();
        if (candidate.ValueKind is not JsonValueKind.Object && !answer.Member("usageMetadata"u8).IsGiven())
        {
            throw new WireException(answer.Member("promptFeedback"u8).Text("blockReason"u8) is { } reason ? $"The response was blocked: {reason}." : "The answer holds no sound.");
        }

        var pieces = GeminiAnswers.Inline(candidate, "audio/").ToList();
        var sound = pieces.SelectMany(static piece => Convert.FromBase64String(piece.Data)).ToArray();
        if (isFirst && sound.Length > 0 && request.Text("response_format"u8) is not "pcm")
        {
            // How long it will be nobody knows yet: the largest length there is says so.
            sound = [.. Wave([], RateOf(pieces[0].MediaType), isOpen: true), .. sound];
        }

        return new SoundPiece(sound, UsageOf(answer), candidate.Text("finishReason"u8) is { Length: > 0 });
    }

    /// <summary>A WAV file of 16-bit samples, one channel.</summary>
    internal static byte[] Wave(ReadOnlySpan<byte> samples, int rate, bool isOpen = false)
    {
        const int header = 44;
        const int format = 16;
        var file = new byte[header + samples.Length];
        var head = file.AsSpan();
        "RIFF"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], isOpen ? -1 : file.Length - 8);
        "WAVEfmt "u8.CopyTo(head[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(head[16..], format);
        BinaryPrimitives.WriteInt16LittleEndian(head[20..], 1);
        BinaryPrimitives.WriteInt16LittleEndian(head[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(head[24..], rate);
        BinaryPrimitives.WriteInt32LittleEndian(head[28..], rate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(head[32..], 2);
        BinaryPrimitives.WriteInt16LittleEndian(head[34..], 16);
        "data"u8.CopyTo(head[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(head[40..], isOpen ? -1 : samples.Length);
        samples.CopyTo(head[header..]);
        return file;
    }

    /// <summary>What these models make is sound, also where the count does not say so.</summary>
    private static TokenUsage UsageOf(JsonElement answer)
    {
        var usage = GeminiAnswers.UsageOf(answer);
        return usage.AudioOutputTokens > 0 ? usage : usage with { AudioOutputTokens = usage.CompletionTokens };
    }

    /// <summary>Google's voice for a name of OpenAI's; other names pass.</summary>
    internal static string VoiceOf(string? name) => Voices.Of(name);

    private static void WriteVoice(JsonElement request, Utf8JsonWriter json)
    {
        if (request.Member("speechConfig"u8) is { ValueKind: JsonValueKind.Object } own)
        {
            json.WriteElement("speechConfig"u8, own);
            return;
        }

        if (request.Member("voice"u8) is { ValueKind: JsonValueKind.Object } voice)
        {
            json.WriteElement("speechConfig"u8, voice);
            return;
        }

        json.WriteStartObject("speechConfig"u8);
        json.WriteStartObject("voiceConfig"u8);
        json.WriteStartObject("prebuiltVoiceConfig"u8);
        json.WriteString("voiceName"u8, Voices.Of(request));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary><c>audio/L16;codec=pcm;rate=24000</c>.</summary>
    private static int RateOf(string type)
    {
        var at = type.IndexOf("rate=", StringComparison.OrdinalIgnoreCase);
        var digits = at < 0 ? default : type.AsSpan(at + 5);
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and < 1_000_000
            ? rate : UsualRate;
    }
}
