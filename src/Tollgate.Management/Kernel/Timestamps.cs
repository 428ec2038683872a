using System.Globalization;

namespace Tollgate.Management.Kernel;

/// <summary>Moments as rows and answers carry them.</summary>
public static class Timestamps
{
    /// <summary><c>2026-02-03T04:05:06.789000Z</c>.</summary>
    public static string Text(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The same for a moment with offset.</summary>
    public static string Text(DateTimeOffset moment) => Text(moment.UtcDateTime);

    /// <summary>Reads what <see cref="Text(DateTime)"/> writes; null for null or text that is no moment.</summary>
    public static DateTimeOffset? Read(string? text)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment
            : null;
}
