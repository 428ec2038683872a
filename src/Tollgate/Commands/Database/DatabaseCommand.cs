using System.CommandLine;
using System.Globalization;
using Tollgate.Configuration;
using Tollgate.Data.Copy;
using Tollgate.Data.Rows;
using Tollgate.Data.Spend;
using Tollgate.Data.Sqlite;
using Tollgate.Data.Startup;
using Tollgate.Engine.Configuration;
using Tollgate.Hosting;
using Tollgate.Management.Kernel;

namespace Tollgate.Commands.Database;

/// <summary><c>tollgate db</c>: what is done to the database as a whole. Exit codes: 0 fine, 1 failed or something found, 2 wrong usage.</summary>
internal sealed class DatabaseCommand(EnvironmentSource environment, TextWriter output, TextWriter errors)
{
    private readonly Option<string?> _config = new("--config", "-c") { Description = "Configuration file (YAML); default CONFIG_FILE_PATH", Recursive = true };

    /// <summary>Makes the command.</summary>
    public Command Create()
    {
        var command = new Command("db", "Check, back up, copy, re-encrypt and complete the database") { _config };
        command.Subcommands.Add(Check());
        command.Subcommands.Add(Backup());
        command.Subcommands.Add(Copy());
        command.Subcommands.Add(Reencrypt());
        command.Subcommands.Add(Backfill());
        return command;
    }

    private Command Check()
    {
        var version = new Option<string?>("--for_litellm") { Description = "List what this release of LiteLLM would not see, 1.81 for example" };
        var command = new Command("check", "Look whether the database is whole and its secrets can be opened; nothing is changed") { version };
        command.SetAction((parsed, stop) => RunAsync(() =>
        {
            var text = parsed.GetValue(version)?.TrimStart('v');
            Version? release = null;
            if (text is not null && !Version.TryParse(text, out release))
            {
                throw new ControlFailure("--for-litellm needs a version such as 1.81.");
            }

            return WithStoreAsync(parsed, (config, store) => new DatabaseCheck(config.Storage, store, output).RunAsync(release, stop), stop);
        }));
        return command;
    }

    private Command Backup()
    {
        var file = new Argument<string>("file") { Description = "The new file" };
        var command = new Command("backup", "Copy the embedded store into a file, also while a gateway works on it") { file };
        command.SetAction((parsed, stop) => RunAsync(async () =>
        {
            var storage = Load(parsed).Storage;
            if (storage.DatabaseUrl is not null)
            {
                throw new ControlFailure("The database is PostgreSQL: back it up with pg_dump. This command is for the embedded store.");
            }

            await SqliteBackup.WriteAsync(storage.DataDirectory, parsed.GetRequiredValue(file), stop);
            await output.WriteLineAsync($"{parsed.GetRequiredValue(file)} is a copy of {Path.Combine(storage.DataDirectory, SqliteDatabase.FileName)}");
            return 0;
        }));
        return command;
    }

    private Command Copy()
    {
        var from = new Option<string>("--from") { Description = "sqlite:DIRECTORY or postgresql://...", Required = true };
        var to = new Option<string>("--to") { Description = "sqlite:DIRECTORY or postgresql://...", Required = true };
        var merge = new Option<bool>("--merge") { Description = "Keep rows of the target that have the same keys, instead of refusing" };
        var command = new Command("copy", "Copy every row of one database into another; no gateway may run on either") { from, to, merge };
        command.SetAction((parsed, stop) => RunAsync(async () =>
        {
            var (source, target) = (StoreAddress.Read(parsed.GetRequiredValue(from), "--from"), StoreAddress.Read(parsed.GetRequiredValue(to), "--to"));
            if (source.DatabaseUrl is null && !File.Exists(Path.Combine(source.DataDirectory, SqliteDatabase.FileName)))
            {
                throw new ControlFailure($"There is no database in {source.DataDirectory}.");
            }

            await using var left = DataServices.StoreOf(source, TimeProvider.System);
            await using var right = DataServices.StoreOf(target, TimeProvider.System);
            await left.OpenAsync(stop);
            await right.OpenAsync(stop);
            var count = await new StoreCopy(left, right, parsed.GetValue(merge), output).RunAsync(stop);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{count} rows copied. Set the same LITELLM_SALT_KEY (or master key) there: secrets were copied as they are."));
            return 0;
        }));
        return command;
    }

    private Command Reencrypt()
    {
        var format = new Option<string>("--format") { Description = "legacy (every LiteLLM reads it) or aes-gcm", Required = true };
        format.AcceptOnlyFromAmong("legacy", "aes-gcm");
        var command = new Command("re-encrypt", "Write every secret of the database in another format, all in one transaction") { format };
        command.SetAction((parsed, stop) => RunAsync(() => WithStoreAsync(
            parsed,
            async (config, store) =>
            {
                var count = await Reencryption.RunAsync(config.Storage, store, parsed.GetRequiredValue(format), stop);
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{count} values rewritten as {parsed.GetRequiredValue(format)}"));
                return 0;
            },
            stop)));
        return command;
    }

    private Command Backfill()
    {
        var days = new Option<int>("--days") { Description = "Days before today", DefaultValueFactory = static _ => 30 };
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 3660)
            {
                result.AddError("--days must be from 1 to 3660.");
            }
        });
        var command = new Command("backfill", "Make daily and hourly sums from the logs, for days that have none") { days };
        command.SetAction((parsed, stop) => RunAsync(() => WithStoreAsync(
            parsed,
            async (_, store) =>
            {
                var filled = await new SpendBackfill(store, TimeProvider.System, output).RunAsync(parsed.GetValue(days), stop);
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{filled} days filled"));
                return 0;
            },
            stop)));
        return command;
    }

    private async Task<int> WithStoreAsync(ParseResult parsed, Func<GatewayConfig, IStore, Task<int>> work, CancellationToken cancellationToken)
    {
        var config = Load(parsed);
        await using var store = DataServices.StoreOf(config.Storage, TimeProvider.System, DatabaseLogin.Of(config.Storage, environment));
        await store.OpenAsync(cancellationToken);
        return await work(config, store);
    }

    /// <summary>The configuration as <c>serve</c> has it, made master key and all.</summary>
    private GatewayConfig Load(ParseResult parsed)
    {
        var path = parsed.GetValue(_config);
        var providers = ProviderSetup.Open(environment);
        var found = ConfigLoader.Load(new ConfigRequest { Path = path, Environment = environment }, providers);
        if (found.Config is not { } readable)
        {
            errors.Write(DiagnosticPrinter.ToText(found.Diagnostics, ConfigSource.SourceLine));
            throw new ControlFailure("The configuration is not usable, see the problems above.");
        }

        // A store that is not there would be made, and a wrong directory look like an empty gateway.
        if (readable.Storage.DatabaseUrl is null && !File.Exists(Path.Combine(readable.Storage.DataDirectory, SqliteDatabase.FileName)))
        {
            throw new ControlFailure($"There is no database in {readable.Storage.DataDirectory}. Set TOLLGATE_DATA_DIR, or name a configuration with --config.");
        }

        return new ConfigSource(new ServeOptions { ConfigPath = path }, environment, providers).Load().Config ?? readable;
    }

    private async Task<int> RunAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception error) when (error is ControlFailure or StorageStartException or DatabaseUnavailableException or CopyRefusedException
            or DuplicateRowException or AdminException or IOException)
        {
            await errors.WriteLineAsync(error.Message);
            return 1;
        }
    }
}

/// <summary>A command cannot do what it was asked for; the message says why.</summary>
internal sealed class ControlFailure(string message) : Exception(message);
