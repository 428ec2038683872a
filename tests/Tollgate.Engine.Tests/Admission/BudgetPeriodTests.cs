using System.Globalization;
using Tollgate.Engine.Admission;

namespace Tollgate.Engine.Tests.Admission;

public sealed class BudgetPeriodTests
{
    [Theory]
    [InlineData("1d", "2026-02-03T04:05:06Z", "2026-02-04T00:00:00Z")]
    [InlineData("24h", "2026-02-03T04:05:06Z", "2026-02-04T00:00:00Z")]
    [InlineData("7d", "2026-02-03T04:05:06Z", "2026-02-09T00:00:00Z")]
    [InlineData("7d", "2026-02-09T04:05:06Z", "2026-02-16T00:00:00Z")]
    [InlineData("1w", "2026-02-03T04:05:06Z", "2026-02-09T00:00:00Z")]
    [InlineData("30d", "2026-02-03T04:05:06Z", "2026-03-01T00:00:00Z")]
    [InlineData("1mo", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z")]
    [InlineData("3mo", "2026-11-30T00:00:00Z", "2027-02-01T00:00:00Z")]
    [InlineData("2d", "2026-02-03T04:05:06Z", "2026-02-05T00:00:00Z")]
    [InlineData("2h", "2026-02-03T04:05:06Z", "2026-02-03T06:00:00Z")]
    [InlineData("5h", "2026-02-03T23:05:06Z", "2026-02-04T01:00:00Z")]
    [InlineData("15m", "2026-02-03T04:50:06Z", "2026-02-03T05:00:00Z")]
    [InlineData("30s", "2026-02-03T04:05:31Z", "2026-02-03T04:06:00Z")]
    [InlineData("30days", "2026-02-03T04:05:06Z", "2026-03-01T00:00:00Z")]
    [InlineData("0s", "2026-02-03T04:05:06Z", "2026-02-03T04:05:06Z")]
    public void NextReset_IsAlignedToTheCalendar(string period, string now, string expected)
        => Next(period, now, TimeZoneInfo.Utc).ShouldBe(At(expected));

    [Theory]
    [InlineData("2026-03-28T12:00:00Z", "2026-03-28T23:00:00Z")] // winter time: midnight is 23:00 UTC
    [InlineData("2026-03-29T12:00:00Z", "2026-03-29T22:00:00Z")] // the clocks have changed during the day
    public void NextReset_FollowsSummerTime(string now, string expected)
        => Next("1d", now, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")).ShouldBe(At(expected));

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("10")]
    [InlineData("10y")]
    [InlineData("-1d")]
    [InlineData("99999999999d")]
    public void TextThatIsNoLength_IsRefused(string text) => BudgetPeriod.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Months_KeepTheDayClampedToTheMonthsLast()
    {
        BudgetPeriod.TryParse("1mo", out var month).ShouldBeTrue();

        month.After(At("2026-01-31T10:00:00Z")).ShouldBe(At("2026-02-28T10:00:00Z"));
    }

    private static DateTimeOffset Next(string period, string now, TimeZoneInfo zone)
    {
        BudgetPeriod.TryParse(period, out var parsed).ShouldBeTrue();
        return parsed.NextReset(At(now), zone);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
