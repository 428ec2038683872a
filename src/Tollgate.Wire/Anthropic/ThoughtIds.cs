using System.Text;

namespace Tollgate.Wire.Anthropic;

/// <summary>
/// Ids of tool calls. Clients have no place for another provider's seal on a call, so it travels in the id, behind <c>__thought__</c>, and is
/// taken off again when the call comes back (04-gemini-vertex.md).
/// </summary>
internal static class ThoughtIds
{
    private const string Mark = "__thought__";

    /// <summary>The id for a client.</summary>
    public static string Join(string id, string? signature) => signature is null ? id : id + Mark + signature;

    /// <summary>The id and the seal in it.</summary>
    public static (string Id, string? Signature) Split(string id)
    {
        var at = id.IndexOf(Mark, StringComparison.Ordinal);
        return at < 0 ? (id, null) : (id[..at], id[(at + Mark.Length)..]);
    }

    /// <summary>An id of the characters that Anthropic takes.</summary>
    public static string Plain(string id)
    {
        var plain = true;
        foreach (var character in id)
        {
            plain &= char.IsAsciiLetterOrDigit(character) || character is '_' or '-';
        }

        if (plain)
        {
            return id;
        }

        var text = new StringBuilder(id.Length);
        foreach (var character in id)
        {
            text.Append(char.IsAsciiLetterOrDigit(character) || character is '_' or '-' ? character : '_');
        }

        return text.ToString();
    }
}
