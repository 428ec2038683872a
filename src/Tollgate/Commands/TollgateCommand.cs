using System.CommandLine;
using Tollgate.Commands.Control;
using Tollgate.Commands.Database;
using Tollgate.Configuration;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Commands;

/// <summary>The command line: <c>tollgate [serve]</c> and the verbs beside it. Exit codes: 0 fine, 1 failed, 2 wrong usage.</summary>
internal static class TollgateCommand
{
    private const int UsageError = 2;

    /// <summary>Runs a command line against the process's environment and console.</summary>
    public static Task<int> RunAsync(string[] args) => RunAsync(args, EnvironmentSource.FromProcess(), Console.Out, Console.Error);

    /// <summary>Runs a command line.</summary>
    public static async Task<int> RunAsync(string[] args, EnvironmentSource environment, TextWriter output, TextWriter errors)
    {
        var root = new RootCommand("Tollgate, an AI gateway compatible with the LiteLLM Proxy");
        ServeCommand.AddTo(root, environment, output, errors);
        var serve = new Command("serve", "Start the gateway (the default)");
        ServeCommand.AddTo(serve, environment, output, errors);
        root.Subcommands.Add(serve);
        root.Subcommands.Add(CheckCommand.Create(environment, output, errors));
        root.Subcommands.Add(PricesCommand.Create(environment, output, errors));
        root.Subcommands.Add(MigrateCommand.Create(environment, output, errors));
        root.Subcommands.Add(new DatabaseCommand(environment, output, errors).Create());
        root.Subcommands.Add(VersionCommand.Create(output));
        root.Subcommands.Add(MockCommand.Create(output, errors));
        root.Subcommands.Add(HealthCommand.Create(environment, output, errors));
        AddControl(root, new ControlVerbs(environment, output, errors));
        DropBuiltInVersion(root);

        var parsed = root.Parse(FlagSpelling.Normalize(args));
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await errors.WriteLineAsync(error.Message);
            }

            foreach (var unknown in parsed.UnmatchedTokens)
            {
                if (FlagSpelling.Nearest(unknown, parsed.CommandResult.Command) is { } nearest)
                {
                    await errors.WriteLineAsync($"Did you mean '{nearest}' instead of '{unknown}'?");
                }
            }

            await errors.WriteLineAsync("Usage: tollgate [serve] [--config FILE] [--port N] [--host H] ... ; tollgate --help lists everything.");
            return UsageError;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (CatalogueException exception)
        {
            await errors.WriteLineAsync(exception.Message);
            return 1;
        }
    }

    private static void AddControl(RootCommand root, ControlVerbs verbs)
    {
        root.Subcommands.Add(KeysCommand.Create(verbs));
        root.Subcommands.Add(UsersCommand.Create(verbs));
        root.Subcommands.Add(TeamsCommand.Create(verbs));
        root.Subcommands.Add(BudgetsCommand.Create(verbs));
        root.Subcommands.Add(SpendCommand.Create(verbs, TimeProvider.System));
    }

    /// <summary><c>--version</c> is ours: it also names the compatible LiteLLM version, and has the short form <c>-v</c>.</summary>
    private static void DropBuiltInVersion(RootCommand root)
    {
        foreach (var option in root.Options.OfType<VersionOption>().ToList())
        {
            root.Options.Remove(option);
        }
    }
}
