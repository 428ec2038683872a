namespace Tollgate.Configuration;

/// <summary>Items of <c>default_team_settings</c> need their team (config.md 5.5).</summary>
internal sealed class TeamLoggingRule : IConfigRule
{
    public void Check(RuleContext context)
    {
        var items = (Section.Of(context.Tree, "litellm_settings")["default_team_settings"] as SequenceNode)?.Items ?? [];
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i] is MappingNode item && Coercion.NonEmptyText(item.Get("team_id")) is null)
            {
                context.Diagnostics.Error(DiagnosticCodes.Required, item.Position, $"litellm_settings.default_team_settings[{i}].team_id",
                    "required");
            }
        }
    }
}
