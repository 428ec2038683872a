using System.Globalization;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Reads <see cref="SpendSettings"/>.</summary>
internal static class SpendSettingsReader
{
    private const long BytesPerMb = 1024 * 1024;

    public static SpendSettings Read(Section general, Section models, Section own, EnvironmentSource environment, EnvironmentNumbers numbers)
    {
        var defaults = new SpendSettings();
        return new SpendSettings
        {
            DisableLogs = general.Flag("disable_spend_logs"),
            DisableErrorLogs = general.Flag("disable_error_logs"),
            DisableUpdates = general.Flag("disable_spend_updates"),
            StoreBodies = general.Bool("store_prompts_in_spend_logs") ?? environment.IsOn("STORE_PROMPTS_IN_SPEND_LOGS"),
            LongestStoredText = AtLeastOne(numbers.Count("MAX_STRING_LENGTH_PROMPT_IN_DB", defaults.LongestStoredText)),
            RedactBodies = models.Flag("turn_off_message_logging"),
            IgnoreNoLog = models.Flag("global_disable_no_log_param"),
            TagUserAgents = !models.Flag("disable_add_user_agent_to_request_tags"),
            DrainsAbandoned = own.Text("disconnect_policy") is not "cancel",
            FlushRows = own.Int32("ingest_batch") is > 0 and var rows ? rows : defaults.FlushRows,
            JournalSync = Sync(own) ?? defaults.JournalSync,
            JournalMaxBytes = own.Int32("journal_max_mb") is > 0 and var bound ? bound * BytesPerMb : defaults.JournalMaxBytes,
            RefuseWhenFull = own.Text("journal_full") is not "degrade",
            Retention = Period(general, "maximum_spend_logs_retention_period"),
            RetentionInterval = Length(general, "maximum_spend_logs_retention_interval") ?? defaults.RetentionInterval,
            RetentionCron = general.Text("maximum_spend_logs_cleanup_cron"),
            RetentionBatch = AtLeastOne(numbers.Count("SPEND_LOG_CLEANUP_BATCH_SIZE", defaults.RetentionBatch)),
            RetentionLoops = AtLeastOne(numbers.Count("SPEND_LOG_RUN_LOOPS", defaults.RetentionLoops)),
        };
    }

    /// <summary><c>off</c>, <c>always</c> or milliseconds.</summary>
    private static TimeSpan? Sync(Section own) => own.Text("journal_fsync")?.ToLowerInvariant() switch
    {
        null => null,
        "off" or "false" or "0" => TimeSpan.Zero,
        "always" or "true" => Timeout.InfiniteTimeSpan,
        { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) => TimeSpan.FromMilliseconds(milliseconds),
        _ => null,
    };

    private static BudgetPeriod? Period(Section section, string key) => BudgetPeriod.TryParse(section.Text(key), out var period) ? period : null;

    private static TimeSpan? Length(Section section, string key) =>
        section.Text(key) is { } text && DurationText.TrySeconds(text, out var seconds) && seconds is > 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : null;

    private static int AtLeastOne(int count) => Math.Max(1, count);
}
