namespace Tollgate.Configuration;

/// <summary>Rules that one entry of <c>model_list</c> must keep, beyond the types of its keys (config.md 4.1, 4.3, 4.6).</summary>
internal static class EntryRules
{
    private static readonly string[] MisplacedParams = ["max_budget", "budget_duration", "weight", "order", "tags"];

    private static readonly string[] Environments = ["development", "staging", "production"];

    /// <summary>False when <c>supported_environments</c> keeps the entry out of this environment.</summary>
    public static bool IsForThisEnvironment(MappingNode entry, EnvironmentSource environment) =>
        Coercion.Texts((entry.Get("model_info") as MappingNode)?.Get("supported_environments")) is var supported
        && (supported.IsEmpty
            || supported.Contains(environment.GetNonEmpty("LITELLM_ENVIRONMENT") ?? "", StringComparer.OrdinalIgnoreCase));

    public static void Check(
        MappingNode entry, MappingNode written, DeploymentParams parameters, string name, string model, string path,
        EnvironmentSource environment, DiagnosticBag diagnostics)
    {
        CheckWildcards(written, name, model, path, diagnostics);
        CheckEnvironments(entry, path, environment, diagnostics);
        CheckProviderField(entry, written, model, path, diagnostics);
        PriceReader.Read(written.Entries, $"{path}.litellm_params", diagnostics);
        PriceReader.Read((entry.Get("model_info") as MappingNode)?.Entries ?? [], $"{path}.model_info", diagnostics);
        CheckParameters(written, $"{path}.litellm_params", diagnostics);
        CheckBudget(parameters, written, path, diagnostics);
        foreach (var key in MisplacedParams)
        {
            if (entry.TryGetEntry(key, out var misplaced) && !misplaced.Value.IsNull)
            {
                diagnostics.Notice(DiagnosticCodes.OddForm, misplaced.KeyPosition, $"{path}.{key}",
                    "belongs into litellm_params; accepted here too");
            }
        }
    }

    private static void CheckWildcards(MappingNode written, string name, string model, string path, DiagnosticBag diagnostics)
    {
        if (model.AsSpan().Count('*') > name.AsSpan().Count('*'))
        {
            diagnostics.Error(DiagnosticCodes.Deployment, written.Get("model")!.Position, $"{path}.litellm_params.model",
                $"'{model}' has more '*' than model_name '{name}': there is nothing to put in their place");
        }
    }

    private static void CheckEnvironments(MappingNode entry, string path, EnvironmentSource environment, DiagnosticBag diagnostics)
    {
        if ((entry.Get("model_info") as MappingNode)?.Get("supported_environments") is not { IsNull: false } node)
        {
            return;
        }

        var supported = Coercion.Texts(node);
        var current = environment.GetNonEmpty("LITELLM_ENVIRONMENT");
        var keyPath = $"{path}.model_info.supported_environments";
        foreach (var unknown in supported.Where(static s => !Environments.Contains(s, StringComparer.OrdinalIgnoreCase)))
        {
            diagnostics.Error(
                DiagnosticCodes.NotInEnum, node.Position, keyPath, $"'{unknown}' is not one of {string.Join(", ", Environments)}");
        }

        if (current is null)
        {
            diagnostics.Error(DiagnosticCodes.Deployment, node.Position, keyPath, "LITELLM_ENVIRONMENT is not set",
                "Set it to development, staging or production");
        }
        else if (!supported.Contains(current, StringComparer.OrdinalIgnoreCase))
        {
            diagnostics.Notice(DiagnosticCodes.Deployment, node.Position, keyPath, $"not loaded: LITELLM_ENVIRONMENT is '{current}'");
        }
    }

    private static void CheckProviderField(MappingNode entry, MappingNode written, string model, string path, DiagnosticBag diagnostics)
    {
        const string message = "'provider' is not a field";
        var hint = $"To call another gateway use model: openai/<name> (or litellm_proxy/<name>) with api_base";
        foreach (var (node, where) in new[] { (entry, path), (written, $"{path}.litellm_params") })
        {
            if (!node.TryGetEntry("provider", out var field))
            {
                continue;
            }

            // With a provider in the model's name the entry says what it means, and works.
            var level = model.Contains('/', StringComparison.Ordinal) ? DiagnosticLevel.Warning : DiagnosticLevel.Error;
            diagnostics.Add(new ConfigDiagnostic(level, DiagnosticCodes.ProviderField, field.KeyPosition, where, message, hint));
        }
    }

    private static void CheckParameters(MappingNode written, string path, DiagnosticBag diagnostics)
    {
        foreach (var entry in written.Entries)
        {
            if (RequestParameters.Misspelt(entry.Key) is { } nearest)
            {
                diagnostics.Warning(DiagnosticCodes.UnknownKey, entry.KeyPosition, $"{path}.{entry.Key}",
                    "is not a key of the gateway and is sent upstream as a request parameter", $"Did you mean '{nearest}'?");
            }
        }
    }

    private static void CheckBudget(DeploymentParams parameters, MappingNode written, string path, DiagnosticBag diagnostics)
    {
        if (parameters["max_budget"] is { IsNull: false } && parameters["budget_duration"] is null or { IsNull: true })
        {
            var position = written.Get("max_budget")?.Position ?? written.Position;
            diagnostics.Warning(DiagnosticCodes.BudgetPeriod, position, $"{path}.litellm_params.max_budget",
                "has no budget_duration: it is a budget for the lifetime of the deployment");
        }
    }
}
