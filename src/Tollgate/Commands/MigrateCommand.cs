using System.CommandLine;
using Tollgate.Configuration;
using Tollgate.Data.Rows;
using Tollgate.Data.Startup;
using Tollgate.Hosting;

namespace Tollgate.Commands;

/// <summary><c>tollgate migrate</c>: brings the database up to date and ends, for a job that runs before the replicas start.</summary>
internal static class MigrateCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(EnvironmentSource environment, TextWriter output, TextWriter errors)
    {
        var config = new Option<string?>("--config", "-c") { Description = "Configuration file (YAML); default CONFIG_FILE_PATH" };
        var command = new Command("migrate", "Bring the database up to date, whatever DISABLE_SCHEMA_UPDATE says, and exit") { config };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(config), environment, output, errors, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string? path, EnvironmentSource environment, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        var result = ConfigLoader.Load(new ConfigRequest { Path = path, Environment = environment }, ProviderSetup.Open(environment));
        await errors.WriteAsync(DiagnosticPrinter.ToText(result.Diagnostics, ConfigSource.SourceLine));
        if (result.Config is not { } config)
        {
            await errors.WriteLineAsync("The configuration is not usable, see the problems above.");
            return 1;
        }

        try
        {
            await DataServices.MigrateOnceAsync(
                config.Storage, output, TimeProvider.System, cancellationToken, DatabaseLogin.Of(config.Storage, environment));
            return 0;
        }
        catch (Exception error) when (error is StorageStartException or DatabaseUnavailableException)
        {
            await errors.WriteLineAsync(error.Message);
            return 1;
        }
    }
}
