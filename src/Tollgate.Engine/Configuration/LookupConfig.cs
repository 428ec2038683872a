namespace Tollgate.Engine.Configuration;

/// <summary>A tool that searches the web.</summary>
/// <param name="Name">Name that clients call it by (<c>search_tool_name</c>).</param>
/// <param name="Provider">Provider slug (<c>search_provider</c>).</param>
/// <param name="Deployment">Where it is and with which credentials; its model group is the tool's name.</param>
/// <param name="Info"><c>search_tool_info</c> as UTF-8 JSON; empty for none.</param>
public sealed record SearchToolConfig(string Name, string Provider, DeploymentConfig Deployment, ReadOnlyMemory<byte> Info);

/// <summary>A vector store that the gateway knows.</summary>
public sealed record VectorStoreConfig
{
    /// <summary>Id at the provider, by which clients call it (<c>vector_store_id</c>).</summary>
    public required string Id { get; init; }

    /// <summary>Name for people; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>What is in it, for people; null for none.</summary>
    public string? Description { get; init; }

    /// <summary>Provider as written (<c>custom_llm_provider</c>).</summary>
    public required string Provider { get; init; }

    /// <summary>Where it is and with which credentials; its model group is the store's id.</summary>
    public required DeploymentConfig Deployment { get; init; }

    /// <summary>What makes vectors of queries (<c>litellm_embedding_model</c>); null where the provider does that.</summary>
    public DeploymentConfig? Embedding { get; init; }

    /// <summary>Team whose keys alone may search it; null for everyone.</summary>
    public string? TeamId { get; init; }
}
