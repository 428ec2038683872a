using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>
/// Vertex AI's labels of a call, which its bills can be split by: the texts of a chat client's <c>metadata</c>, where it gives no
/// <c>labels</c> (04-gemini-vertex.md 2.1).
/// </summary>
internal static class VertexLabels
{
    private const int Longest = 63;

    /// <summary>Writes the member; nothing when there is nothing to say.</summary>
    public static void Write(ChatRequest request, Utf8JsonWriter json)
    {
        var metadata = request.Extras.FirstOrDefault(static extra => extra.Name is "metadata").Value;
        if (metadata.ValueKind is not JsonValueKind.Object || request.Extras.Any(static extra => extra.Name is "labels"))
        {
            return;
        }

        if (metadata.Member("requester_metadata"u8) is { ValueKind: JsonValueKind.Object } inner)
        {
            metadata = inner;
        }

        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in metadata.EnumerateObject())
        {
            if (member.Value.Text() is { } text && KeyOf(member.Name) is { Length: > 0 } key)
            {
                labels[key] = text;
            }
        }

        if (labels.Count == 0)
        {
            return;
        }

        json.WriteStartObject("labels"u8);
        foreach (var (key, text) in labels)
        {
            json.WriteString(key, text);
        }

        json.WriteEndObject();
    }

    private static string KeyOf(string name)
    {
        var key = name.ToLowerInvariant().Select(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '_' or '-' ? letter : '_');
        return string.Concat(key.Take(Longest));
    }
}
