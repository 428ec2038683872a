using System.Collections.Immutable;

namespace Tollgate.Configuration;

/// <summary>What to load.</summary>
internal sealed record ConfigRequest
{
    /// <summary><c>--config</c>; null asks <c>CONFIG_FILE_PATH</c>, then <c>WORKER_CONFIG</c>, and else loads none.</summary>
    public string? Path { get; init; }

    /// <summary>Where variables come from. A reload passes the first one again: <c>.env</c> is read once.</summary>
    public required EnvironmentSource Environment { get; init; }

    /// <summary>Rows of the database; null before they were read, or without a database.</summary>
    public StoredConfiguration? Stored { get; init; }

    /// <summary>Files that were read before, as one tree: nothing is read again then. Null reads them.</summary>
    public FileTree? Files { get; init; }

    /// <summary>The model given on the command line, or null.</summary>
    public CommandLineModel? CommandLine { get; init; }

    /// <summary>
    /// <c>--strict_config</c> or <c>--validate_config</c>: errors stop the start. <c>STRICT_CONFIG</c> and <c>tollgate.strict_config</c>
    /// mean the same.
    /// </summary>
    public bool Strict { get; init; }
}

/// <summary>The files of a load, merged.</summary>
/// <param name="Root">The tree, nothing substituted.</param>
/// <param name="Paths">Every file that was read, absolute.</param>
internal sealed record FileTree(MappingNode Root, ImmutableArray<string> Paths);

/// <summary>A model without a file (config.md 10.3): <c>--model</c> and the flags that apply to it.</summary>
internal sealed record CommandLineModel
{
    /// <summary><c>--model</c>: <c>provider/model</c> or a bare name.</summary>
    public required string Model { get; init; }

    /// <summary><c>--alias</c>: the public name; the model text when absent.</summary>
    public string? Alias { get; init; }

    /// <summary><c>--api_base</c>.</summary>
    public string? ApiBase { get; init; }

    /// <summary><c>--api_version</c>.</summary>
    public string? ApiVersion { get; init; }

    /// <summary><c>--headers</c>, a JSON object.</summary>
    public string? Headers { get; init; }

    /// <summary><c>--temperature</c>.</summary>
    public string? Temperature { get; init; }

    /// <summary><c>--max_tokens</c>.</summary>
    public string? MaxTokens { get; init; }

    /// <summary><c>--request_timeout</c>, seconds.</summary>
    public string? RequestTimeout { get; init; }

    /// <summary><c>--drop_params</c>.</summary>
    public bool DropParams { get; init; }

    /// <summary><c>--max_budget</c>, USD.</summary>
    public string? MaxBudget { get; init; }
}
