using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Gemini;

/// <summary>Text from speech by Gemini's models: a question about the sound, whose answer is the transcript (01-catalogue.md, operations).</summary>
public sealed class GeminiTranscription : MediaShape
{
    private readonly string _task;

    private GeminiTranscription(string task) => _task = task;

    /// <summary>In the language that is spoken.</summary>
    public static GeminiTranscription Verbatim { get; } = new("Transcribe the speech in this recording word for word. Answer with the transcript and nothing else.");

    /// <summary>In English.</summary>
    public static GeminiTranscription InEnglish { get; } = new("Translate the speech in this recording into English. Answer with the translation and nothing else.");

    /// <inheritdoc/>
    public override bool TakesFiles => true;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target) => Write(request, [], target);

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target)
    {
        if (files is not [var file, ..])
        {
            throw new WireException("Missing required parameter: 'file'.", "file");
        }

        var body = new ArrayBufferWriter<byte>((file.Bytes.Length * 4 / 3) + 512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteStartArray("contents"u8);
            json.WriteStartObject();
            json.WriteString("role"u8, "user"u8);
            json.WriteStartArray("parts"u8);
            json.WriteStartObject();
            json.WriteString("text"u8, QuestionOf(request));
            json.WriteEndObject();
            json.WriteStartObject();
            json.WriteStartObject("inlineData"u8);
            json.WriteString("mimeType"u8, SoundKind.Of(file));
            json.WriteBase64String("data"u8, file.Bytes.Span);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            if (FormNumbers.Of(request.Member("temperature"u8)) is { } temperature)
            {
                json.WriteStartObject("generationConfig"u8);
                json.WriteNumber("temperature"u8, temperature);
                json.WriteEndObject();
            }

            if (target.Options.TryGetValue(GenerateContentCodec.SafetyOption, out var usual))
            {
                json.WritePropertyName("safetySettings"u8);
                json.WriteRawValue(usual, skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var candidate = GeminiAnswers.Candidates(answer).FirstOrDefault();
        var reason = answer.Member("promptFeedback"u8).Text("blockReason"u8);
        if (reason is null && candidate.Text("finishReason"u8) is { } finish && GeminiWords.StopOf(finish, hasCalls: false) is StopReason.ContentFilter)
        {
            reason = finish;
        }

        if (reason is not null)
        {
            throw new MediaRefusedException($"The response was blocked: {reason}.", isPolicy: true);
        }

        if (candidate.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("The answer holds no transcript.");
        }

        json.WriteStartObject();
        json.WriteString("text"u8, TextOf(candidate).Trim());
        json.WriteString("task"u8, ReferenceEquals(this, InEnglish) ? "translate"u8 : "transcribe"u8);
        json.WriteGiven("language"u8, request.Text("language"u8));
        GeminiAnswers.WriteSpeechUsage(answer, json);
        json.WriteEndObject();
    }

    private string QuestionOf(JsonElement request)
    {
        var language = request.Text("language"u8) is { Length: > 0 } code ? $" The language spoken is '{code}'." : "";
        var hints = request.Text("prompt"u8) is { Length: > 0 } prompt ? $" What the speaker of this request says about the recording: {prompt}" : "";
        return _task + language + hints;
    }

    /// <summary>The text of an answer; what the model thought is not part of it. No speech is no text.</summary>
    private static string TextOf(JsonElement candidate)
        => candidate.Member("content"u8).Member("parts"u8) is { ValueKind: JsonValueKind.Array } parts
            ? string.Concat(parts.EnumerateArray().Where(static part => part.Member("thought"u8).Flag() != true).Select(static part => part.Text("text"u8))) : "";
}
