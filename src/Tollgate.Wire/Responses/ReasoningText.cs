using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>The words of a reasoning item.</summary>
internal static class ReasoningText
{
    /// <summary>What separates the parts of a summary.</summary>
    public const string Gap = "\n\n";

    /// <summary>The summary's parts, a blank line between them; the thoughts themselves where there is no summary; empty for neither.</summary>
    public static string Of(JsonElement item)
    {
        var summary = Join(item, "summary"u8, Gap);
        return summary.Length > 0 ? summary : Join(item, "content"u8, "");
    }

    private static string Join(JsonElement item, ReadOnlySpan<byte> name, string gap)
    {
        var text = "";
        foreach (var part in Items.Of(item, name))
        {
            if (part.Text("text"u8) is { Length: > 0 } next)
            {
                text = text.Length == 0 ? next : text + gap + next;
            }
        }

        return text;
    }
}
