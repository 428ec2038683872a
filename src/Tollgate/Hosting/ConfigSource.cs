#pragma warning disable RS0030 // Models are shown as JSON trees; no call comes here.
using System.Collections.Immutable;
using Tollgate.Configuration;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.FirstRun;
using Tollgate.Management.Configuration;

namespace Tollgate.Hosting;

/// <summary>Loads the configuration of a serving gateway, at start and again on reload.</summary>
internal sealed class ConfigSource(ServeOptions options, EnvironmentSource environment, IProviderDirectory providers)
{
    /// <summary>Files of the last load that was good.</summary>
    private FileTree? _files;

    private volatile Lazy<ConfigurationView> _view = new(static () => ConfigurationView.Empty);

    /// <summary>True when there is neither file nor model: the gateway starts with its own fake models.</summary>
    public bool IsQuickStart { get; private set; }

    /// <summary>The master key that this start made; null when there was one.</summary>
    public string? NewMasterKey { get; private set; }

    /// <summary>Where a made master key is kept.</summary>
    public DataDirectory Data { get; } = DataDirectory.From(environment);

    public EnvironmentSource Environment { get; } = environment;

    /// <summary>Rows of the database as last read; null before that, or without a database.</summary>
    public StoredConfiguration? Stored { get; set; }

    /// <summary>The last good configuration, fit to be shown.</summary>
    public ConfigurationView View => _view.Value;

    /// <summary>Loads everything anew, with the rows as last read.</summary>
    public ConfigResult Load() => Load(files: null);

    /// <summary>Loads with the files as last read: for rows that have changed.</summary>
    public ConfigResult LoadRows() => Load(_files);

    private ConfigResult Load(FileTree? files)
    {
        var request = new ConfigRequest
        {
            Path = options.ConfigPath,
            Environment = Environment,
            CommandLine = options.Model,
            Strict = options.Strict,
            Stored = Stored,
            Files = files,
        };
        var result = ConfigLoader.Load(request, providers);
        if (result.Config is not { } config)
        {
            return result;
        }

        IsQuickStart = result.Files.IsEmpty && options.Model is null && Environment.GetNonEmpty("WORKER_CONFIG") is null
            && config.Deployments.All(static deployment => JsonNodes.IsStored(deployment.Source));
        if (IsQuickStart)
        {
            config = ApplyQuickStart(config);
            result = result with
            {
                // It has one now.
                Diagnostics = result.Diagnostics.RemoveAll(static diagnostic => diagnostic.Code is DiagnosticCodes.OpenGateway),
            };
        }

        if (options.LimitConcurrency is { } limit)
        {
            config = config with { Server = config.Server with { LimitConcurrency = limit } };
        }

        _files = result.Tree;
        _view = IsQuickStart ? new Lazy<ConfigurationView>(() => WithOwnModels(result.View.Value, config)) : result.View;
        return result with { Config = config };
    }

    // The gateway's own models stand in no file: they are shown as what they are.
    private static ConfigurationView WithOwnModels(ConfigurationView view, GatewayConfig config) => view with
    {
        Deployments =
        [
            .. config.Deployments.Where(static deployment => !JsonNodes.IsStored(deployment.Source)).Select(static deployment => new DeploymentView(
                deployment.Id,
                deployment.ModelGroup,
                new() { ["model"] = deployment.Model, ["custom_llm_provider"] = deployment.CustomProvider },
                new() { ["id"] = deployment.Id, ["mode"] = deployment.Info.Mode })),
            .. view.Deployments,
        ],
    };

    /// <summary>Text of a configuration's line, for showing a problem with it.</summary>
    public static string? SourceLine(string file, int line)
    {
        try
        {
            return File.ReadLines(file).ElementAtOrDefault(line - 1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Diagnostics that an operator should see at start: all but remarks.</summary>
    public static ImmutableArray<ConfigDiagnostic> WorthShowing(ConfigResult result)
        => [.. result.Diagnostics.Where(static diagnostic => diagnostic.Level > DiagnosticLevel.Notice)];

    private GatewayConfig ApplyQuickStart(GatewayConfig config)
    {
        if (config.General.MasterKey is not null)
        {
            return QuickStart.Apply(config, config.General.MasterKey);
        }

        var key = Data.MasterKey(out var created);
        NewMasterKey = created ? key : NewMasterKey;
        return QuickStart.Apply(config, key);
    }
}
