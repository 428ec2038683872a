namespace Tollgate.Configuration;

/// <summary>Secret managers are known but not available: references then resolve from the environment alone, which must be said.</summary>
internal sealed class SecretManagerRule : IConfigRule
{
    private static readonly string[] Switches = ["use_azure_key_vault", "use_google_kms"];

    public void Check(RuleContext context)
    {
        var general = Section.Of(context.Tree, "general_settings");
        if (general.Text("key_management_system") is not (null or "local"))
        {
            Report(context, "key_management_system");
        }

        foreach (var key in Switches.Where(general.Flag))
        {
            Report(context, key);
        }
    }

    private static void Report(RuleContext context, string key) => context.Diagnostics.Error(
        DiagnosticCodes.NotAvailable, context.PositionOf("general_settings", key), "general_settings." + key,
        "is recognised, but secret managers are not available yet: references are read from the environment only",
        "Provide the secrets as variables or as NAME_FILE");
}
