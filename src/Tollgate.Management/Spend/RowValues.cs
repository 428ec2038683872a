using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tollgate.Management.Spend;

/// <summary>Reads members of rows whose number types differ between the engines.</summary>
internal static class RowValues
{
    /// <summary>A text; empty for NULL.</summary>
    public static string Text(this JsonObject row, string name) => row.TextOrNull(name) ?? "";

    /// <summary>A text; null for NULL.</summary>
    public static string? TextOrNull(this JsonObject row, string name) => row[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        var other => other.ToJsonString(),
    };

    /// <summary>A real number; zero for NULL.</summary>
    public static double Real(this JsonObject row, string name)
        => double.TryParse(row.Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>A whole number; zero for NULL.</summary>
    public static long Whole(this JsonObject row, string name) => (long)Math.Round(row.Real(name));

    /// <summary>The texts of one column of rows.</summary>
    public static IReadOnlyList<string> Texts(this IEnumerable<JsonObject> rows, string name) => [.. rows.Select(row => row.Text(name))];

    /// <summary>An array of items.</summary>
    public static JsonArray ToJsonArray(this IEnumerable<JsonObject> items) => new([.. items]);

    /// <summary>The items of a list separated by commas; null when there are none.</summary>
    public static IReadOnlyList<string>? List(string? text)
    {
        var items = text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return items is null or [] ? null : items;
    }
}
