namespace Tollgate.Configuration;

/// <summary>Refuses a gateway that is open by mistake; says so when it is open on purpose (config.md 8.8).</summary>
internal sealed class MasterKeyRule : IConfigRule
{
    private const string Path = "general_settings.master_key";

    public void Check(RuleContext context)
    {
        var general = Section.Of(context.Tree, "general_settings");
        var key = context.Config.General.MasterKey;
        var position = context.PositionOf("general_settings", "master_key");
        if (general["master_key"] is ScalarNode written && key is null
            && (written.Reference is not null || written.Kind != ScalarKind.Null))
        {
            Refuse(context, written, general.Flag("dangerously_permit_weak_or_unset_master_key"));
        }
        else if (key is null)
        {
            context.Diagnostics.Warning(DiagnosticCodes.OpenGateway, position, Path,
                "no master key is set: everyone who reaches the gateway is its administrator", "Set LITELLM_MASTER_KEY");
        }
        else if (!key.StartsWith("sk-", StringComparison.Ordinal))
        {
            context.Diagnostics.Warning(DiagnosticCodes.OpenGateway, position, Path,
                "does not start with 'sk-', which some clients expect");
        }
    }

    private static void Refuse(RuleContext context, ScalarNode written, bool permitted)
    {
        var message = written.Reference is { } reference
            ? $"refers to {string.Join(", ", ReferenceSyntax.Replace(reference, static _ => null).Names)}, which is not set"
            : "is empty";
        if (permitted)
        {
            context.Diagnostics.Warning(DiagnosticCodes.OpenGateway, written.Position, Path, message + ": the gateway is open to everyone");
        }
        else
        {
            context.Diagnostics.Fatal(DiagnosticCodes.MasterKey, written.Position, Path,
                message + "; refusing to start without authentication");
        }
    }
}
