using System.CommandLine;
using Tollgate.Configuration;
using Tollgate.Hosting;

namespace Tollgate.Commands;

/// <summary><c>tollgate [serve]</c>, with LiteLLM's flags (config.md section 10).</summary>
internal sealed class ServeCommand
{
    /// <summary>Flags that exist for LiteLLM's sake and change nothing here: what they tune does not exist, or is always on.</summary>
    private static readonly string[] SwitchesWithoutEffect =
    [
        "--run_gunicorn", "--run_hypercorn", "--run_granian", "--use_prisma_db_push", "--use_v2_migration_resolver", "--use_legacy_migration_resolver",
        "--enforce_prisma_migration_check", "--iam_token_db_auth", "--azure_postgresql_auth", "--reload", "--save", "--local", "--use_queue",
        "--add_function_to_prompt", "--test_async", "--setup",
    ];

    private static readonly string[] ValuesWithoutEffect =
    [
        "--num_workers", "--log_config", "--ciphers", "--loop", "--granian_threads", "--timeout_worker_healthcheck", "--max_requests_before_restart",
        "--max_requests_before_restart_jitter", "--telemetry", "--add_key", "--num_requests",
    ];

    private readonly Option<string?> _config = new("--config", "-c") { Description = "Configuration file (YAML)" };
    private readonly Option<string?> _host = new("--host") { Description = "Address to listen on; 0.0.0.0 with a config file, else 127.0.0.1" };
    private readonly Option<int?> _port = new("--port") { Description = "Port to listen on; 4000, 0 takes a free one" };
    private readonly Option<string?> _model = new("--model", "-m") { Description = "Serve this one model without a config file" };
    private readonly Option<string?> _alias = new("--alias") { Description = "Public name of --model" };
    private readonly Option<string?> _apiBase = new("--api_base") { Description = "Upstream of --model" };
    private readonly Option<string?> _apiVersion = new("--api_version") { Description = "API version of --model" };
    private readonly Option<string?> _headers = new("--headers") { Description = "Extra headers of --model, a JSON object" };
    private readonly Option<string?> _temperature = new("--temperature") { Description = "Default temperature of --model" };
    private readonly Option<string?> _maxTokens = new("--max_tokens") { Description = "Default max_tokens of --model" };
    private readonly Option<string?> _requestTimeout = new("--request_timeout") { Description = "Timeout of --model in seconds" };
    private readonly Option<string?> _maxBudget = new("--max_budget") { Description = "Budget of --model in USD" };
    private readonly Option<bool> _dropParams = new("--drop_params") { Description = "Drop parameters that the provider of --model does not take" };
    private readonly Option<bool> _debug = new("--debug") { Description = "Log at debug level" };
    private readonly Option<bool> _detailedDebug = new("--detailed_debug") { Description = "Log at debug level, in detail" };
    private readonly Option<bool> _strict = new("--strict_config") { Description = "Errors in the configuration stop the start" };
    private readonly Option<bool> _validate = new("--validate_config") { Description = "Check the configuration and exit" };
    private readonly Option<bool> _test = new("--test") { Description = "Check the configuration, ask a running gateway for one answer, and exit" };
    private readonly Option<bool> _health = new("--health") { Description = "Ask the running gateway for the health of its models, and exit" };
    private readonly Option<bool> _version = new("--version", "-v") { Description = "Print the version and exit" };
    private readonly Option<bool> _skipStartup = new("--skip_server_startup") { Description = "Get everything ready, then exit" };
    private readonly Option<string?> _sslCertificate = new("--ssl_certfile_path") { Description = "Certificate (PEM) for HTTPS" };
    private readonly Option<string?> _sslKey = new("--ssl_keyfile_path") { Description = "Private key (PEM) for HTTPS" };
    private readonly Option<int?> _keepAlive = new("--keepalive_timeout") { Description = "Seconds an idle client connection is kept" };
    private readonly Option<int?> _limitConcurrency = new("--limit_concurrency") { Description = "Answer 503 above so many requests at once" };

    private ServeCommand()
    {
    }

    /// <summary>Gives a command the flags and the action.</summary>
    public static void AddTo(Command command, EnvironmentSource environment, TextWriter output, TextWriter errors)
    {
        var serve = new ServeCommand();
        foreach (var option in serve.AllOptions())
        {
            command.Options.Add(option);
        }

        foreach (var name in SwitchesWithoutEffect)
        {
            command.Options.Add(new Option<bool>(name) { Description = "Accepted, no effect", Hidden = true });
        }

        foreach (var name in ValuesWithoutEffect)
        {
            command.Options.Add(new Option<string?>(name) { Description = "Accepted, no effect", Hidden = true });
        }

        command.SetAction((parsed, _) => serve.RunAsync(parsed, environment, output, errors));
    }

    private Option[] AllOptions() =>
    [
        _config, _host, _port, _model, _alias, _apiBase, _apiVersion, _headers, _temperature, _maxTokens, _requestTimeout, _maxBudget, _dropParams,
        _debug, _detailedDebug, _strict, _validate, _test, _health, _version, _skipStartup, _sslCertificate, _sslKey, _keepAlive, _limitConcurrency,
    ];

    private async Task<int> RunAsync(ParseResult parsed, EnvironmentSource environment, TextWriter output, TextWriter errors)
    {
        if (parsed.GetValue(_version))
        {
            await VersionCommand.WriteAsync(output);
            return 0;
        }

        var options = Read(parsed, environment);
        if (parsed.GetValue(_validate))
        {
            return await new ConfigCheck(environment, output, errors).RunAsync(options.ConfigPath, options.Model, strict: true);
        }

        if (parsed.GetValue(_test))
        {
            return await new RunningGateway(environment, output, errors).TestAsync(options);
        }

        return parsed.GetValue(_health)
            ? await new RunningGateway(environment, output, errors).HealthAsync(options)
            : await new GatewayHost(options, environment, output, errors).RunAsync();
    }

    private ServeOptions Read(ParseResult parsed, EnvironmentSource environment) => new()
    {
        ConfigPath = parsed.GetValue(_config),
        Host = parsed.GetValue(_host),
        Port = parsed.GetValue(_port),
        Model = parsed.GetValue(_model) is { } model ? ReadModel(parsed, model) : null,
        Strict = parsed.GetValue(_strict),
        Debug = parsed.GetValue(_debug),
        DetailedDebug = parsed.GetValue(_detailedDebug),
        SslCertificateFile = parsed.GetValue(_sslCertificate) ?? environment.GetNonEmpty("SSL_CERTFILE_PATH"),
        SslKeyFile = parsed.GetValue(_sslKey) ?? environment.GetNonEmpty("SSL_KEYFILE_PATH"),
        KeepAliveSeconds = parsed.GetValue(_keepAlive) ?? (int.TryParse(environment.GetNonEmpty("KEEPALIVE_TIMEOUT"), out var seconds) ? seconds : null),
        LimitConcurrency = parsed.GetValue(_limitConcurrency),
        SkipServerStartup = parsed.GetValue(_skipStartup),
    };

    private CommandLineModel ReadModel(ParseResult parsed, string model) => new()
    {
        Model = model,
        Alias = parsed.GetValue(_alias),
        ApiBase = parsed.GetValue(_apiBase),
        ApiVersion = parsed.GetValue(_apiVersion),
        Headers = parsed.GetValue(_headers),
        Temperature = parsed.GetValue(_temperature),
        MaxTokens = parsed.GetValue(_maxTokens),
        RequestTimeout = parsed.GetValue(_requestTimeout),
        DropParams = parsed.GetValue(_dropParams),
        MaxBudget = parsed.GetValue(_maxBudget),
    };
}
