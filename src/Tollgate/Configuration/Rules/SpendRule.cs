using System.Globalization;
using Tollgate.Data.Spend;

namespace Tollgate.Configuration;

/// <summary>Settings of the spend journal and of retention whose form the schema cannot tell.</summary>
internal sealed class SpendRule : IConfigRule
{
    private const string Own = "tollgate";
    private const string General = "general_settings";
    private const string Sync = "journal_fsync";
    private const string Cron = "maximum_spend_logs_cleanup_cron";

    public void Check(RuleContext context)
    {
        if (Section.Of(context.Tree, Own).Text(Sync) is { } sync && !IsSync(sync))
        {
            context.Diagnostics.Error(DiagnosticCodes.WrongType, context.PositionOf(Own, Sync), $"{Own}.{Sync}",
                $"'{sync}' is neither off, always nor a number of milliseconds", "Use for example 200");
        }

        if (context.Config.Spend.RetentionCron is { } line && CronSchedule.Parse(line) is null)
        {
            context.Diagnostics.Error(DiagnosticCodes.WrongType, context.PositionOf(General, Cron), $"{General}.{Cron}",
                $"'{line}' is no cron line", "Use five fields: minute, hour, day, month, weekday; for example 0 3 * * *");
        }
    }

    private static bool IsSync(string text) => text.ToLowerInvariant() is "off" or "always" or "true" or "false"
        || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
