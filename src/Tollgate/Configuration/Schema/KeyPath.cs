namespace Tollgate.Configuration;

/// <summary>Writes key paths as messages show them: <c>model_list[2] (gpt-4o).litellm_params.model</c>.</summary>
internal static class KeyPath
{
    public static string Child(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    /// <summary>An item with its name, when it has one: positions in a long list say little.</summary>
    public static string Item(string path, int index, ConfigNode item)
    {
        var name = item is MappingNode mapping && Label(mapping) is { Length: > 0 } label ? $" ({label})" : "";
        return $"{path}[{index}]{name}";
    }

    private static string? Label(MappingNode item) =>
        (item.Get("model_name") ?? item.Get("guardrail_name") ?? item.Get("credential_name")) is ScalarNode scalar
            ? scalar.Reference ?? scalar.Text
            : null;
}
