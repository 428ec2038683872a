#pragma warning disable RS0030 // Rows travel as JSON trees: this runs when rows are loaded or shown, never for a call.
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tollgate.Management.Configuration;

namespace Tollgate.Configuration;

/// <summary>Makes the view that the control plane shows of a loaded configuration.</summary>
internal sealed class ShownConfiguration(
    MappingNode tree, ModelList models, ImmutableArray<string> variables, ImmutableArray<ConfigDiagnostic> diagnostics, DatabaseRows? rows)
{
    private readonly ShownNodes _nodes = new();

    public string? ConfigFile { get; init; }

    public StoreMode Store { get; init; }

    /// <summary>The database's row says whether rows count.</summary>
    public bool IsStoreSwitchInRow { get; init; }

    /// <summary>Ids of rows that could not be opened.</summary>
    public IReadOnlySet<string> Undecryptable { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    public ConfigurationView Build()
    {
        _nodes.Learn(tree);
        foreach (var listed in models.Listed)
        {
            _nodes.Learn(listed.Entry);
        }

        return new ConfigurationView
        {
            ConfigFile = ConfigFile,
            Store = Store,
            StoreIsOn = rows is not null,
            Sections = Sections(),
            Sources = Sources(),
            Deployments = [.. models.Listed.Select(Show), .. Faulty()],
            FileCredentials = [.. FileCredentials()],
        };
    }

    private JsonObject Sections()
    {
        var sections = new JsonObject();
        foreach (var entry in tree.Entries)
        {
            if (entry.Key is not ("model_list" or "credential_list" or "include") && !entry.Key.StartsWith("x-", StringComparison.Ordinal))
            {
                sections[entry.Key] = _nodes.Show(entry.Value, entry.Key);
            }
        }

        sections["environment_variables"] = new JsonObject(variables.Select(static name => KeyValuePair.Create(name, (JsonNode?)SecretNames.Mask)));
        return sections;
    }

    private JsonObject Sources()
    {
        var sources = new JsonObject();
        foreach (var section in tree.Entries)
        {
            foreach (var entry in section.Key.EndsWith("_settings", StringComparison.Ordinal) ? (section.Value as MappingNode)?.Entries ?? [] : [])
            {
                var position = entry.Value.Position;
                sources[$"{section.Key}.{entry.Key}"] = JsonNodes.IsStored(position)
                    ? new JsonObject { ["source"] = "db" }
                    : new JsonObject { ["source"] = position.Line == 0 ? position.File : "file", ["line"] = position.Line == 0 ? null : position.Line };
            }
        }

        if (IsStoreSwitchInRow)
        {
            // Switched off, it is the one row that counts.
            sources["general_settings.store_model_in_db"] = new JsonObject { ["source"] = "db" };
        }

        return sources;
    }

    private DeploymentView Show(ListedDeployment listed)
    {
        var info = _nodes.ShowMapping(listed.Entry.Get("model_info") as MappingNode ?? MappingNode.Empty(listed.Entry.Position));
        var parameters = _nodes.ShowMapping((MappingNode)listed.Entry.Get("litellm_params")!);
        if (listed.Overrides.Contains("max_budget", StringComparer.Ordinal) && listed.Deployment.MaxBudget is { } budget)
        {
            parameters["max_budget"] = (double)budget;
            parameters["budget_duration"] = listed.Deployment.BudgetDuration;
        }

        return new DeploymentView(listed.Deployment.Id, listed.Deployment.ModelGroup, parameters, info)
        {
            IsStored = JsonNodes.IsStored(listed.Deployment.Source),
            Blocked = listed.Deployment.Info.Blocked,
            Overrides = listed.Overrides,
        };
    }

    private IEnumerable<DeploymentView> Faulty()
    {
        var served = models.Listed.Where(static l => JsonNodes.IsStored(l.Deployment.Source)).Select(static l => l.Deployment.Source).ToHashSet();
        foreach (var row in rows?.Models ?? [])
        {
            var id = row["model_id"]!.GetValue<string>();
            var name = row["model_name"]?.GetValue<string>() ?? "";
            if (!served.Contains(JsonNodes.PositionOf(id)) && !models.Aliases.ContainsKey(name))
            {
                yield return new DeploymentView(id, name, [], DatabaseOverlay.InfoOf(row)) { IsStored = true, Error = FaultOf(id) };
            }
        }
    }

    private string FaultOf(string id) =>
        Undecryptable.Contains(id) ? "undecryptable"
            : diagnostics.FirstOrDefault(d => d.Level >= DiagnosticLevel.Error && d.Position == JsonNodes.PositionOf(id)) is { } fault
                ? $"{fault.Path}: {fault.Message}"
                : "not loaded";

    private IEnumerable<CredentialView> FileCredentials()
    {
        foreach (var item in ((tree.Get("credential_list") as SequenceNode)?.Items ?? []).OfType<MappingNode>())
        {
            if (!JsonNodes.IsStored(item.Position) && Coercion.NonEmptyText(item.Get("credential_name")) is { } name)
            {
                var values = (item.Get("credential_values") as MappingNode)?.Entries ?? [];
                var info = item.Get("credential_info") as MappingNode ?? MappingNode.Empty(item.Position);
                yield return new CredentialView(
                    name,
                    new JsonObject(values.Select(static e => KeyValuePair.Create(e.Key, (JsonNode?)(e.Value is ScalarNode s ? s.Reference ?? SecretNames.Mask : SecretNames.Mask)))),
                    _nodes.ShowMapping(info));
            }
        }
    }
}
