using System.Collections.Frozen;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Realtime;

/// <summary>Events that a client of Nova Sonic sends.</summary>
/// <param name="prompt">Names the conversation.</param>
internal sealed class SonicEvents(string prompt)
{
    private const int UsualTokens = 1024;
    private const double UsualTopP = 0.9;
    private const double UsualTemperature = 0.7;
    private const string UsualVoice = "matthew";

    /// <summary>OpenAI's voices and the ones that come closest; Amazon's own names pass.</summary>
    private static readonly FrozenDictionary<string, string> Voices = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["alloy"] = "tiffany",
        ["ash"] = "matthew",
        ["ballad"] = "matthew",
        ["coral"] = "tiffany",
        ["echo"] = "matthew",
        ["sage"] = "amy",
        ["shimmer"] = "tiffany",
        ["verse"] = "matthew",
        ["marin"] = "tiffany",
        ["cedar"] = "matthew",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The session begins.</summary>
    public static ReadOnlyMemory<byte> SessionStart(RealtimeSettings? settings) => Event("sessionStart", json =>
    {
        json.WriteStartObject("inferenceConfiguration"u8);
        json.WriteNumber("maxTokens"u8, settings?.MaxTokens ?? UsualTokens);
        json.WriteNumber("topP"u8, UsualTopP);
        json.WriteNumber("temperature"u8, settings?.Temperature ?? UsualTemperature);
        json.WriteEndObject();
    });

    /// <summary>The conversation begins.</summary>
    /// <exception cref="WireException">A tool is no function.</exception>
    public ReadOnlyMemory<byte> PromptStart(RealtimeSettings? settings) => Event("promptStart", json =>
    {
        json.WriteString("promptName"u8, prompt);
        Media(json, "textOutputConfiguration", "text/plain");
        json.WriteStartObject("audioOutputConfiguration"u8);
        Sound(json, RealtimeSettings.UsualRate);
        json.WriteString("voiceId"u8, settings?.Voice is { Length: > 0 } voice ? Voices.GetValueOrDefault(voice, voice) : UsualVoice);
        json.WriteEndObject();
        if (settings is not { Tools.ValueKind: JsonValueKind.Array } || settings.Tools.GetArrayLength() == 0)
        {
            return;
        }

        Media(json, "toolUseOutputConfiguration", "application/json");
        json.WriteStartObject("toolConfiguration"u8);
        json.WriteStartArray("tools"u8);
        foreach (var tool in settings.Tools.EnumerateArray())
        {
            Tool(json, tool);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>A text, with what opens and closes it.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Text(string content, string role, string text) =>
    [
        Start(content, "TEXT", role, isInteractive: true, static json => Media(json, "textInputConfiguration", "text/plain")),
        Piece("textInput", content, text),
        End(content),
    ];

    /// <summary>The result of a function, with what opens and closes it.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Result(string content, string callId, string output) =>
    [
        Start(content, "TOOL", "TOOL", isInteractive: false, json =>
        {
            json.WriteStartObject("toolResultInputConfiguration"u8);
            json.WriteString("toolUseId"u8, callId);
            json.WriteString("type"u8, "TEXT"u8);
            Media(json, "textInputConfiguration", "text/plain");
            json.WriteEndObject();
        }),
        Piece("toolResult", content, AsObject(output)),
        End(content),
    ];

    /// <summary>Sound begins.</summary>
    public ReadOnlyMemory<byte> SoundStart(string content, int rate) => Start(content, "AUDIO", "USER", isInteractive: true, json =>
    {
        json.WriteStartObject("audioInputConfiguration"u8);
        Sound(json, rate);
        json.WriteEndObject();
    });

    /// <summary>A piece of a text or a sound.</summary>
    public ReadOnlyMemory<byte> Piece(string type, string content, string text) => Event(type, json =>
    {
        Place(json, content);
        json.WriteString("content"u8, text);
    });

    /// <summary>A text or a sound ends.</summary>
    public ReadOnlyMemory<byte> End(string content) => Event("contentEnd", json => Place(json, content));

    /// <summary>The conversation ends.</summary>
    public ReadOnlyMemory<byte> PromptEnd() => Event("promptEnd", json => json.WriteString("promptName"u8, prompt));

    /// <summary>The session ends.</summary>
    public static ReadOnlyMemory<byte> SessionEnd() => Event("sessionEnd", static _ => { });

    private ReadOnlyMemory<byte> Start(string content, string type, string role, bool isInteractive, Action<Utf8JsonWriter> write)
        => Event("contentStart", json =>
        {
            Place(json, content);
            json.WriteString("type"u8, type);
            json.WriteBoolean("interactive"u8, isInteractive);
            json.WriteString("role"u8, role);
            write(json);
        });

    private static void Tool(Utf8JsonWriter json, JsonElement tool)
    {
        if (tool.Text("type"u8) is not "function" || tool.Text("name"u8) is not { Length: > 0 } name)
        {
            throw new WireException("This model takes only tools of the type 'function', each with a name.", "session.tools");
        }

        json.WriteStartObject();
        json.WriteStartObject("toolSpec"u8);
        json.WriteString("name"u8, name);
        json.WriteString("description"u8, tool.Text("description"u8) ?? name);
        json.WriteStartObject("inputSchema"u8);
        json.WriteString(
            "json"u8, tool.Member("parameters"u8) is { ValueKind: JsonValueKind.Object } schema ? schema.GetRawText() : """{"type":"object","properties":{}}""");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Amazon wants an object: what is none becomes a member of one.</summary>
    private static string AsObject(string output)
    {
        using var parsed = RealtimeMessage.TryParse(System.Text.Encoding.UTF8.GetBytes(output));
        return parsed is not null ? output : System.Text.Encoding.UTF8.GetString(RealtimeJson.Made(json =>
        {
            json.WriteStartObject();
            json.WriteString("result"u8, output);
            json.WriteEndObject();
        }).Span);
    }

    private static void Sound(Utf8JsonWriter json, int rate)
    {
        json.WriteString("mediaType"u8, "audio/lpcm"u8);
        json.WriteNumber("sampleRateHertz"u8, rate);
        json.WriteNumber("sampleSizeBits"u8, 16);
        json.WriteNumber("channelCount"u8, 1);
        json.WriteString("audioType"u8, "SPEECH"u8);
        json.WriteString("encoding"u8, "base64"u8);
    }

    private static void Media(Utf8JsonWriter json, string name, string type)
    {
        json.WriteStartObject(name);
        json.WriteString("mediaType"u8, type);
        json.WriteEndObject();
    }

    private void Place(Utf8JsonWriter json, string content)
    {
        json.WriteString("promptName"u8, prompt);
        json.WriteString("contentName"u8, content);
    }

    private static ReadOnlyMemory<byte> Event(string name, Action<Utf8JsonWriter> write) => RealtimeJson.Made(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("event"u8);
        json.WriteStartObject(name);
        write(json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    });
}
