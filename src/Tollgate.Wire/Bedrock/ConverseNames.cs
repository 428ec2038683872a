using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>
/// Names of tools as Bedrock takes them, and back. Both ways are worked out from the request, so that its answer can be read without anything
/// kept in between.
/// </summary>
internal sealed class ConverseNames
{
    /// <summary>Name of the tool that stands for a JSON answer whose schema has none.</summary>
    public const string JsonTool = "json_tool_call";

    private const int Longest = 64;

    private readonly Dictionary<string, string> _safe = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _own = new(StringComparer.Ordinal);

    public ConverseNames(ChatRequest? request)
    {
        foreach (var tool in request?.Tools ?? [])
        {
            Safe(tool.Name);
        }
    }

    /// <summary>The name as Bedrock takes it: a letter, then letters, digits and underscores, 64 at most; different for different names.</summary>
    public string Safe(string name)
    {
        if (_safe.TryGetValue(name, out var known))
        {
            return known;
        }

        var safe = Clean(name);
        for (var i = 2; _own.ContainsKey(safe); i++)
        {
            var suffix = string.Create(CultureInfo.InvariantCulture, $"_{i}");
            var start = Clean(name);
            safe = start[..Math.Min(start.Length, Longest - suffix.Length)] + suffix;
        }

        _safe[name] = safe;
        _own[safe] = name;
        return safe;
    }

    /// <summary>The client's name of a tool in an answer.</summary>
    public string Own(string safe) => _own.GetValueOrDefault(safe, safe);

    /// <summary>Name of the tool that stands for the answer's form.</summary>
    public static string ForFormat(AnswerFormat format) => format.Name is { Length: > 0 } name ? Clean(name) : JsonTool;

    /// <summary>
    /// Id of a call as Bedrock takes it. Seals of other providers that clients carry in ids are cut off: they are nobody else's business.
    /// </summary>
    public static string CallId(string id)
    {
        var seal = id.IndexOf("__thought__", StringComparison.Ordinal);
        var own = seal < 0 ? id : id[..seal];
        var clean = string.Create(own.Length, own, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsAsciiLetterOrDigit(text[i]) || text[i] is '-' or '_' ? text[i] : '_';
            }
        });
        return clean.Length switch
        {
            0 => "call",
            > Longest => string.Concat(clean.AsSpan(0, 47), "_", Hash(Encoding.UTF8.GetBytes(own))),
            _ => clean,
        };
    }

    /// <summary>Sixteen hex digits that stand for content.</summary>
    public static string Hash(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Convert.ToHexStringLower(hash[..8]);
    }

    private static string Clean(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var character in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(character) ? character : '_');
        }

        if (text.Length == 0 || !char.IsAsciiLetter(text[0]))
        {
            text.Insert(0, 'a');
        }

        return text.ToString(0, Math.Min(text.Length, Longest));
    }
}
