using System.Globalization;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend;

/// <summary>Days of UTC, both ends included.</summary>
/// <param name="First">First day.</param>
/// <param name="Last">Last day.</param>
internal readonly record struct DayRange(DateOnly First, DateOnly Last)
{
    private const string Format = "yyyy-MM-dd";

    /// <summary>First day as the daily tables have it.</summary>
    public string FirstText => Text(First);

    /// <summary>Last day as the daily tables have it.</summary>
    public string LastText => Text(Last);

    /// <summary>Start of the first day.</summary>
    public DateTime From => First.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    /// <summary>Last millisecond of the last day.</summary>
    public DateTime To => EndOf(Last);

    /// <summary>Today and the days before it.</summary>
    public static DayRange Recent(TimeProvider time, int days = 30)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return new DayRange(today.AddDays(-days), today);
    }

    /// <summary>A range of two parameters; null when neither is given.</summary>
    /// <param name="start">First day or a moment in it.</param>
    /// <param name="end">Last day or a moment in it.</param>
    /// <param name="incomplete">Refusal when only one is given, or (with <paramref name="required"/>) none.</param>
    /// <param name="required">Both must be given.</param>
    public static DayRange? Of(string? start, string? end, Func<string, AdminException> incomplete, bool required = false)
    {
        start = string.IsNullOrWhiteSpace(start) ? null : start.Trim();
        end = string.IsNullOrWhiteSpace(end) ? null : end.Trim();
        if (start is null && end is null && !required)
        {
            return null;
        }

        if (start is null || end is null)
        {
            throw incomplete("Please provide start_date and end_date");
        }

        return new DayRange(Day(start, incomplete), Day(end, incomplete));
    }

    /// <summary>Reads a date or a moment (UTC when it has no zone).</summary>
    /// <param name="text">What was sent.</param>
    /// <param name="isDay">True when it was a date alone.</param>
    /// <param name="invalid">Makes the refusal.</param>
    public static DateTime Moment(string text, out bool isDay, Func<string, AdminException> invalid)
    {
        text = text.Trim();
        isDay = DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day);
        if (isDay)
        {
            return day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        }

        // The date must be written out: the framework's parser would also take "7" or "May" for a day.
        return text.Length > 11 && text[10] is 'T' or ' '
            && DateOnly.TryParseExact(text[..10], Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            && DateTime.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment
            : throw invalid($"Invalid date format: {text}. Expected YYYY-MM-DD or an ISO 8601 timestamp.");
    }

    /// <summary>Last millisecond of a day.</summary>
    public static DateTime EndOf(DateOnly day) => day.ToDateTime(new TimeOnly(23, 59, 59, 999), DateTimeKind.Utc);

    /// <summary>A day as the daily tables have it.</summary>
    public static string Text(DateOnly day) => day.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary><c>Jan 05</c> for a day of the daily tables.</summary>
    public static string Label(string day)
        => DateOnly.TryParseExact(day, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
        ? date.ToString("MMM dd", CultureInfo.InvariantCulture)
        : day;

    private static DateOnly Day(string text, Func<string, AdminException> invalid) => DateOnly.FromDateTime(Moment(text, out _, invalid));
}
