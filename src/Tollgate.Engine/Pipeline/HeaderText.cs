namespace Tollgate.Engine.Pipeline;

/// <summary>Text for headers.</summary>
internal static class HeaderText
{
    /// <summary>A header's name must be a token: letters, digits and a few signs; anything else becomes an underscore.</summary>
    public static string Clean(string name)
    {
        var clean = true;
        foreach (var character in name)
        {
            clean &= IsToken(character);
        }

        return clean ? name : string.Create(name.Length, name, static (chars, text) =>
        {
            for (var i = 0; i < chars.Length; i++)
            {
                chars[i] = IsToken(text[i]) ? text[i] : '_';
            }
        });
    }

    private static bool IsToken(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '!' or '#' or '$' or '%' or '&' or '\'' or '*' or '+' or '^' or '`' or '|' or '~';
}
