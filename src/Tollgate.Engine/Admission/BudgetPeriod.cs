using System.Globalization;

namespace Tollgate.Engine.Admission;

/// <summary>A length of time as operators write it: <c>30s</c>, <c>15m</c>, <c>24h</c>, <c>7d</c>, <c>2w</c>, <c>1mo</c> (admin-api.md 4.2, 4.3).</summary>
/// <param name="Count">How many units.</param>
/// <param name="Unit"><c>s</c>, <c>m</c>, <c>h</c>, <c>d</c>, <c>w</c> or <c>mo</c>.</param>
public readonly record struct BudgetPeriod(int Count, string Unit)
{
    /// <summary>Reads a length. Text behind the unit has no meaning (<c>24hr</c>, <c>30days</c>), as in LiteLLM.</summary>
    /// <returns>False for text that is no length; counts beyond a million years of seconds are none either.</returns>
    public static bool TryParse(string? text, out BudgetPeriod period)
    {
        period = default;
        var trimmed = text.AsSpan().Trim();
        var digits = trimmed.IndexOfAnyExceptInRange('0', '9');
        if (digits <= 0 || !int.TryParse(trimmed[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        var rest = trimmed[digits..];
        var unit = rest.StartsWith("mo", StringComparison.Ordinal) ? "mo" : rest[0] switch
        {
            's' => "s",
            'm' => "m",
            'h' => "h",
            'd' => "d",
            'w' => "w",
            _ => null,
        };
        if (unit is null)
        {
            return false;
        }

        period = new BudgetPeriod(count, unit);
        return true;
    }

    /// <summary>The moment this much later. Months keep the day, clamped to the month's last.</summary>
    public DateTimeOffset After(DateTimeOffset from) => Saturate(from, Unit switch
    {
        "s" => static (at, count) => at.AddSeconds(count),
        "m" => static (at, count) => at.AddMinutes(count),
        "h" => static (at, count) => at.AddHours(count),
        "d" => static (at, count) => at.AddDays(count),
        "w" => static (at, count) => at.AddDays(7.0 * count),
        _ => static (at, count) => at.AddMonths(count),
    });

    /// <summary>
    /// When a budget of this length resets next: aligned to the calendar of <paramref name="zone"/>. A pure function of its arguments;
    /// clocks that jump for summer time are honoured by computing on the wall clock.
    /// </summary>
    /// <param name="now">The moment asked from.</param>
    /// <param name="zone">Zone whose midnights count.</param>
    /// <returns>The first boundary after <paramref name="now"/>, in UTC; <paramref name="now"/> itself for a length of zero.</returns>
    public DateTimeOffset NextReset(DateTimeOffset now, TimeZoneInfo zone)
    {
        if (Count == 0)
        {
            return now;
        }

        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        try
        {
            return ToUtc(NextLocal(local), zone, now);
        }
        catch (ArgumentOutOfRangeException)
        {
            return DateTimeOffset.MaxValue;
        }
    }

    /// <summary>
    /// The period around a moment when nothing stores its end: lengths of months and weeks follow the calendar, others are counted from
    /// 1970-01-01 in the zone, so that every replica finds the same one.
    /// </summary>
    public (DateTimeOffset Start, DateTimeOffset End) Window(DateTimeOffset now, TimeZoneInfo zone)
    {
        if (Count == 0)
        {
            return (now, now);
        }

        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        try
        {
            var start = StartLocal(local);
            var end = Unit switch
            {
                "mo" => start.AddMonths(Count),
                "d" when Count == 30 => start.AddMonths(1),
                "w" => start.AddDays(7.0 * Count),
                "d" => start.AddDays(Count),
                _ => start.AddTicks(Ticks),
            };

            return Around(start, end, now, zone);
        }
        catch (ArgumentOutOfRangeException)
        {
            return (DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        }
    }

    private long Ticks => Count * (Unit switch
    {
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        _ => TimeSpan.TicksPerHour,
    });

    /// <summary>The window between two times on the wall: of an hour that comes twice, what lies within it comes twice as well.</summary>
    private static (DateTimeOffset Start, DateTimeOffset End) Around(DateTime start, DateTime end, DateTimeOffset now, TimeZoneInfo zone)
    {
        var first = ToUtc(start, zone, DateTimeOffset.MinValue);
        if (!zone.IsAmbiguousTime(start))
        {
            return (first, ToUtc(end, zone, now));
        }

        var offsets = zone.GetAmbiguousTimeOffsets(start);
        var repeated = offsets.Max() - offsets.Min();
        if (end - start > repeated)
        {
            return (first, ToUtc(end, zone, now));
        }

        var begins = first + repeated <= now ? first + repeated : first;
        return (begins, begins + (end - start));
    }

    private DateTime StartLocal(DateTime local)
    {
        var epoch = new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);
        switch (Unit, Count)
        {
            case ("mo", _):
                var months = ((local.Year - 1970) * 12) + local.Month - 1;
                return epoch.AddMonths(months - (months % Count));
            case ("d", 30):
                return new DateTime(local.Year, local.Month, 1, 0, 0, 0, DateTimeKind.Unspecified);
            case ("w", _) or ("d", 7):
                // 1970-01-05 was a Monday.
                var length = Unit[0] == 'w' ? 7 * Count : 7;
                var since = (local.Date - epoch.AddDays(4)).Days;
                return epoch.AddDays(4 + since - (since % length));
            case ("d", _):
                var days = (local.Date - epoch).Days;
                return epoch.AddDays(days - (days % Count));
            default:
                var ticks = (local - epoch).Ticks;
                return epoch.AddTicks(ticks - (ticks % Ticks));
        }
    }

    private DateTime NextLocal(DateTime local)
    {
        var midnight = local.Date;
        var firstOfMonth = new DateTime(local.Year, local.Month, 1, 0, 0, 0, DateTimeKind.Unspecified);
        return (Unit, Count) switch
        {
            ("mo", _) => firstOfMonth.AddMonths(Count),
            ("d", 30) => firstOfMonth.AddMonths(1),
            ("d", 7) or ("w", 1) => NextMonday(midnight),
            ("d", _) => midnight.AddDays(Count),
            ("w", _) => NextMonday(midnight).AddDays(7.0 * (Count - 1)),
            ("h", _) => midnight.AddHours(NextMultiple(local.Hour)),
            ("m", _) => midnight.AddHours(local.Hour).AddMinutes(NextMultiple(local.Minute)),
            _ => midnight.AddHours(local.Hour).AddMinutes(local.Minute).AddSeconds(NextMultiple(local.Second)),
        };
    }

    /// <summary>The next multiple of the count after a clock's figure, carrying over when it passes the figure's end.</summary>
    private double NextMultiple(int figure) => figure + Count - (figure % Count);

    private static DateTime NextMonday(DateTime midnight)
    {
        var days = ((int)DayOfWeek.Monday - (int)midnight.DayOfWeek + 7) % 7;
        return midnight.AddDays(days == 0 ? 7 : days);
    }

    private static DateTimeOffset ToUtc(DateTime local, TimeZoneInfo zone, DateTimeOffset now)
    {
        // A wall-clock time that the spring change skips is the moment the clock jumps to.
        if (zone.IsInvalidTime(local))
        {
            local = local.AddTicks(-(local.Ticks % TimeSpan.TicksPerMinute));
            while (zone.IsInvalidTime(local))
            {
                local = local.AddMinutes(-1);
            }

            return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime().AddMinutes(1);
        }

        // Of an hour that the autumn change repeats, the first; unless that is past, which only sub-day lengths can meet.
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        var at = new DateTimeOffset(local, offset).ToUniversalTime();
        if (at <= now && zone.IsAmbiguousTime(local))
        {
            at = new DateTimeOffset(local, zone.GetAmbiguousTimeOffsets(local).Min()).ToUniversalTime();
        }

        return at;
    }

    private DateTimeOffset Saturate(DateTimeOffset from, Func<DateTimeOffset, int, DateTimeOffset> add)
    {
        try
        {
            return add(from, Count);
        }
        catch (ArgumentOutOfRangeException)
        {
            return DateTimeOffset.MaxValue;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count}{Unit}");
}
