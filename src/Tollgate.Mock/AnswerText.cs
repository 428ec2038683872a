using System.Text;

namespace Tollgate.Mock;

/// <summary>The words of an answer, and how a text is cut into pieces.</summary>
internal static class AnswerText
{
    // Two-, three- and four-byte characters, so that every stream can be cut within one.
    private static readonly string[] Words =
        ["Tollgate ", "mock ", "answers ", "with ", "grüße ", "from ", "世界 ", "and ", "a ", "🙂 "];

    /// <summary>One word a piece.</summary>
    public static string[] Generate(int pieces)
    {
        var result = new string[pieces];
        for (var i = 0; i < pieces; i++)
        {
            result[i] = Words[i % Words.Length];
        }

        return result;
    }

    /// <summary>A text of so many UTF-16 characters (one less where the last would be half a surrogate pair).</summary>
    public static string GenerateText(int characters)
    {
        var text = new StringBuilder(characters + 16);
        for (var i = 0; text.Length < characters; i++)
        {
            text.Append(Words[i % Words.Length]);
        }

        text.Length = characters;
        if (characters > 0 && char.IsHighSurrogate(text[^1]))
        {
            text.Length--;
        }

        return text.ToString();
    }

    /// <summary>Cuts a text into about equal pieces, none of them empty, never within a surrogate pair.</summary>
    public static string[] Split(string text, int pieces)
    {
        var result = new List<string>(pieces);
        var from = 0;
        for (var i = 1; i <= pieces; i++)
        {
            var to = (int)((long)text.Length * i / pieces);
            if (to < text.Length && to > 0 && char.IsLowSurrogate(text[to]) && char.IsHighSurrogate(text[to - 1]))
            {
                to++;
            }

            if (to > from)
            {
                result.Add(text[from..to]);
                from = to;
            }
        }

        return [.. result];
    }
}
