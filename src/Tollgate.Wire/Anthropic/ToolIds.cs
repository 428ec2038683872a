using System.Buffers;

namespace Tollgate.Wire.Anthropic;

/// <summary>Ids of tool calls of the characters that Anthropic takes.</summary>
internal static class ToolIds
{
    private static readonly SearchValues<char> Taken = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>The id with an underscore for every other character. Calls and results change alike, so that they still match.</summary>
    public static string Plain(string id) => !id.AsSpan().ContainsAnyExcept(Taken) ? id : string.Create(id.Length, id, static (to, from) =>
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = Taken.Contains(from[i]) ? from[i] : '_';
        }
    });
}
