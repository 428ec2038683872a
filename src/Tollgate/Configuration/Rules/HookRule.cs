using System.Text.RegularExpressions;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>
/// Python code named in the configuration cannot be loaded; where it guards something the start is refused (config.md 8.7).
/// </summary>
internal sealed partial class HookRule : IConfigRule
{
    private static readonly string[] SecurityKeys = ["custom_auth", "custom_key_generate", "custom_sso", "custom_ui_sso_sign_in_handler"];

    private static readonly string[] ItemKeys = ["pre_call_rules", "post_call_rules"];

    /// <summary>True for <c>module.attribute</c> and module URLs.</summary>
    public static bool IsPython(string value) => DottedName().IsMatch(value);

    public void Check(RuleContext context)
    {
        var general = Section.Of(context.Tree, "general_settings");
        foreach (var key in SecurityKeys)
        {
            if (general.Text(key) is { } value)
            {
                CheckSecurity(context, key, value, general[key]!.Position);
            }
        }

        var models = Section.Of(context.Tree, "litellm_settings");
        foreach (var key in ItemKeys)
        {
            foreach (var value in models.Texts(key).Where(IsPython))
            {
                Ignore(context, models[key]!.Position, "litellm_settings." + key, value);
            }
        }

        CheckMappings(context, models["custom_provider_map"], "litellm_settings.custom_provider_map", "custom_handler");
        CheckMappings(context, context.Tree.Get("mcp_tools"), "mcp_tools", "handler");
    }

    private static void CheckSecurity(RuleContext context, string key, string value, SourcePosition position)
    {
        if (IsPython(value))
        {
            context.Diagnostics.Fatal(DiagnosticCodes.PythonCode, position, "general_settings." + key,
                $"names Python code '{value}', which cannot be loaded", "Use an http(s) hook or a plugin");
        }
        else if (key is "custom_auth")
        {
            // Going on without the authentication that was asked for would open doors.
            context.Diagnostics.Fatal(DiagnosticCodes.NotAvailable, position, "general_settings." + key,
                "is recognised, but authentication hooks are not available yet");
        }
    }

    private static void CheckMappings(RuleContext context, ConfigNode? node, string path, string key)
    {
        var items = (node as SequenceNode)?.Items ?? [];
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i] is MappingNode item && Coercion.NonEmptyText(item.Get(key)) is { } value && IsPython(value))
            {
                Ignore(context, item.Get(key)!.Position, $"{path}[{i}].{key}", value);
            }
        }
    }

    private static void Ignore(RuleContext context, SourcePosition position, string path, string value) =>
        context.Diagnostics.Error(DiagnosticCodes.PythonCode, position, path,
            $"names Python code '{value}', which cannot be loaded; ignored",
            "Use an http(s) hook or a plugin");

    [GeneratedRegex(@"\A((s3|gcs)://.*|[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DottedName();
}
