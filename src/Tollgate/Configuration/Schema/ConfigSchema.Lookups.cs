namespace Tollgate.Configuration;

// search_tools and vector_store_registry (config.md 8.4).
internal static partial class ConfigSchema
{
    /// <summary>A tool that searches the web. What its parameters do not know goes to the provider.</summary>
    private static SchemaSection BuildSearchToolEntry() => new(
    [
        .. Live(ValueKind.Text, "search_tool_name"),
        .. Silent(ValueKind.Text, "search_tool_id"),
        Nested("litellm_params", ValueKind.Map, LitellmParams),
        new("search_tool_info", ValueKind.Map, KeyTraits.Live) { Children = Anything },
    ]);

    /// <summary>A vector store that a provider keeps.</summary>
    private static SchemaSection BuildVectorStoreEntry() => new(
    [
        .. Live(ValueKind.Text, "vector_store_name"),
        Nested("litellm_params", ValueKind.Map, LitellmParams),
    ]);
}
