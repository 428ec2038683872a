using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Wire.Hub;

/// <summary>
/// Names of tools where the upstream takes only short ones of plain characters: shortened on the way out, restored on the way back. The same
/// name always becomes the same short one, so that no call needs to remember anything but its request.
/// </summary>
public static class ToolNames
{
    /// <summary>Longest name that OpenAI and Anthropic take.</summary>
    private const int Longest = 64;

    private const int Kept = 55;

    /// <summary>A name that every provider takes: itself where it is one, else its beginning and a hash of the whole.</summary>
    public static string Fit(string name) => IsPlain(name) ? name : Shorten(name);

    /// <summary>The client's own name of a tool.</summary>
    /// <param name="request">The client's request; null changes nothing.</param>
    /// <param name="name">The name that the upstream used.</param>
    public static string Restore(ChatRequest? request, string name)
    {
        if (request is not null)
        {
            foreach (var tool in request.Tools)
            {
                if (!IsPlain(tool.Name) && string.Equals(Shorten(tool.Name), name, StringComparison.Ordinal))
                {
                    return tool.Name;
                }
            }
        }

        return name;
    }

    private static bool IsPlain(string name)
    {
        if (name.Length is 0 or > Longest)
        {
            return name.Length == 0;
        }

        foreach (var character in name)
        {
            if (!IsPlain(character))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '-';

    private static string Shorten(string name)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 4));
        var kept = string.Create(Math.Min(name.Length, Kept), name, static (chars, name) =>
        {
            for (var i = 0; i < chars.Length; i++)
            {
                chars[i] = IsPlain(name[i]) ? name[i] : '_';
            }
        });
        return $"{kept}_{hash}";
    }
}
