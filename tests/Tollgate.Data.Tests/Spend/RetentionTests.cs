using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Data.Rows;
using Tollgate.Data.Spend;
using Tollgate.Data.Tests.Journal;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Tests.Spend;

public sealed class RetentionTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task OldRows_AreDeletedInBatchesUpToTheBound(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        var now = new DateTimeOffset(2026, 3, 31, 0, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < 20; i++)
        {
            var spent = Journals.Event(string.Create(CultureInfo.InvariantCulture, $"r{i:D2}"));
            spent.Start = now.AddDays(-20 + i).AddHours(1);
            setup.Journal.Append(spent);
        }

        await setup.Flush.DrainAsync(default);
        var settings = new SpendSettings { Retention = new BudgetPeriod(7, "d"), RetentionBatch = 3, RetentionLoops = 2 };
        var retention = new LogRetention(
            setup.Test.Database, () => settings, new StorageSettings(), new FixedClock(now), NullLogger<LogRetention>.Instance);

        (await retention.RunAsync(static () => Task.FromResult(true), default)).ShouldBe(6);
        settings = settings with { RetentionLoops = 100 };
        (await retention.RunAsync(static () => Task.FromResult(false), default)).ShouldBe(0);
        (await retention.RunAsync(static () => Task.FromResult(true), default)).ShouldBe(7);
        (await setup.RowsAsync(Tables.SpendLogs)).Select(static r => r["request_id"]!.GetValue<string>()).Order(StringComparer.Ordinal)
            .ShouldBe(["r13", "r14", "r15", "r16", "r17", "r18", "r19"]);
        (await setup.RowsAsync(Tables.DailyUserSpend)).Sum(static r => r["api_requests"]!.GetValue<long>()).ShouldBe(20);
    }

    [Theory]
    [InlineData("* * * * *", "2026-03-15T10:30:00Z", true)]
    [InlineData("30 10 * * *", "2026-03-15T10:30:00Z", true)]
    [InlineData("31 10 * * *", "2026-03-15T10:30:00Z", false)]
    [InlineData("*/15 8-18 * * 0", "2026-03-15T10:30:00Z", true)]
    [InlineData("*/15 8-18 * * 7", "2026-03-15T10:30:00Z", true)]
    [InlineData("30 10 1 * 0", "2026-03-15T10:30:00Z", true)]
    [InlineData("30 10 1 * *", "2026-03-15T10:30:00Z", false)]
    [InlineData("0,30 10 15 3,4 *", "2026-03-15T10:30:00Z", true)]
    public void CronLine_IncludesItsMinutes(string line, string moment, bool expected) =>
        CronSchedule.Parse(line).ShouldNotBeNull().Includes(DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture)).ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("5-1 * * * *")]
    [InlineData("x * * * *")]
    public void TextThatIsNoCronLine_IsNone(string line) => CronSchedule.Parse(line).ShouldBeNull();
}
