using System.Globalization;
using System.Security;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Shapes;

/// <summary>Speech at Azure's speech service: markup in, sound out (02-openai-azure.md section 3.5).</summary>
public sealed class AzureSpeech : MediaShape
{
    private static readonly VoiceTable Voices = new(
        ("alloy", "en-US-JennyNeural"), ("echo", "en-US-GuyNeural"), ("fable", "en-GB-RyanNeural"),
        ("onyx", "en-US-DavisNeural"), ("nova", "en-US-AmberNeural"), ("shimmer", "en-US-AriaNeural"));

    /// <summary>The one there is.</summary>
    public static AzureSpeech Instance { get; } = new();

    /// <inheritdoc/>
    public override bool ReadsAnswers => false;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var text = SpokenText(request);
        var markup = text.AsSpan().TrimStart().StartsWith("<speak", StringComparison.Ordinal) ? text : Markup(request, text, target.Model);
        return new MediaRequest(MediaBody.Text, Encoding.UTF8.GetBytes(markup))
        {
            ContentType = "application/ssml+xml",
            Headers = [KeyValuePair.Create("X-Microsoft-OutputFormat", FormatOf(request.Text("response_format"u8)))],
        };
    }

    // COMPAT: aac and flac come as MP3, as with LiteLLM: the service makes neither.
    private static string FormatOf(string? format) => format switch
    {
        "opus" => "ogg-48khz-16bit-mono-opus",
        "wav" => "riff-24khz-16bit-mono-pcm",
        "pcm" => "raw-24khz-16bit-mono-pcm",
        null or "" or "mp3" or "aac" or "flac" => "audio-24khz-48kbitrate-mono-mp3",
        _ => format,
    };

    private static string Markup(JsonElement request, string text, string model)
    {
        // The voice may stand behind speech/ in the model's name.
        var name = Voices.Of(request.Text("voice"u8) is { Length: > 0 } voice ? voice : model.Contains("Neural", StringComparison.Ordinal) ? model : null);
        var language = request.Text("lang"u8) ?? (name.Split('-', 3) is [var first, var second, _] ? $"{first}-{second}" : "en-US");
        var inner = SecurityElement.Escape(text);
        if (SpeedOf(request) is { } speed)
        {
            var percent = ((speed - 1) * 100).ToString("+0;-0;+0", CultureInfo.InvariantCulture);
            inner = $"<prosody rate='{percent}%'>{inner}</prosody>";
        }

        var style = request.Text("style"u8);
        var role = request.Text("role"u8);
        if (style is not null || role is not null)
        {
            inner = $"<mstts:express-as{Attribute("style", style)}{Attribute("styledegree", DegreeOf(request))}{Attribute("role", role)}>{inner}</mstts:express-as>";
        }

        return "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xmlns:mstts='https://www.w3.org/2001/mstts'"
            + $"{Attribute("xml:lang", language)}><voice{Attribute("name", name)}>{inner}</voice></speak>";
    }

    private static string? DegreeOf(JsonElement request)
        => request.Member("styledegree"u8) is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : request.Text("styledegree"u8);

    private static double? SpeedOf(JsonElement request) => request.Member("speed"u8).Number() is { } speed && Math.Abs(speed - 1) > 0.001 ? speed : null;

    private static string Attribute(string name, string? value) => value is null ? "" : $" {name}='{SecurityElement.Escape(value)}'";
}
