using System.Collections.Frozen;
using System.Collections.Immutable;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;

namespace Tollgate.Configuration;

/// <summary>What <c>model_list</c> came to.</summary>
/// <param name="Deployments">Usable deployments, in file order.</param>
/// <param name="Aliases">Entries whose model is another entry's name: aliases in disguise.</param>
/// <param name="GroupBudgets">Budgets of whole groups of several deployments.</param>
/// <param name="Listed">Entries as they are served, by deployment.</param>
internal sealed record ModelList(
    ImmutableArray<DeploymentConfig> Deployments,
    IReadOnlyDictionary<string, string> Aliases,
    FrozenDictionary<string, PartialBudgetSetting> GroupBudgets,
    ImmutableArray<ListedDeployment> Listed);

/// <summary>The entry behind a deployment, with overrides applied.</summary>
/// <param name="Deployment">What it came to.</param>
/// <param name="Entry">The entry.</param>
/// <param name="Overrides">Names of values that overrides changed.</param>
internal sealed record ListedDeployment(DeploymentConfig Deployment, MappingNode Entry, ImmutableArray<string> Overrides);

/// <summary>Reads <c>model_list</c> (config.md 4). An entry with an error is left out; the others serve.</summary>
internal sealed class ModelListReader(
    MappingNode tree, EnvironmentSource environment, IProviderDirectory providers, ModelOverrides overrides, DiagnosticBag diagnostics)
{
    private readonly CredentialList _credentials = CredentialList.Read(tree, diagnostics);
    private readonly ImmutableArray<MappingEntry> _defaults =
        GatewayConfigReader.DefaultParams(Section.Of(tree, "router_settings"), Section.Of(tree, "litellm_settings"));

    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);
    private readonly DeploymentSet _deployments = new(diagnostics);
    private readonly Dictionary<(SourcePosition Source, string Id), MappingNode> _entries = [];

    public ModelList Read()
    {
        var items = (tree.Get("model_list") as SequenceNode)?.Items ?? [];
        var names = items.OfType<MappingNode>().Select(static m => Coercion.NonEmptyText(m.Get("model_name"))).OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i] is MappingNode entry)
            {
                ReadEntry(entry, KeyPath.Item("model_list", i, entry), i, names);
            }
        }

        var deployments = GroupBudgets.Apply(_deployments.ToImmutable(), overrides, out var budgets);
        return new ModelList(deployments, _aliases, budgets, [.. deployments.Select(ListedFor)]);
    }

    private ListedDeployment ListedFor(DeploymentConfig deployment)
    {
        // Of several organizations under one chosen id all but the first were given another.
        var entry = _entries.GetValueOrDefault((deployment.Source, deployment.Id))
            ?? _entries.First(pair => pair.Key.Source == deployment.Source).Value;
        var names = overrides.NamesFor(deployment.ModelGroup, deployment.Id, JsonNodes.IsStored(deployment.Source));
        return new ListedDeployment(deployment, entry, names);
    }

    private void ReadEntry(MappingNode entry, string path, int index, HashSet<string> names)
    {
        if (Coercion.NonEmptyText(entry.Get("model_name")) is not { } name)
        {
            Fail(DiagnosticCodes.Required, entry.Position, $"model_list[{index}].model_name", "'model_name' is required");
            return;
        }

        var written = entry.Get("litellm_params") as MappingNode;
        if (Coercion.NonEmptyText(written?.Get("model")) is not { } model)
        {
            var position = written?.Position ?? entry.Position;
            Fail(DiagnosticCodes.Required, position, $"{path}.litellm_params.model", "'litellm_params.model' is required");
            return;
        }

        var parameters = Merge(written!, path);
        EntryRules.Check(entry, written!, parameters, name, model, path, environment, diagnostics);
        if (diagnostics.HasErrorUnder(path) || !EntryRules.IsForThisEnvironment(entry, environment)
            || !Resolve(name, model, parameters, written!, path, names))
        {
            return;
        }

        foreach (var variant in Organizations(written!))
        {
            AddDeployment(entry, variant, name, model, path, index);
        }
    }

    private DeploymentParams Merge(MappingNode written, string path)
    {
        MappingNode? credential = null;
        if (Coercion.NonEmptyText(written.Get("litellm_credential_name")) is { } credentialName
            && (credential = _credentials.Find(credentialName)) is null)
        {
            var hint = NearestName.Suggest(credentialName, _credentials.Names);
            var position = written.Get("litellm_credential_name")!.Position;

            // A credential may be deleted while rows use it: their calls then fail with the reason instead of with "no such model".
            var level = JsonNodes.IsStored(position) ? DiagnosticLevel.Warning : DiagnosticLevel.Error;
            diagnostics.Add(new(level, DiagnosticCodes.Deployment, position, $"{path}.litellm_params.litellm_credential_name",
                $"credential '{credentialName}' not found", hint));
        }

        return new DeploymentParams(written, credential, _defaults);
    }

    /// <summary>False when the entry is an alias and no deployment.</summary>
    private bool Resolve(string name, string model, DeploymentParams parameters, MappingNode written, string path, HashSet<string> names)
    {
        var position = written.Get("model")!.Position;
        var modelPath = $"{path}.litellm_params.model";
        var apiBase = parameters.Text("api_base") ?? parameters.Text("base_url");
        var resolution = providers.Resolve(model, parameters.Text("custom_llm_provider"), apiBase);
        if (resolution.Slug is not null)
        {
            if (resolution.Notice is { } notice)
            {
                diagnostics.Notice(DiagnosticCodes.Provider, position, modelPath, notice);
            }

            return true;
        }

        if (!string.Equals(model, name, StringComparison.Ordinal) && names.Contains(model))
        {
            _aliases.TryAdd(name, model);
            diagnostics.Notice(DiagnosticCodes.Provider, position, modelPath,
                $"'{model}' is another model_name; treated as an alias of it");
            return false;
        }

        var slash = model.IndexOf('/', StringComparison.Ordinal);
        var nearest = slash > 0 ? NearestName.Find(model[..slash], providers.Slugs) : null;

        // The deployment stays listed, as in LiteLLM, and its connection answers calls with the same sentence (providers.md 2, rule 9).
        diagnostics.Warning(DiagnosticCodes.Provider, position, modelPath,
            $"LLM Provider NOT provided. Pass in the LLM provider you are trying to call. You passed model={model}",
            nearest is not null ? $"Did you mean '{nearest}{model[slash..]}'?"
                : $"Use 'openai/{model}' with api_base for any OpenAI-compatible server");
        return true;
    }

    // A list of organizations is a deployment for each, otherwise the same.
    private static IEnumerable<MappingNode> Organizations(MappingNode written)
    {
        if (!written.TryGetEntry("organization", out var entry) || entry.Value is not SequenceNode list)
        {
            return [written];
        }

        return list.Items.Where(static i => !i.IsNull)
            .Select(item => new MappingNode(written.Entries.Replace(entry, entry with { Value = item }), written.Position));
    }

    private void AddDeployment(MappingNode entry, MappingNode written, string name, string model, string path, int index)
    {
        var ownId = Coercion.NonEmptyText((entry.Get("model_info") as MappingNode)?.Get("id"));
        var id = ownId ?? DeploymentId.Of(name, written);

        // After the id, which must stay the same whatever is laid over.
        entry = overrides.Apply(name, id, JsonNodes.With(entry, [new("litellm_params", written.Position, written)]));
        written = (MappingNode)entry.Get("litellm_params")!;
        var credential = Credential(written);
        var deployment = DeploymentReader.Read(name, model, id, entry, new DeploymentParams(written, credential, _defaults));
        if (credential is null && deployment.ApiKey is null && Coercion.NonEmptyText(written.Get("litellm_credential_name")) is not null)
        {
            deployment = deployment with { ApiKeyUnresolved = true };
        }

        _entries.TryAdd((deployment.Source, id), entry);
        _deployments.Add(deployment, isOwnId: ownId is not null, path, index);
    }

    private MappingNode? Credential(MappingNode written) =>
        Coercion.NonEmptyText(written.Get("litellm_credential_name")) is { } name ? _credentials.Find(name) : null;

    private void Fail(string code, SourcePosition position, string path, string message, string? hint = null) =>
        diagnostics.Error(code, position, path, message, hint);
}
