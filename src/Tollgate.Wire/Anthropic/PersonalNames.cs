using System.Buffers;

namespace Tollgate.Wire.Anthropic;

/// <summary>Tells what Anthropic asks not to be sent as a user's id: mail addresses and telephone numbers (03-anthropic.md 2.2).</summary>
internal static class PersonalNames
{
    private const int ShortestNumber = 7;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789 ()-\t");

    /// <summary>True for a text that looks like one.</summary>
    public static bool IsOne(string user) => IsMail(user) || IsNumber(user);

    private static bool IsMail(string user)
    {
        var at = user.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && user.IndexOf('.', at) > at + 1 && !user.EndsWith('.') && !user.Any(char.IsWhiteSpace);
    }

    private static bool IsNumber(string user)
    {
        var digits = user.StartsWith('+') ? user.AsSpan(1) : user;
        return digits.Length >= ShortestNumber && digits.ContainsAnyInRange('0', '9') && !digits.ContainsAnyExcept(NumberCharacters);
    }
}
