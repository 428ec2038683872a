using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Tollgate.Data.Startup;
using Tollgate.Engine.Configuration;

namespace Tollgate.Testing;

/// <summary>A private PostgreSQL in a temporary folder: one for all tests of a process, a database of its own for each test.</summary>
/// <remarks>Declare <c>[assembly: AssemblyFixture(typeof(PostgresServer.Lifetime))]</c> in the test project, which stops it at the end.</remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "litellm";
    private const string Template = "tollgate_template";
    private static readonly Lock StartLock = new();
    private static Task<PostgresServer>? _started;
    private readonly string _folder;
    private readonly SemaphoreSlim _templateLock = new(1);
    private bool _hasTemplate;
    private int _databases;

    // Nobody asks what a test's database held once its server is gone.
    private string _options = "-c synchronous_commit=off";

    private PostgresServer(string folder, int port)
    {
        _folder = folder;
        Port = port;
    }

    /// <summary>The port on the loopback address.</summary>
    public int Port { get; }

    /// <summary>The server of this process; starts it at the first call.</summary>
    public static Task<PostgresServer> SharedAsync()
    {
        lock (StartLock)
        {
            return _started ??= StartAsync();
        }
    }

    /// <summary>A server of the test's own that may be stopped and started; its commits outlive <see cref="StopAsync"/>.</summary>
    public static async Task<PostgresServer> StartOwnAsync()
    {
        var server = await MakeAsync();
        server._options = "-c synchronous_commit=on";
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Ends it at once, as a crash does: connections break, what was committed stays.</summary>
    public Task StopAsync() =>
        // By its pid file, so by its pid.
        RunAsync("pg_ctl", "-D", DataDirectory, "-w", "-m", "immediate", "stop");

    /// <summary>Starts it again on its port, with its data.</summary>
    public Task StartAgainAsync()
    {
        var options = $"-p {Port} -k {_folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off "
            + $"-c max_connections=300 -c shared_buffers=32MB {_options}";
        return RunAsync("pg_ctl", "-D", DataDirectory, "-w", "-t", "60", "-l", Path.Combine(_folder, "log"), "-o", options, "start");
    }

    /// <summary>Stops it and removes its files.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (File.Exists(Path.Combine(DataDirectory, "postmaster.pid")))
        {
            await StopAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Makes an empty database and returns its URL.</summary>
    public Task<string> CreateDatabaseAsync() => CreateAsync("template1");

    /// <summary>Makes a database that has every table already and returns its URL.</summary>
    public async Task<string> CreateMigratedDatabaseAsync()
    {
        await _templateLock.WaitAsync();
        try
        {
            if (!_hasTemplate)
            {
                await ExecuteAsync("postgres", $"CREATE DATABASE {Template}");
                await DataServices.MigrateOnceAsync(
                    new StorageSettings { DatabaseUrl = UrlOf(Template) }, TextWriter.Null, TimeProvider.System, CancellationToken.None);
                _hasTemplate = true;
            }
        }
        finally
        {
            _templateLock.Release();
        }

        return await CreateAsync(Template);
    }

    /// <summary>The URL of a database on this server, as its superuser or as another user.</summary>
    public string UrlOf(string database, string user = User) => $"postgresql://{user}@127.0.0.1:{Port}/{database}";

    /// <summary>The driver's connection string of a database on this server, without a pool.</summary>
    public string ConnectionStringOf(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = User,
        Database = database,
        Pooling = false,
    }.ToString();

    /// <summary>Runs statements in a database as superuser.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringOf(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The structure of a database's schema <c>public</c> as <c>pg_dump</c> tells it.</summary>
    public async Task<string> DumpStructureAsync(string database)
    {
        var dump = await RunAsync(
            "pg_dump", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", User, "-s", "-n", "public", database);
        // A guard line of psql's has a new random word in each dump.
        return string.Join('\n', dump.Split('\n').Where(line => !line.StartsWith('\\')));
    }

    private static async Task<PostgresServer> StartAsync()
    {
        var server = await MakeAsync();
        await server.StartAgainAsync();
        return server;
    }

    private static async Task<PostgresServer> MakeAsync()
    {
        var folder = Directory.CreateTempSubdirectory("tollgate-pg-").FullName;
        if (IsRoot)
        {
            await ExecuteProgramAsync("chown", ["postgres", folder]);
        }

        var server = new PostgresServer(folder, FreePort.Next());
        await RunAsync("initdb", "-D", server.DataDirectory, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        return server;
    }

    private async Task<string> CreateAsync(string template)
    {
        var name = "test_" + Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture);
        await ExecuteAsync("postgres", $"CREATE DATABASE {name} TEMPLATE {template}");
        return UrlOf(name);
    }

    private string DataDirectory => Path.Combine(_folder, "data");

    private static bool IsRoot => string.Equals(Environment.UserName, "root", StringComparison.Ordinal);

    private static Task<string> RunAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(BinaryFolder(), program);
        // The server refuses to run as root.
        return IsRoot
            ? ExecuteProgramAsync("runuser", ["-u", "postgres", "--", path, .. arguments])
            : ExecuteProgramAsync(path, arguments);
    }

    private static string BinaryFolder() => Directory.EnumerateDirectories("/usr/lib/postgresql")
        .OrderByDescending(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))
        .Select(folder => Path.Combine(folder, "bin"))
        .First();

    private static async Task<string> ExecuteProgramAsync(string program, IEnumerable<string> arguments)
    {
        // The server that pg_ctl leaves running would hold pipes open, so its output goes to files of the shell's.
        var output = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("/bin/sh", ["-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>&1", "sh", output, program, .. arguments])
            {
                WorkingDirectory = "/",
            };
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync();
            var text = await File.ReadAllTextAsync(output);
            return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{program} failed: {text}");
        }
        finally
        {
            File.Delete(output);
        }
    }

    /// <summary>Stops the server of this process, if one was started, when the tests are over.</summary>
    public sealed class Lifetime : IAsyncDisposable
    {
        /// <inheritdoc/>
        public async ValueTask DisposeAsync()
        {
            if (_started is not null)
            {
                await (await _started).DisposeAsync();
            }
        }
    }
}
