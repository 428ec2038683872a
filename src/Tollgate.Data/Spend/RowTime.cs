using System.Globalization;
using System.Text.Json.Nodes;

namespace Tollgate.Data.Spend;

/// <summary>Moments as rows carry them.</summary>
internal static class RowTime
{
    public static string Text(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static DateTime? Read(JsonNode? node) =>
        DateTime.TryParse(
            node?.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at
            : null;
}
