using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>
/// A configuration in a bucket replaces the file; running on the file instead would be the wrong configuration (config.md 2.4).
/// </summary>
internal static class RemoteConfigRule
{
    private const string Name = "LITELLM_CONFIG_BUCKET_NAME";

    public static void Check(EnvironmentSource environment, DiagnosticBag diagnostics)
    {
        if (environment.GetNonEmpty(Name) is not null)
        {
            diagnostics.Fatal(DiagnosticCodes.NotAvailable, new SourcePosition("env:" + Name, 0, 0), "",
                $"{Name} is recognised, but configuration from a bucket is not available yet", "Mount the file and unset the variable");
        }
    }
}
