using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Wire.Hub;

/// <summary>Names of tools that an upstream would refuse: shortened on the way out, restored on the way back (08-bridges.md 5.1).</summary>
public static class ToolNames
{
    private const int Longest = 64;
    private const int Kept = 55;

    /// <summary>The name as it is sent: at most 64 characters of letters, digits, underscore and hyphen. The same name always gives the same.</summary>
    public static string ForWire(string name)
    {
        var isClean = IsClean(name);
        if (isClean && name.Length <= Longest)
        {
            return name;
        }

        var clean = isClean ? name : string.Create(name.Length, name, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = IsAllowed(from[i]) ? from[i] : '_';
            }
        });
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 4));
        return $"{clean[..Math.Min(clean.Length, Kept)]}_{hash}";
    }

    /// <summary>What to call the tools that an answer names; null when every name went out as it was.</summary>
    public static IReadOnlyDictionary<string, string>? Restoring(ChatRequest request)
    {
        Dictionary<string, string>? names = null;
        foreach (var tool in request.Tools)
        {
            if (tool.Name.Length > Longest || !IsClean(tool.Name))
            {
                (names ??= new Dictionary<string, string>(StringComparer.Ordinal))[ForWire(tool.Name)] = tool.Name;
            }
        }

        return names;
    }

    private static bool IsClean(string name)
    {
        foreach (var character in name)
        {
            if (!IsAllowed(character))
            {
                return false;
            }
        }

        return name.Length > 0;
    }

    private static bool IsAllowed(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '-';
}
