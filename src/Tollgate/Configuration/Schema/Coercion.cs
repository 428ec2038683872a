using System.Collections.Immutable;

namespace Tollgate.Configuration;

/// <summary>Turns a checked value into a typed one; what does not fit was reported by the schema and gives nothing here.</summary>
internal static class Coercion
{
    /// <summary>About ten years: longer timeouts are mistakes and would overflow timers.</summary>
    public const double MaxSeconds = 315_360_000;

    public static bool TrySeconds(ScalarNode value, out double seconds) =>
        YamlScalars.TryNumber(value.Text, out seconds) || DurationText.TrySeconds(value.Text, out seconds);

    /// <summary>The allowed spelling: case does not matter, <c>_</c> and <c>-</c> are the same (config.md 15.3).</summary>
    public static string? MatchEnum(string text, ImmutableArray<string> values)
    {
        var wanted = Fold(text);
        foreach (var value in values)
        {
            if (string.Equals(Fold(value), wanted, StringComparison.Ordinal))
            {
                return value;
            }
        }

        return null;
    }

    public static string? Text(ConfigNode? node) => node is ScalarNode { Kind: not ScalarKind.Null } scalar ? scalar.Text : null;

    public static string? NonEmptyText(ConfigNode? node) => Text(node) is { Length: > 0 } text ? text : null;

    public static bool? Bool(ConfigNode? node) =>
        Text(node) is { } text && YamlScalars.TryBool(text.Trim(), out var value) ? value : null;

    public static long? Integer(ConfigNode? node) => Text(node) is { } text && YamlScalars.TryInteger(text, out var value) ? value : null;

    public static int? Int32(ConfigNode? node) => Integer(node) is { } value ? (int)Math.Clamp(value, int.MinValue, int.MaxValue) : null;

    public static double? Number(ConfigNode? node) => Text(node) is { } text && YamlScalars.TryNumber(text, out var value) ? value : null;

    public static TimeSpan? Seconds(ConfigNode? node) =>
        node is ScalarNode { Kind: not ScalarKind.Null } scalar && TrySeconds(scalar, out var value) && value is >= 0 and <= MaxSeconds
            ? TimeSpan.FromSeconds(value) : null;

    /// <summary>Like <see cref="Seconds"/>, but zero is "not set": LiteLLM's timeouts fall through to the next source then.</summary>
    public static TimeSpan? Timeout(ConfigNode? node) => Seconds(node) is { } span && span > TimeSpan.Zero ? span : null;

    public static ImmutableArray<string> Texts(ConfigNode? node) => node switch
    {
        ScalarNode { Kind: not ScalarKind.Null } one => [one.Text],
        SequenceNode list => [.. list.Items.Select(Text).OfType<string>()],
        _ => [],
    };

    private static string Fold(string text) => text.Trim().Replace('_', '-').ToLowerInvariant();
}
