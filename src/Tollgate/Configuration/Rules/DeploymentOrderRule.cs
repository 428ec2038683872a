namespace Tollgate.Configuration;

/// <summary><c>order</c> on some deployments of a group only: the others rank last, which may surprise (config.md 4.6).</summary>
internal sealed class DeploymentOrderRule : IConfigRule
{
    public void Check(RuleContext context)
    {
        foreach (var group in context.Config.Deployments.GroupBy(static d => d.ModelGroup, StringComparer.Ordinal))
        {
            var without = group.FirstOrDefault(static d => d.Order is null);
            if (without is not null && group.Any(static d => d.Order is not null))
            {
                context.Diagnostics.Notice(DiagnosticCodes.OddForm, without.Source, "model_list",
                    $"a deployment of '{group.Key}' has no order while others have: it ranks last");
            }
        }
    }
}
