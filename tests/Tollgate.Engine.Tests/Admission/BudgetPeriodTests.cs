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
    [InlineData("1d", "2028-02-28T23:59:59Z", "2028-02-29T00:00:00Z")] // a leap day
    [InlineData("1d", "2028-02-29T12:00:00Z", "2028-03-01T00:00:00Z")]
    [InlineData("1mo", "2028-01-31T12:00:00Z", "2028-02-01T00:00:00Z")]
    [InlineData("12mo", "2028-02-29T12:00:00Z", "2029-02-01T00:00:00Z")]
    [InlineData("30d", "2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z")]
    [InlineData("14d", "2026-01-25T10:00:00Z", "2026-02-08T00:00:00Z")]
    [InlineData("2w", "2026-12-30T10:00:00Z", "2027-01-11T00:00:00Z")]
    [InlineData("24h", "2026-12-31T23:00:00Z", "2027-01-01T00:00:00Z")]
    public void NextReset_IsAlignedToTheCalendar(string period, string now, string expected)
        => Next(period, now, TimeZoneInfo.Utc).ShouldBe(At(expected));

    [Theory]
    [InlineData("2026-03-28T12:00:00Z", "2026-03-28T23:00:00Z")] // winter time: midnight is 23:00 UTC
    [InlineData("2026-03-29T12:00:00Z", "2026-03-29T22:00:00Z")] // the clocks have changed during the day
    public void NextReset_FollowsSummerTime(string now, string expected)
        => Next("1d", now, Berlin).ShouldBe(At(expected));

    [Theory]
    [InlineData("1h", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z")] // 02:00 does not come: the clock jumps to 03:00
    [InlineData("1d", "2026-10-24T23:00:00Z", "2026-10-25T23:00:00Z")] // a day of 25 hours
    [InlineData("30m", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z")] // 02:10 for the second time
    [InlineData("1mo", "2026-10-31T23:30:00Z", "2026-11-30T23:00:00Z")] // November by that clock
    public void NextReset_MeetsChangesOfTheClock(string period, string now, string expected) => Next(period, now, Berlin).ShouldBe(At(expected));

    [Theory]
    [InlineData("30m", "2026-10-25T00:10:00Z", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z")] // 02:10 for the first time
    [InlineData("30m", "2026-10-25T01:10:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z")] // and for the second
    [InlineData("45m", "2026-10-25T01:20:00Z", "2026-10-25T01:15:00Z", "2026-10-25T02:00:00Z")]
    [InlineData("1h", "2026-10-25T00:10:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z")]
    [InlineData("1h", "2026-10-25T01:10:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z")]
    [InlineData("2h", "2026-10-25T01:10:00Z", "2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z")]
    [InlineData("45m", "2026-03-29T01:05:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:45:00Z")] // 03:05; 02:15 to 03:00 do not come
    [InlineData("1d", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")]
    [InlineData("30d", "2028-02-29T12:00:00Z", "2028-01-31T23:00:00Z", "2028-02-29T23:00:00Z")]
    [InlineData("7d", "2026-03-29T12:00:00Z", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z")]
    public void Window_HoldsItsMoment_WhateverTheClockDoes(string period, string now, string start, string end)
    {
        BudgetPeriod.TryParse(period, out var parsed).ShouldBeTrue();

        parsed.Window(At(now), Berlin).ShouldBe((At(start), At(end)));
    }

    [Fact]
    public void Windows_AlwaysHoldTheMomentTheyAreAskedFor()
    {
        var random = new Random(29);
        TimeZoneInfo[] zones = [TimeZoneInfo.Utc, Berlin, TimeZoneInfo.FindSystemTimeZoneById("America/New_York"),
            TimeZoneInfo.FindSystemTimeZoneById("Australia/Lord_Howe"), TimeZoneInfo.FindSystemTimeZoneById("Asia/Kathmandu")];
        string[] periods = ["30s", "10m", "45m", "1h", "5h", "24h", "1d", "3d", "7d", "30d", "2w", "1mo", "5mo", "12mo"];
        for (var i = 0; i < 20_000; i++)
        {
            var now = At("2026-01-01T00:00:00Z").AddSeconds(random.Next(3 * 365 * 86_400));
            var zone = zones[random.Next(zones.Length)];
            BudgetPeriod.TryParse(periods[random.Next(periods.Length)], out var period).ShouldBeTrue();
            var (start, end) = period.Window(now, zone);

            start.ShouldBeLessThanOrEqualTo(now, $"{period} at {now:O} in {zone.Id}");
            end.ShouldBeGreaterThan(now, $"{period} at {now:O} in {zone.Id}");
            period.NextReset(now, zone).ShouldBeGreaterThan(now, $"{period} at {now:O} in {zone.Id}");
        }
    }

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

    private static TimeZoneInfo Berlin { get; } = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    private static DateTimeOffset Next(string period, string now, TimeZoneInfo zone)
    {
        BudgetPeriod.TryParse(period, out var parsed).ShouldBeTrue();
        return parsed.NextReset(At(now), zone);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
