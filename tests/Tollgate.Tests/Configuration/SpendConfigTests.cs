using Tollgate.Engine.Admission;

namespace Tollgate.Tests.Configuration;

public class SpendConfigTests
{
    [Fact]
    public void SpendSettings_AreRead()
    {
        var spend = ConfigFixture.Load("""
            general_settings:
              disable_error_logs: true
              maximum_spend_logs_retention_period: 7d
              maximum_spend_logs_retention_interval: 12h
              maximum_spend_logs_cleanup_cron: "0 3 * * *"
            tollgate: {journal_fsync: always, journal_max_mb: 5, journal_full: degrade, ingest_batch: 100}
            """).Config.ShouldNotBeNull().Spend;

        spend.DisableErrorLogs.ShouldBeTrue();
        spend.Retention.ShouldBe(new BudgetPeriod(7, "d"));
        spend.RetentionInterval.ShouldBe(TimeSpan.FromHours(12));
        spend.RetentionCron.ShouldBe("0 3 * * *");
        spend.JournalSync.ShouldBe(Timeout.InfiniteTimeSpan);
        spend.JournalMaxBytes.ShouldBe(5 * 1024 * 1024);
        spend.RefuseWhenFull.ShouldBeFalse();
        spend.FlushRows.ShouldBe(100);
    }

    [Theory]
    [InlineData("off", 0)]
    [InlineData("50", 50)]
    [InlineData("always", -1)]
    public void JournalSync_TakesItsForms(string written, int milliseconds) =>
        ConfigFixture.Load($"tollgate: {{journal_fsync: {written}}}").Config.ShouldNotBeNull().Spend.JournalSync
            .ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
}
