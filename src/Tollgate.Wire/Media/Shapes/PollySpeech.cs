using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Shapes;

/// <summary>Speech at Amazon Polly: the model is the engine (07-native-others.md section 17).</summary>
public sealed class PollySpeech : MediaShape
{
    private static readonly VoiceTable Voices = new(
        ("alloy", "Joanna"), ("echo", "Matthew"), ("fable", "Amy"), ("onyx", "Brian"), ("nova", "Ivy"), ("shimmer", "Kendra"));

    /// <summary>The one there is.</summary>
    public static PollySpeech Instance { get; } = new();

    /// <inheritdoc/>
    public override bool ReadsAnswers => false;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var text = SpokenText(request);
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            if (target.Model is "standard" or "neural" or "generative" or "long-form")
            {
                json.WriteString("Engine"u8, target.Model);
            }

            json.WriteString("OutputFormat"u8, request.Text("response_format"u8) switch
            {
                "opus" or "ogg_vorbis" => "ogg_vorbis",
                "pcm" or "wav" => "pcm",
                _ => "mp3",
            });
            json.WriteString("Text"u8, text);
            json.WriteString("TextType"u8, text.AsSpan().TrimStart().StartsWith("<speak", StringComparison.Ordinal) ? "ssml"u8 : "text"u8);
            json.WriteString("VoiceId"u8, Voices.Of(request));
            json.WriteGiven("LanguageCode"u8, request.Text("language_code"u8) ?? request.Text("LanguageCode"u8));

            // Polly's own words begin with capitals.
            foreach (var member in request.EnumerateObject())
            {
                if (member.Name.Length > 0 && char.IsAsciiLetterUpper(member.Name[0])
                    && member.Name is not ("Engine" or "OutputFormat" or "Text" or "TextType" or "VoiceId" or "LanguageCode"))
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }
}
