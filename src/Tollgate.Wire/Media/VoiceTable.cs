using System.Collections.Frozen;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media;

/// <summary>OpenAI's voices and the ones of a provider that come closest; a provider's own names pass.</summary>
/// <param name="voices">Pairs of OpenAI's name and the provider's.</param>
internal sealed class VoiceTable(params (string Known, string Own)[] voices)
{
    /// <summary>OpenAI's voice for who names none.</summary>
    private const string Usual = "alloy";

    private readonly FrozenDictionary<string, string> _voices = voices.ToFrozenDictionary(
        static pair => pair.Known, static pair => pair.Own, StringComparer.Ordinal);

    /// <summary>The provider's name of the voice that a client asks for.</summary>
    public string Of(JsonElement request) => Of(request.Text("voice"u8));

    /// <summary>The same of a name; null and empty are the usual one.</summary>
    public string Of(string? voice) => _voices.GetValueOrDefault(voice is { Length: > 0 } ? voice : Usual, voice ?? "");
}
