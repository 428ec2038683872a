using System.Globalization;
using System.Text.Json;

namespace Tollgate.Commands.Control;

/// <summary>Values of answers as tables show them.</summary>
internal static class Cell
{
    /// <summary>Nothing there: no limit, no owner, never.</summary>
    private const string None = "-";

    /// <summary>A member, by path; null when it is absent or null.</summary>
    public static JsonElement? Find(JsonElement row, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (row.ValueKind != JsonValueKind.Object || !row.TryGetProperty(name, out row))
            {
                return null;
            }
        }

        return row.ValueKind == JsonValueKind.Null ? null : row;
    }

    /// <summary>The text of a member.</summary>
    public static string Text(JsonElement row, string name) => Find(row, name) switch
    {
        null => None,
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() == 0 ? None : string.Join(", ", list.EnumerateArray().Select(static item => item.ToString())),
        { } value => value.ToString() is { Length: > 0 } text ? text : None,
    };

    /// <summary>Yes or no.</summary>
    public static string Flag(JsonElement row, string name) => Find(row, name) is { ValueKind: JsonValueKind.True } ? "yes" : "no";

    /// <summary>An amount in USD, down to a millionth of a millionth: calls cost far less than a cent.</summary>
    public static string Money(decimal amount) => amount.ToString("0.00##########", CultureInfo.InvariantCulture);

    /// <summary>An amount of an answer in USD.</summary>
    public static string Money(JsonElement row, string name) => Find(row, name) is { ValueKind: JsonValueKind.Number } value ? Money(Decimal(value)) : None;

    /// <summary>A number of an answer, zero without.</summary>
    public static decimal Number(JsonElement row, string name) => Find(row, name) is { ValueKind: JsonValueKind.Number } value ? Decimal(value) : 0;

    /// <summary>A moment, as UTC.</summary>
    public static string Time(JsonElement row, string name)
    {
        var text = Text(row, name);
        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : text;
    }

    /// <summary>How many items a list has.</summary>
    public static int Count(JsonElement row, string name) => Find(row, name) is { ValueKind: JsonValueKind.Array } list ? list.GetArrayLength() : 0;

    // A real number beyond what money can be is shown as zero rather than failing a whole table.
    private static decimal Decimal(JsonElement value) => value.TryGetDecimal(out var amount) ? amount : 0;
}
