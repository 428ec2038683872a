using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Realtime;

/// <summary>What a <c>session.update</c> asks for, in the first form of the events or in the later one.</summary>
internal sealed record RealtimeSettings
{
    /// <summary>Samples a second where nobody says.</summary>
    public const int UsualRate = 24_000;

    /// <summary>The client writes, and reads, the later names.</summary>
    public bool IsLater { get; private init; }

    public string? Instructions { get; private init; }

    public string? Voice { get; private init; }

    /// <summary>Answers are spoken; otherwise written.</summary>
    public bool Speaks { get; private init; } = true;

    public double? Temperature { get; private init; }

    /// <summary>Output limit; null for none.</summary>
    public long? MaxTokens { get; private init; }

    /// <summary>Functions; undefined for none.</summary>
    public JsonElement Tools { get; private init; }

    /// <summary>What is said is wanted as text, too.</summary>
    public bool Transcribes { get; private init; }

    /// <summary>The client says where a turn ends (<c>turn_detection: null</c>).</summary>
    public bool IsManual { get; private init; }

    /// <summary>How turns are detected; undefined where nobody says.</summary>
    public JsonElement TurnDetection { get; private init; }

    /// <summary>Samples a second of what the client sends.</summary>
    public int InputRate { get; private init; } = UsualRate;

    /// <summary>The object as given.</summary>
    public JsonElement Given { get; private init; }

    /// <summary>Reads one; its elements live on their own.</summary>
    /// <exception cref="WireException">It asks for what no provider behind a translation has.</exception>
    public static RealtimeSettings Read(JsonElement given)
    {
        if (given.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("Missing required parameter: 'session'.", "session");
        }

        var session = given.Clone();

        var audio = session.Member("audio"u8);
        var later = session.Text("type"u8) is "realtime" || audio.IsGiven() || session.Member("output_modalities"u8).IsGiven();
        var input = audio.Member("input"u8);
        var holder = later ? input : session;
        CheckOutput(session, audio, later);
        return new RealtimeSettings
        {
            IsLater = later,
            Instructions = session.Text("instructions"u8),
            Voice = later ? audio.Member("output"u8).Text("voice"u8) ?? session.Text("voice"u8) : session.Text("voice"u8),
            Speaks = SpeaksIn(session.Member(later ? "output_modalities"u8 : "modalities"u8)),
            Temperature = session.Member("temperature"u8).Number(),
            MaxTokens = session.Member(later ? "max_output_tokens"u8 : "max_response_output_tokens"u8).Count(),
            Tools = session.Member("tools"u8),
            Transcribes = holder.Member(later ? "transcription"u8 : "input_audio_transcription"u8).IsGiven(),
            IsManual = holder.ValueKind is JsonValueKind.Object && holder.TryGetProperty("turn_detection"u8, out var detection)
                && detection.ValueKind is JsonValueKind.Null,
            TurnDetection = holder.Member("turn_detection"u8),
            InputRate = later ? RateOf(input.Member("format"u8), "session.audio.input.format")
                : RateOf(session.Member("input_audio_format"u8), "session.input_audio_format"),
            Given = session,
        };
    }

    private static void CheckOutput(JsonElement session, JsonElement audio, bool later) => RateOf(
        later ? audio.Member("output"u8).Member("format"u8) : session.Member("output_audio_format"u8),
        later ? "session.audio.output.format" : "session.output_audio_format");

    private static bool SpeaksIn(JsonElement modalities)
    {
        if (modalities.ValueKind is not JsonValueKind.Array)
        {
            return true;
        }

        foreach (var modality in modalities.EnumerateArray())
        {
            if (modality.Text() is "audio")
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Only plain samples can be carried: what telephones speak is none.</summary>
    private static int RateOf(JsonElement format, string param)
    {
        var name = format.ValueKind is JsonValueKind.Object ? format.Text("type"u8) : format.Text();
        if (name is not (null or "pcm16" or "audio/pcm"))
        {
            throw new WireException($"Invalid value: '{name}'. This model takes and gives only pcm16.", param);
        }

        return format.Member("rate"u8).Count() is { } rate ? (int)Math.Clamp(rate, 8000, 48_000) : UsualRate;
    }
}
