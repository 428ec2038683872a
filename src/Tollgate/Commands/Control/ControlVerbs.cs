using System.CommandLine;
using Tollgate.Configuration;

namespace Tollgate.Commands.Control;

/// <summary>Makes commands over the control plane: where it is, how answers are printed and how a failure ends are the same for all.</summary>
internal sealed class ControlVerbs(EnvironmentSource environment, TextWriter output, TextWriter errors)
{
    private readonly Option<string?> _url = new("--url")
    {
        Description = "Address of a running gateway; default TOLLGATE_URL, LITELLM_PROXY_URL, else the store itself", Recursive = true,
    };

    private readonly Option<string?> _key = new("--key") { Description = "Key for --url; default LITELLM_MASTER_KEY", Recursive = true };
    private readonly Option<string?> _config = new("--config", "-c")
    {
        Description = "Configuration file whose store is used; default CONFIG_FILE_PATH", Recursive = true,
    };

    private readonly Option<string?> _dataDirectory = new("--data_dir")
    {
        Description = "Data directory whose store is used; default TOLLGATE_DATA_DIR, else ./data", Recursive = true,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the answer as JSON", Recursive = true };

    /// <summary>Makes the command that holds the verbs of one kind of thing.</summary>
    public Command Group(string name, string description, params ReadOnlySpan<Command> verbs)
    {
        var command = new Command(name, description) { _url, _key, _config, _dataDirectory, _json };
        foreach (var verb in verbs)
        {
            command.Subcommands.Add(verb);
        }

        return command;
    }

    /// <summary>Makes a verb.</summary>
    public Command Verb(
        string name, string description, IEnumerable<Symbol> symbols, Func<ControlSession, ParseResult, Task> run)
    {
        var command = new Command(name, description);
        Add(command, symbols, run);
        return command;
    }

    /// <summary>Gives a command arguments, flags and its action.</summary>
    public void Add(Command command, IEnumerable<Symbol> symbols, Func<ControlSession, ParseResult, Task> run)
    {
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)symbol);
            }
        }

        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, run, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<ControlSession, ParseResult, Task> run, CancellationToken cancellationToken)
    {
        try
        {
            await using var client = await OpenAsync(parsed, cancellationToken);
            await run(new ControlSession(client, output, parsed.GetValue(_json), cancellationToken), parsed);
            return 0;
        }
        catch (ControlPlaneException exception)
        {
            await errors.WriteLineAsync(exception.Message);
            return exception.ExitCode;
        }
        catch (KeyNotFoundException)
        {
            await errors.WriteLineAsync("The answer lacks what the command shows: is this the address of a gateway? --json prints answers as they are.");
            return ControlPlaneException.Failed;
        }
    }

    private async Task<IControlPlaneClient> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var config = parsed.GetValue(_config);
        var directory = parsed.GetValue(_dataDirectory);
        var url = parsed.GetValue(_url);
        if (url is not null && (config ?? directory) is not null)
        {
            throw new ControlPlaneException("--url asks a gateway, --config and --data_dir name a store: give one or the other.", ControlPlaneException.Usage);
        }

        // Who names a store on the command line means it, whatever the environment says.
        if (config is null && directory is null)
        {
            url ??= environment.GetNonEmpty("TOLLGATE_URL") ?? environment.GetNonEmpty("LITELLM_PROXY_URL");
        }

        if (url is null)
        {
            var place = directory is null
                ? environment
                : environment.With([new("TOLLGATE_DATA_DIR", Path.Combine(environment.WorkingDirectory, directory))]);
            return await LocalControlPlane.OpenAsync(config, place, errors, cancellationToken);
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new ControlPlaneException($"'{url}' is not an http(s) URL.", ControlPlaneException.Usage);
        }

        return new HttpControlPlane(
            address,
            parsed.GetValue(_key) ?? environment.GetNonEmpty("LITELLM_MASTER_KEY")
                ?? throw new ControlPlaneException("A gateway wants a key: --key KEY, or LITELLM_MASTER_KEY.", ControlPlaneException.Usage));
    }
}
