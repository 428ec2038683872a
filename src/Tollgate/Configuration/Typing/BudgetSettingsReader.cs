using System.Collections.Immutable;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Reads <see cref="BudgetSettings"/>.</summary>
internal static class BudgetSettingsReader
{
    public static BudgetSettings Read(Section general, Section models, Section router, Section own, EnvironmentNumbers numbers)
    {
        var defaults = new BudgetSettings();
        return new BudgetSettings
        {
            Mode = own.Text("budget_mode") switch
            {
                "strict" => BudgetMode.Strict,
                "post" => BudgetMode.Post,
                _ => BudgetMode.Reserve,
            },

            // The design's name wins over the older one.
            ErrorStatus = (own.Int32("budget_error_status") ?? own.Int32("budget_exceeded_status")) is 429
                || general.Text("error_status_profile") is "latest" ? 429 : defaults.ErrorStatus,
            Wait = TimeSpan.FromMilliseconds(Math.Max(0, own.Int32("budget_wait_ms") ?? 0)),
            FailClosed = general.Flag("fail_closed_budget_enforcement"),
            GlobalMax = Amount(models, "max_budget") ?? Amount(general, "max_budget") ?? 0,
            GlobalDuration = models.Text("budget_duration") ?? general.Text("budget_duration"),
            DefaultCustomerBudgetId = models.Text("max_end_user_budget_id"),
            DefaultCustomerMax = Amount(models, "max_end_user_budget"),
            IgnoreCustomers = models.Flag("disable_end_user_cost_tracking"),
            TimeZone = ZoneOf(models.Text("timezone")),
            Providers = Budgets(router["provider_budget_config"]),
            Tags = Budgets(models["tag_budget_config"]),
            GlobalParallelRequests = general.Int32("global_max_parallel_requests"),
            CountsBatches = own.Text("batch_rate_limit") is not "off",
            TokenKind = general.Text("token_rate_limit_type") ?? defaults.TokenKind,
            RateWindow = new RateWindow(
                numbers.Seconds("LITELLM_RATE_LIMIT_WINDOW_SIZE", defaults.RateWindow.Length), own.Text("rate_limit_algorithm") is "fixed"),
            CapsOutput = own.Flag("budget_cap_output"),
            NeverReset = general.Flag("disable_reset_budget"),
            RefuseUnpriced = own.Text("unpriced_models") is "refuse",
        };
    }

    private static ImmutableArray<PartialBudgetSetting> Budgets(ConfigNode? node) => node is not MappingNode mapping ? [] :
    [
        .. mapping.Entries.Select(static entry => (entry.Key, Budget: new Section(entry.Value as MappingNode)))
            .Select(static entry => new PartialBudgetSetting(
                entry.Key,
                Amount(entry.Budget, "budget_limit") ?? Amount(entry.Budget, "max_budget") ?? 0,
                (entry.Budget.Text("time_period") ?? entry.Budget.Text("budget_duration"))?.Trim())),
    ];

    private static decimal? Amount(Section section, string key)
        => section.Number(key) is { } amount && amount is >= 0 and < 1e12 ? (decimal)amount : null;

    private static TimeZoneInfo ZoneOf(string? name)
        => name is not null && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;
}
