using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Tollgate.Configuration;

/// <summary>Keeps secrets out of messages: which names hold them, and how a value or a source line is shown.</summary>
internal static partial class SecretText
{
    private static readonly FrozenSet<string> Exact = new[]
    {
        "authorization", "token", "database_url", "redis_url", "direct_url",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Endings =
    [
        "api_key", "_key", "password", "secret", "_token", "access_key_id", "credentials", "private_key", "-key", "apikey", "auth_value",
    ];

    /// <summary>True when a key of this name usually holds a secret, known to the schema or not.</summary>
    public static bool IsSecretName(string name) =>
        Exact.Contains(name) || (!name.EndsWith("per_token", StringComparison.Ordinal)
            && Array.Exists(Endings, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)));

    /// <summary><c>sk-...1234</c>: enough to recognise a key, too little to use it.</summary>
    public static string Mask(string value) => value.Length < 12 ? "****" : $"{value[..3]}...{value[^4..]}";

    /// <summary>A source line fit for a terminal: values of secret-looking keys and anything that looks like a key are masked.</summary>
    public static string MaskLine(string line)
    {
        // Long lines are cut before matching: what does not fit a terminal needs no look.
        const int longest = 400;
        line = line.Length > longest ? line[..longest] : line;
        var masked = SecretValue().Replace(line, static m =>
            m.Groups["head"].Value + (IsReference(m.Groups["value"].Value) ? m.Groups["value"].Value : "****"));
        masked = UrlPassword().Replace(masked, "${head}****@");
        return LooksLikeKey().Replace(masked, static m => IsReference(m.Value) ? m.Value : Mask(m.Value));
    }

    private static bool IsReference(string value) =>
        value.AsSpan().TrimStart("\"'") is var bare
        && (bare.StartsWith("os.environ/", StringComparison.Ordinal) || bare.StartsWith("${", StringComparison.Ordinal));

    [GeneratedRegex(
        @"(?<head>[\w-]*(key|password|secret|(?<!per_)token(?!s|_c)|credential|authorization|database_url|redis_url)s?[""']?\s*[:=]\s*)"
            + @"(?<value>[^\s].*)$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 500)]
    private static partial Regex SecretValue();

    [GeneratedRegex(@"(?<head>://[^\s:/@]*:)[^\s]*@", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 500)]
    private static partial Regex UrlPassword();

    [GeneratedRegex(@"\b(sk|pk|xai|gsk|AKIA|AIza|eyJ)[-_A-Za-z0-9]{8,}|[A-Za-z0-9+/=_]{40,}",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 500)]
    private static partial Regex LooksLikeKey();
}
