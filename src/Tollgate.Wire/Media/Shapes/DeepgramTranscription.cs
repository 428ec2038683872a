using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Shapes;

/// <summary>Transcriptions at Deepgram: the sound is the body, everything else the query.</summary>
public sealed class DeepgramTranscription : MediaShape
{
    /// <summary>The one there is.</summary>
    public static DeepgramTranscription Instance { get; } = new();

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var query = new StringBuilder("?model=").Append(Uri.EscapeDataString(target.Model));
        foreach (var (name, value) in FormFields.Read(request))
        {
            // What Deepgram has no word for is left out; what only Deepgram knows (punctuate, diarize, ...) goes on.
            if (name is not ("model" or "response_format" or "prompt" or "temperature" or "stream" or "timestamp_granularities" or "timestamp_granularities[]"))
            {
                query.Append('&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        return new MediaRequest(MediaBody.File, default, query.ToString());
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var channels = answer.Member("results"u8).Member("channels"u8);
        var best = channels.ValueKind == JsonValueKind.Array && channels.GetArrayLength() > 0 ? First(channels[0].Member("alternatives"u8)) : default;
        var words = best.Member("words"u8);
        json.WriteStartObject();
        json.WriteString("text"u8, IsDiarized(words) ? BySpeaker(words) : best.Text("transcript"u8) ?? throw new WireException("The answer holds no transcript."));
        json.WriteString("task"u8, "transcribe"u8);
        json.WriteGiven("language"u8, channels[0].Text("detected_language"u8) ?? request.Text("language"u8));
        if (answer.Member("metadata"u8).Member("duration"u8) is { ValueKind: JsonValueKind.Number } duration)
        {
            json.WriteElement("duration"u8, duration);
        }

        if (words.ValueKind == JsonValueKind.Array)
        {
            json.WriteStartArray("words"u8);
            foreach (var word in words.EnumerateArray())
            {
                json.WriteStartObject();
                json.WriteString("word"u8, word.Text("word"u8));
                json.WriteElement("start"u8, word.Member("start"u8) is { ValueKind: JsonValueKind.Number } start ? start : null);
                json.WriteElement("end"u8, word.Member("end"u8) is { ValueKind: JsonValueKind.Number } end ? end : null);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static JsonElement First(JsonElement list) => list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 ? list[0] : default;

    private static bool IsDiarized(JsonElement words) => First(words).Member("speaker"u8).IsGiven();

    private static string BySpeaker(JsonElement words)
    {
        var text = new StringBuilder();
        long? current = null;
        foreach (var word in words.EnumerateArray())
        {
            var speaker = word.Member("speaker"u8).Count() ?? 0;
            if (speaker != current)
            {
                text.Append(current is null ? "" : "\n").Append("Speaker ").Append(speaker).Append(':');
                current = speaker;
            }

            text.Append(' ').Append(word.Text("punctuated_word"u8) ?? word.Text("word"u8));
        }

        return text.ToString();
    }
}
