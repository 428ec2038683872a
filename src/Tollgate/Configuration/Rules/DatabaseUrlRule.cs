using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>
/// Only PostgreSQL URLs; the one under <c>litellm_settings</c> works but stands in the wrong place (config.md 5.4 and 9.2).
/// </summary>
internal sealed class DatabaseUrlRule : IConfigRule
{
    public void Check(RuleContext context)
    {
        var general = Section.Of(context.Tree, "general_settings");
        var models = Section.Of(context.Tree, "litellm_settings");
        if (models["database_url"] is { IsNull: false } misplaced)
        {
            context.Diagnostics.Notice(DiagnosticCodes.OddForm, misplaced.Position, "litellm_settings.database_url",
                "belongs into general_settings.database_url; used when nothing else is set");
        }

        if (context.Config.General.DatabaseUrl is not { } url
            || url.StartsWith("postgresql://", StringComparison.Ordinal) || url.StartsWith("postgres://", StringComparison.Ordinal))
        {
            return;
        }

        var (position, path) = string.Equals(general.Text("database_url"), url, StringComparison.Ordinal)
            ? (general["database_url"]!.Position, "general_settings.database_url")
            : string.Equals(models.Text("database_url"), url, StringComparison.Ordinal)
                ? (models["database_url"]!.Position, "litellm_settings.database_url")
            : (new SourcePosition("env:DATABASE_URL", 0, 0), "");
        var scheme = url.IndexOf("://", StringComparison.Ordinal) is var end and >= 0 ? url[..end] : "none";
        context.Diagnostics.Fatal(DiagnosticCodes.DatabaseUrl, position, path,
            $"DATABASE_URL must start with postgresql:// or postgres://, got '{(scheme.Length > 20 ? "?" : scheme)}'");
    }
}
