using System.Globalization;

namespace Tollgate.Data.Spend;

/// <summary>A five-field cron line: minute, hour, day, month, weekday (0 and 7 are Sunday); <c>*</c>, lists, ranges and steps; UTC.</summary>
public sealed class CronSchedule
{
    private static readonly (int First, int Last)[] Ranges = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];

    private readonly ulong[] _fields;
    private readonly bool _anyDay;
    private readonly bool _anyWeekday;

    private CronSchedule(ulong[] fields, bool anyDay, bool anyWeekday)
    {
        _fields = fields;
        _anyDay = anyDay;
        _anyWeekday = anyWeekday;
    }

    /// <summary>Reads a line; null when it is none.</summary>
    public static CronSchedule? Parse(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length != Ranges.Length)
        {
            return null;
        }

        var fields = new ulong[Ranges.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            foreach (var item in parts[i].Split(','))
            {
                if (!TryRead(item, Ranges[i].First, Ranges[i].Last, out var bits))
                {
                    return null;
                }

                fields[i] |= bits;
            }
        }

        // Both 0 and 7 are Sunday.
        fields[4] |= (fields[4] >> 7) & 1;
        return new CronSchedule(fields, parts[2].StartsWith('*'), parts[4].StartsWith('*'));
    }

    /// <summary>Whether the minute of the moment is one of the line's.</summary>
    public bool Includes(DateTimeOffset moment)
    {
        var at = moment.UtcDateTime;
        var day = Has(2, at.Day);
        var weekday = Has(4, (int)at.DayOfWeek);

        // As cron has it: with both restricted, either will do.
        var isDay = _anyDay || _anyWeekday ? day && weekday : day || weekday;
        return Has(0, at.Minute) && Has(1, at.Hour) && Has(3, at.Month) && isDay;
    }

    private bool Has(int field, int value) => (_fields[field] & (1UL << value)) != 0;

    private static bool TryRead(string item, int first, int last, out ulong bits)
    {
        bits = 0;
        var (range, step) = item.Split('/') is [var left, var right] ? (left, right) : (item, "");
        var each = 1;
        if (step.Length > 0 && (!int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out each) || each < 1))
        {
            return false;
        }

        var (from, to) = (first, last);
        if (range is not "*")
        {
            var ends = range.Split('-');
            if (ends.Length > 2 || !TryNumber(ends[0], first, last, out from) || !TryNumber(ends[^1], first, last, out to))
            {
                return false;
            }

            to = ends.Length == 1 && step.Length > 0 ? last : to;
        }

        for (var i = from; i <= to; i += each)
        {
            bits |= 1UL << i;
        }

        return bits != 0;
    }

    private static bool TryNumber(string text, int first, int last, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= first && value <= last;
}
