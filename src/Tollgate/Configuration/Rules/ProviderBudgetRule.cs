namespace Tollgate.Configuration;

/// <summary>
/// Periods of <c>provider_budget_config</c> and <c>tag_budget_config</c> (CFG022); any provider name goes, also one's own.
/// </summary>
internal sealed class ProviderBudgetRule : IConfigRule
{
    private static readonly (string Section, string Key)[] Places =
        [("router_settings", "provider_budget_config"), ("litellm_settings", "tag_budget_config")];

    public void Check(RuleContext context)
    {
        foreach (var (section, key) in Places)
        {
            foreach (var entry in (Section.Of(context.Tree, section)[key] as MappingNode)?.Entries ?? [])
            {
                var budget = new Section(entry.Value as MappingNode);
                var name = budget.Text("time_period") is not null ? "time_period" : "budget_duration";
                if (budget.Text(name) is { } period && !DurationText.IsValid(period.Trim()))
                {
                    context.Diagnostics.Warning(DiagnosticCodes.BudgetPeriod, budget[name]!.Position, $"{section}.{key}.{entry.Key}",
                        $"{name} '{period}' unknown; budget ignored", DurationText.Hint);
                }
            }
        }
    }
}
