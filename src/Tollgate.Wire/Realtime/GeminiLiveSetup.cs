using System.Text.Json;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Realtime;

/// <summary>The first message of a session of Google's Live API.</summary>
internal static class GeminiLiveSetup
{
    /// <summary>Makes it.</summary>
    /// <param name="model">Model as Google names it, with the place it is in.</param>
    /// <param name="settings">What the client asked for; null for nothing.</param>
    public static ReadOnlyMemory<byte> Make(string model, RealtimeSettings? settings) => RealtimeJson.Made(json =>
    {
        var speaks = settings?.Speaks ?? true;
        json.WriteStartObject();
        json.WriteStartObject("setup"u8);
        json.WriteString("model"u8, model);
        json.WriteStartObject("generationConfig"u8);
        json.WriteStartArray("responseModalities"u8);
        json.WriteStringValue(speaks ? "AUDIO"u8 : "TEXT"u8);
        json.WriteEndArray();
        json.WriteGiven("temperature"u8, settings?.Temperature);
        json.WriteGiven("maxOutputTokens"u8, settings?.MaxTokens);
        if (speaks && settings?.Voice is { Length: > 0 } voice)
        {
            json.WriteStartObject("speechConfig"u8);
            json.WriteStartObject("voiceConfig"u8);
            json.WriteStartObject("prebuiltVoiceConfig"u8);
            json.WriteString("voiceName"u8, GeminiSpeech.VoiceOf(voice));
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (settings?.Instructions is { Length: > 0 } instructions)
        {
            json.WriteStartObject("systemInstruction"u8);
            json.WriteStartArray("parts"u8);
            json.WriteStartObject();
            json.WriteString("text"u8, instructions);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        WriteTools(json, settings);
        WriteDetection(json, settings);
        if (settings is { Transcribes: true })
        {
            json.WriteStartObject("inputAudioTranscription"u8);
            json.WriteEndObject();
        }

        if (speaks)
        {
            // OpenAI's clients always get the words of what is spoken.
            json.WriteStartObject("outputAudioTranscription"u8);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static void WriteTools(Utf8JsonWriter json, RealtimeSettings? settings)
    {
        if (settings is not { Tools.ValueKind: JsonValueKind.Array } || settings.Tools.GetArrayLength() == 0)
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        json.WriteStartObject();
        json.WriteStartArray("functionDeclarations"u8);
        foreach (var tool in settings.Tools.EnumerateArray())
        {
            if (tool.Text("type"u8) is not "function" || tool.Text("name"u8) is not { Length: > 0 } name)
            {
                throw new WireException("This model takes only tools of the type 'function', each with a name.", "session.tools");
            }

            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteGiven("description"u8, tool.Text("description"u8));
            if (tool.Member("parameters"u8) is var parameters && !SchemaCleaner.IsEmptyObject(parameters))
            {
                json.WritePropertyName("parameters"u8);
                SchemaCleaner.Write(json, parameters, keepsDefaults: false);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteDetection(Utf8JsonWriter json, RealtimeSettings? settings)
    {
        if (settings is null || (!settings.IsManual && !settings.TurnDetection.IsGiven()))
        {
            return;
        }

        json.WriteStartObject("realtimeInputConfig"u8);
        json.WriteStartObject("automaticActivityDetection"u8);
        if (settings.IsManual)
        {
            json.WriteBoolean("disabled"u8, true);
        }
        else
        {
            json.WriteGiven("prefixPaddingMs"u8, settings.TurnDetection.Member("prefix_padding_ms"u8).Count());
            json.WriteGiven("silenceDurationMs"u8, settings.TurnDetection.Member("silence_duration_ms"u8).Count());
        }

        json.WriteEndObject();
        if (!settings.IsManual && settings.TurnDetection.Member("interrupt_response"u8).Flag() is false)
        {
            json.WriteString("activityHandling"u8, "NO_INTERRUPTION"u8);
        }

        json.WriteEndObject();
    }
}
