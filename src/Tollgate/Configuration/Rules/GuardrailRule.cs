namespace Tollgate.Configuration;

/// <summary>
/// Guardrails must be complete and of a known type; one that is on for every request must not be missing silently (config.md 8.2).
/// </summary>
internal sealed class GuardrailRule : IConfigRule
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "litellm_content_filter", "presidio", "hide-secrets", "openai_moderation", "bedrock", "azure/prompt_shield",
        "azure/text_moderations", "lakera_v2", "lakera", "aporia", "model_armor", "tool_permission", "custom_code",
        "generic_guardrail_api", "pillar", "noma", "noma_v2", "pangea", "crowdstrike_aidr", "aim", "ibm_guardrails", "guardrails_ai",
        "javelin", "prompt_security", "zscaler_ai_guard", "lasso", "panw_prisma_airs", "dynamoai", "enkryptai", "grayswan", "hiddenlayer",
        "onyx", "promptguard", "qualifire", "qostodian_nexus", "rubrik", "akto", "vigil_guard",
    };

    public void Check(RuleContext context)
    {
        var items = (context.Tree.Get("guardrails") as SequenceNode)?.Items ?? [];
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i] is MappingNode item)
            {
                CheckItem(context, item, KeyPath.Item("guardrails", i, item));
            }
        }
    }

    private static void CheckItem(RuleContext context, MappingNode item, string path)
    {
        var parameters = new Section(item.Get("litellm_params") as MappingNode);
        if (Coercion.NonEmptyText(item.Get("guardrail_name")) is null)
        {
            context.Diagnostics.Error(DiagnosticCodes.Required, item.Position, $"{path}.guardrail_name", "required");
        }

        var typePath = $"{path}.litellm_params.guardrail";
        if (parameters.Text("guardrail") is not { } type)
        {
            context.Diagnostics.Error(DiagnosticCodes.Required, parameters.Node?.Position ?? item.Position, typePath, "required");
            return;
        }

        var position = parameters["guardrail"]!.Position;
        var isDefault = parameters.Flag("default_on");
        if (Known.Contains(type))
        {
            if (isDefault)
            {
                context.Diagnostics.Warning(DiagnosticCodes.NotAvailable, position, path,
                    "is on for every request, but guardrails are not available yet: nothing is checked");
            }

            return;
        }

        // Protection that was asked for must not be missing quietly.
        var level = isDefault ? DiagnosticLevel.Fatal : DiagnosticLevel.Error;
        context.Diagnostics.Add(HookRule.IsPython(type)
            ? new(level, DiagnosticCodes.PythonCode, position, typePath, $"names Python code '{type}', which cannot be loaded",
                "Use an http(s) hook or a plugin")
            : new(level, DiagnosticCodes.UnknownGuardrail, position, typePath, $"unknown type '{type}'", NearestName.Suggest(type, Known)));
    }
}
