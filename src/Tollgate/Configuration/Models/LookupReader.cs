using System.Collections.Immutable;
using System.Globalization;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;

namespace Tollgate.Configuration;

/// <summary>Reads <c>search_tools</c> and <c>vector_store_registry</c> (config.md 8.4). An entry with an error is left out; the others serve.</summary>
internal sealed class LookupReader(MappingNode tree, ImmutableArray<DeploymentConfig> models, IProviderDirectory providers, DiagnosticBag diagnostics)
{
    private static readonly string[] ToolKeys = ["search_provider", "search_engine_id"];

    // What is wrong with the list was said when it was read for the models.
    private readonly CredentialList _credentials = CredentialList.Read(tree, new DiagnosticBag());

    /// <summary>The tools: of the section itself, or of the two places where they may stand as well.</summary>
    public ImmutableArray<SearchToolConfig> ReadTools() =>
    [
        .. ReadTools(tree.Get("search_tools"), "search_tools"),
        .. ReadTools(Section.Of(tree, "general_settings")["search_tools"], "general_settings.search_tools"),
        .. ReadTools(Section.Of(tree, "router_settings")["search_tools"], "router_settings.search_tools"),
    ];

    /// <summary>The stores.</summary>
    public ImmutableArray<VectorStoreConfig> ReadStores()
    {
        const string section = "vector_store_registry";
        var stores = new List<VectorStoreConfig>();
        foreach (var (index, item) in ItemsOf(tree.Get(section)).Index())
        {
            if (item is MappingNode entry && ReadStore(entry, KeyPath.Item(section, index, entry)) is { } store)
            {
                stores.Add(store);
            }
        }

        return [.. stores];
    }

    private IEnumerable<SearchToolConfig> ReadTools(ConfigNode? list, string section)
    {
        foreach (var (index, item) in ItemsOf(list).Index())
        {
            if (item is MappingNode entry && ReadTool(entry, KeyPath.Item(section, index, entry), $"{section}:{index}") is { } tool)
            {
                yield return tool;
            }
        }
    }

    private SearchToolConfig? ReadTool(MappingNode entry, string path, string place)
    {
        var written = entry.Get("litellm_params") as MappingNode;
        if (Required(entry, "search_tool_name", path) is not { } name
            || Required(written ?? entry, "search_provider", path + ".litellm_params") is not { } provider
            || !IsKnown(provider, (written ?? entry).Get("search_provider")!.Position, path + ".litellm_params.search_provider"))
        {
            return null;
        }

        var parameters = ParamsOf(written!, path);
        var id = Coercion.NonEmptyText(entry.Get("search_tool_id")) ?? string.Create(CultureInfo.InvariantCulture, $"search-tool:{place}:{name}");
        var deployment = DeploymentReader.Read(name, provider + "/search", id, entry, parameters);
        deployment = deployment with
        {
            Info = deployment.Info with { Mode = "search" },
            DefaultParams = [.. deployment.DefaultParams.Where(static member => !ToolKeys.Contains(member.Name, StringComparer.Ordinal))],
            ProviderParams = With(deployment, "search_engine_id", parameters.Text("search_engine_id")),
        };
        return new SearchToolConfig(
            name, provider, deployment, entry.Get("search_tool_info") is MappingNode info ? JsonText.Utf8(info) : default);
    }

    private VectorStoreConfig? ReadStore(MappingNode entry, string path)
    {
        var written = entry.Get("litellm_params") as MappingNode ?? entry;
        path += ".litellm_params";
        if (Required(written, "vector_store_id", path) is not { } id || Required(written, "custom_llm_provider", path) is not { } provider
            || !IsKnown(provider.Split('/')[0], written.Get("custom_llm_provider")!.Position, path + ".custom_llm_provider"))
        {
            return null;
        }

        var parameters = ParamsOf(written, path);
        var model = provider.Contains('/', StringComparison.Ordinal) ? provider
            : $"{provider}/{ModelOf(provider, parameters)}";
        var deployment = DeploymentReader.Read(id, model, "vector-store:" + id, entry, parameters);
        return new VectorStoreConfig
        {
            Id = id,
            Provider = provider,
            Name = Coercion.NonEmptyText(entry.Get("vector_store_name")),
            Description = parameters.Text("vector_store_description"),
            TeamId = parameters.Text("team_id"),
            Deployment = deployment with { CustomProvider = null, Info = deployment.Info with { Mode = "vector_store" } },
            Embedding = EmbeddingOf(id, parameters),
        };
    }

    /// <summary>What makes vectors of queries: a model of the list, or one that is described here.</summary>
    private DeploymentConfig? EmbeddingOf(string id, DeploymentParams store)
    {
        if (store.Text("litellm_embedding_model") is not { } model)
        {
            return null;
        }

        if (models.FirstOrDefault(listed => string.Equals(listed.ModelGroup, model, StringComparison.Ordinal)) is { } known)
        {
            return known;
        }

        var written = store["litellm_embedding_config"] as MappingNode ?? MappingNode.Empty(store["litellm_embedding_model"]!.Position);
        return DeploymentReader.Read(model, model, "vector-store-embedding:" + id, written, new DeploymentParams(written, null, []));
    }

    /// <summary>The model that a store is asked through, for providers where that is one; the name of the thing itself otherwise.</summary>
    private static string ModelOf(string provider, DeploymentParams parameters)
        => parameters.Text("model") is not { } model ? "vector_store"
            : model.StartsWith(provider + "/", StringComparison.Ordinal) ? model[(provider.Length + 1)..] : model;

    private DeploymentParams ParamsOf(MappingNode written, string path)
    {
        MappingNode? credential = null;
        if (Coercion.NonEmptyText(written.Get("litellm_credential_name")) is { } name && (credential = _credentials.Find(name)) is null)
        {
            diagnostics.Warning(
                DiagnosticCodes.Deployment, written.Get("litellm_credential_name")!.Position, $"{path}.litellm_credential_name",
                $"credential '{name}' not found", NearestName.Suggest(name, _credentials.Names));
        }

        return new DeploymentParams(written, credential, []);
    }

    private string? Required(MappingNode node, string key, string path)
    {
        if (Coercion.NonEmptyText(node.Get(key)) is { } text)
        {
            return text;
        }

        diagnostics.Error(DiagnosticCodes.Required, node.Position, $"{path}.{key}", $"'{key}' is required");
        return null;
    }

    private bool IsKnown(string provider, SourcePosition position, string path)
    {
        if (providers.IsProvider(provider))
        {
            return true;
        }

        diagnostics.Error(
            DiagnosticCodes.Provider, position, path, $"unknown provider '{provider}'", NearestName.Suggest(provider, providers.Slugs));
        return false;
    }

    private static System.Collections.Frozen.FrozenDictionary<string, string> With(DeploymentConfig deployment, string name, string? value)
        => value is null ? deployment.ProviderParams
            : System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(
                deployment.ProviderParams.Append(KeyValuePair.Create(name, value)), StringComparer.Ordinal);

    private static IEnumerable<ConfigNode> ItemsOf(ConfigNode? list) => list is SequenceNode sequence ? sequence.Items : [];
}
