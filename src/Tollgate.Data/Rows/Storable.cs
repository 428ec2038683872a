using System.Buffers;
using System.Text;

namespace Tollgate.Data.Rows;

/// <summary>Text that both engines take: PostgreSQL refuses U+0000 and halves of a surrogate pair, in text and in JSON.</summary>
public static class Storable
{
    private const char Replacement = '\uFFFD';
    private static readonly SearchValues<char> Suspects =
        SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(code => (char)code), '\0']);

    /// <summary>The text without U+0000, with halves of a surrogate pair replaced by U+FFFD.</summary>
    public static string Text(string text)
    {
        if (text.AsSpan().IndexOfAny(Suspects) < 0)
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
            {
                clean.Append(text, i, 2);
                i++;
            }
            else if (text[i] != '\0')
            {
                clean.Append(char.IsSurrogate(text[i]) ? Replacement : text[i]);
            }
        }

        return clean.ToString();
    }
}
