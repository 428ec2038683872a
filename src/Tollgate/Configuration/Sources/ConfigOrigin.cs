using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>
/// Finds the configuration: <c>--config</c>, <c>CONFIG_FILE_PATH</c>, <c>WORKER_CONFIG</c> (path or JSON), or none (config.md 1.1).
/// </summary>
internal static class ConfigOrigin
{
    /// <summary>The tree; empty without a file; null after a fatal diagnostic.</summary>
    public static MappingNode? Read(ConfigRequest request, ConfigTreeReader trees)
    {
        var environment = request.Environment;
        if ((request.Path ?? environment.GetNonEmpty("CONFIG_FILE_PATH")) is { } path)
        {
            return ReadFile(path, environment, trees);
        }

        if (environment.GetNonEmpty("WORKER_CONFIG") is not { } worker)
        {
            return MappingNode.Empty(new SourcePosition("", 0, 0));
        }

        return worker.TrimStart().StartsWith('{') ? ReadJson(worker, environment, trees) : ReadFile(worker, environment, trees);
    }

    private static MappingNode? ReadFile(string path, EnvironmentSource environment, ConfigTreeReader trees) =>
        trees.ReadFile(Path.Combine(environment.WorkingDirectory, path), path);

    private static MappingNode? ReadJson(string json, EnvironmentSource environment, ConfigTreeReader trees)
    {
        var tree = trees.ReadText(json, "env:WORKER_CONFIG", environment.WorkingDirectory);

        // COMPAT: LiteLLM hands its start options to workers this way; of these only the path of the file matters.
        return tree?.Get("config") is ScalarNode { Kind: ScalarKind.Text } path && tree.Get("model_list") is null
            ? ReadFile(path.Text, environment, trees)
            : tree;
    }
}
