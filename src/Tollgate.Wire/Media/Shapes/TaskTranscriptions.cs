using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Shapes;

/// <summary>
/// Transcriptions at Soniox: the file first, then a task that speaks of it. Answers are <c>{"transcription":{...},"transcript":{...}}</c>: the task
/// once it is over, and what it came to, put together by the connection.
/// </summary>
public sealed class SonioxTranscription : MediaShape
{
    /// <summary>The one there is.</summary>
    public static SonioxTranscription Instance { get; } = new();

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var task = TaskTranscriptions.Task(json =>
        {
            json.WriteString("model"u8, target.Model);
            if (request.Text("language"u8) is { Length: > 0 } language)
            {
                json.WriteStartArray("language_hints"u8);
                json.WriteStringValue(language);
                json.WriteEndArray();
            }

            if (request.Text("prompt"u8) is { Length: > 0 } prompt && !request.Member("context"u8).IsGiven())
            {
                json.WriteStartObject("context"u8);
                json.WriteString("text"u8, prompt);
                json.WriteEndObject();
            }

            TaskTranscriptions.WriteOwn(request, json);
        });
        return new MediaRequest(MediaBody.Form, "{}"u8.ToArray()) { Next = task };
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var transcript = answer.Member("transcript"u8);
        json.WriteStartObject();
        json.WriteString("text"u8, transcript.Text("text"u8) ?? throw new WireException("The answer holds no transcript."));
        json.WriteString("task"u8, "transcribe"u8);
        var tokens = transcript.Member("tokens"u8);
        json.WriteGiven("language"u8, LanguageOf(tokens) ?? request.Text("language"u8));
        if (answer.Member("transcription"u8).Member("audio_duration_ms"u8).Number() is { } length)
        {
            json.WriteNumber("duration"u8, length / 1000);
        }

        if (tokens.ValueKind is JsonValueKind.Array)
        {
            WriteWords(tokens, json);
        }

        json.WriteEndObject();
    }

    private static string? LanguageOf(JsonElement tokens)
        => tokens.ValueKind is JsonValueKind.Array ? tokens.EnumerateArray().Select(static token => token.Text("language"u8)).FirstOrDefault(static code => code is not null) : null;

    /// <summary>Tokens are parts of words; one that begins with a space begins a word.</summary>
    private static void WriteWords(JsonElement tokens, Utf8JsonWriter json)
    {
        var word = new StringBuilder();
        double? start = null;
        double? end = null;
        string? speaker = null;
        json.WriteStartArray("words"u8);
        foreach (var token in tokens.EnumerateArray())
        {
            var text = token.Text("text"u8) ?? "";
            if (text.Length > 0 && char.IsWhiteSpace(text[0]))
            {
                TaskTranscriptions.WriteWord(json, word.ToString(), start, end, speaker);
                word.Clear();
                start = null;
            }

            word.Append(text);
            start ??= token.Member("start_ms"u8).Number() / 1000;
            end = token.Member("end_ms"u8).Number() / 1000 ?? end;
            speaker = token.Text("speaker"u8);
        }

        TaskTranscriptions.WriteWord(json, word.ToString(), start, end, speaker);
        json.WriteEndArray();
    }
}

/// <summary>Transcriptions at AssemblyAI: the sound first, then a task that speaks of it; answers are those of tasks that are over.</summary>
public sealed class AssemblyTranscription : MediaShape
{
    /// <summary>The one there is.</summary>
    public static AssemblyTranscription Instance { get; } = new();

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var task = TaskTranscriptions.Task(json =>
        {
            // "best" is how the provider's own choice was called once; now it is what nothing said means.
            if (target.Model is not "best" && !request.Member("speech_models"u8).IsGiven() && !request.Member("speech_model"u8).IsGiven())
            {
                json.WriteStartArray("speech_models"u8);
                json.WriteStringValue(target.Model);
                json.WriteEndArray();
            }

            if (request.Text("language"u8) is { Length: > 0 } language)
            {
                json.WriteString("language_code"u8, language);
            }
            else if (!request.Member("language_code"u8).IsGiven() && !request.Member("language_detection"u8).IsGiven())
            {
                json.WriteBoolean("language_detection"u8, true);
            }

            TaskTranscriptions.WriteOwn(request, json);
        });
        return new MediaRequest(MediaBody.File, default) { Next = task };
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, answer.Text("text"u8) ?? (answer.Text("status"u8) is "completed" ? "" : throw new WireException("The answer holds no transcript.")));
        json.WriteString("task"u8, "transcribe"u8);
        json.WriteGiven("language"u8, answer.Text("language_code"u8) ?? request.Text("language"u8));
        if (answer.Member("audio_duration"u8) is { ValueKind: JsonValueKind.Number } seconds)
        {
            json.WriteElement("duration"u8, seconds);
        }

        if (answer.Member("words"u8) is { ValueKind: JsonValueKind.Array } words)
        {
            json.WriteStartArray("words"u8);
            foreach (var word in words.EnumerateArray())
            {
                TaskTranscriptions.WriteWord(
                    json, word.Text("text"u8) ?? "", word.Member("start"u8).Number() / 1000, word.Member("end"u8).Number() / 1000, word.Text("speaker"u8));
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}

/// <summary>What transcriptions by tasks have in common.</summary>
internal static class TaskTranscriptions
{
    /// <summary>Makes the object that asks for a task.</summary>
    public static ReadOnlyMemory<byte> Task(Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    /// <summary>Parameters that only the provider knows (diarization, key terms, ...).</summary>
    public static void WriteOwn(JsonElement request, Utf8JsonWriter json)
    {
        foreach (var member in request.EnumerateObject())
        {
            if (member.Name is not ("model" or "language" or "prompt" or "response_format" or "temperature" or "stream" or "user" or "include" or "include[]"
                or "timestamp_granularities" or "timestamp_granularities[]" or "file"))
            {
                json.WritePropertyName(member.Name);
                FormNumbers.Write(json, member.Value);
            }
        }
    }

    /// <summary>Writes a word in OpenAI's form; nothing for one without letters.</summary>
    public static void WriteWord(Utf8JsonWriter json, string word, double? start, double? end, string? speaker)
    {
        if (word.Trim() is not { Length: > 0 } text)
        {
            return;
        }

        json.WriteStartObject();
        json.WriteString("word"u8, text);
        json.WriteGiven("start"u8, start);
        json.WriteGiven("end"u8, end);
        json.WriteGiven("speaker_id"u8, speaker);
        json.WriteEndObject();
    }
}
