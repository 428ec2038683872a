using Tollgate.Configuration;

namespace Tollgate.Hosting;

/// <summary>What the command line says about serving; null leaves it to the environment, then to the default.</summary>
internal sealed record ServeOptions
{
    public string? ConfigPath { get; init; }

    /// <summary><c>--host</c>. Default <c>0.0.0.0</c> (LiteLLM) with a config file, <c>127.0.0.1</c> without.</summary>
    public string? Host { get; init; }

    /// <summary><c>--port</c>. Default 4000; 0 takes a free one.</summary>
    public int? Port { get; init; }

    public CommandLineModel? Model { get; init; }

    public bool Strict { get; init; }

    public bool Debug { get; init; }

    public bool DetailedDebug { get; init; }

    public string? SslCertificateFile { get; init; }

    public string? SslKeyFile { get; init; }

    /// <summary><c>--keepalive_timeout</c>, seconds an idle client connection is kept. Default 130 s (Kestrel).</summary>
    public int? KeepAliveSeconds { get; init; }

    /// <summary><c>--limit_concurrency</c>.</summary>
    public int? LimitConcurrency { get; init; }

    /// <summary><c>--skip_server_startup</c>: get everything ready, then end.</summary>
    public bool SkipServerStartup { get; init; }
}
