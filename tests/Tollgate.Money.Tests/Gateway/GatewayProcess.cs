using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Tollgate.Testing;

namespace Tollgate.Money.Tests.Gateway;

/// <summary>
/// The real program: a child process with a port and a data directory that survive it, so that it can be killed and started again.
/// </summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    /// <summary>The master key of every gateway here.</summary>
    public const string MasterKey = "sk-money-master";

    private readonly TemporaryFolder _folder = new();
    private readonly (string Name, string Value)[] _environment;
    private readonly int _port = FreePort.Next();
    private readonly Lock _lock = new();
    private readonly StringBuilder _output = new();
    private TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;

    private GatewayProcess(string config, (string Name, string Value)[] environment)
    {
        _environment = environment;
        File.WriteAllText(_folder.File("config.yaml"), config);
        Address = new Uri($"http://127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}/");
        Admin = new Client(Address, MasterKey);
    }

    /// <summary>Where it listens, from start to start.</summary>
    public Uri Address { get; }

    /// <summary>A client with the master key.</summary>
    public Client Admin { get; }

    /// <summary>The embedded database's file.</summary>
    public string DatabaseFile => Path.Combine(DataDirectory, "tollgate.db");

    /// <summary>Ends when the program runs, at once when it does.</summary>
    public Task Up => Volatile.Read(ref _up).Task;

    private string DataDirectory => _folder.File("data");

    /// <summary>Starts a gateway and waits until it is ready.</summary>
    public static async Task<GatewayProcess> StartAsync(string config, params (string Name, string Value)[] environment)
    {
        var gateway = new GatewayProcess(config, environment);
        try
        {
            await gateway.StartAgainAsync();
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the program on its old port and data, and waits until it is ready.</summary>
    public async Task StartAgainAsync()
    {
        _process = Process.Start(StartInfo())!;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Until.TrueAsync(IsReadyAsync, () => "The gateway does not become ready. It said:\n" + Output());
        Volatile.Read(ref _up).TrySetResult();
    }

    /// <summary>Ends the program by SIGKILL: it gets no chance to do anything.</summary>
    public async Task KillAsync()
    {
        Volatile.Write(ref _up, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _process!.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _process.Dispose();
        _process = null;
    }

    /// <summary>What readiness says, ready or not.</summary>
    public async Task<JsonElement> ReadinessAsync() => (await Admin.GetAsync("health/readiness")).Json;

    /// <summary>Waits until everything that was journalled is in the database.</summary>
    public Task DrainedAsync() => Until.TrueAsync(
        async () =>
        {
            var journal = (await ReadinessAsync()).GetProperty("spend_journal");
            journal.GetProperty("lost_records").GetInt64().ShouldBe(0);
            journal.GetProperty("poisoned_records").GetInt64().ShouldBe(0);
            return journal.GetProperty("waiting_records").GetInt64() == 0;
        },
        () => "The journal does not drain. The gateway said:\n" + Output());

    /// <summary>Makes a key.</summary>
    /// <param name="members">Members of the body, e.g. <c>"max_budget":1</c>.</param>
    public async Task<string> NewKeyAsync(string members = "")
    {
        var answer = await Admin.PostAsync("key/generate", "{" + members + "}");
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json.GetProperty("key").GetString()!;
    }

    /// <summary>A client with a new key.</summary>
    public async Task<Client> NewClientAsync(string members = "") => new(Address, await NewKeyAsync(members));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }

        Admin.Dispose();
        _folder.Dispose();
    }

    private ProcessStartInfo StartInfo()
    {
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "tollgate.dll"), "serve", "--config", _folder.File("config.yaml"), "--host", "127.0.0.1",
            "--port", _port.ToString(CultureInfo.InvariantCulture),
        ];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["TOLLGATE_DATA_DIR"] = DataDirectory;
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_process!.HasExited)
        {
            throw new InvalidOperationException($"The gateway has ended with {_process.ExitCode}. It said:\n{Output()}");
        }

        try
        {
            return (await Admin.GetAsync("health/readiness")).Status == (int)HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Take(string? line)
    {
        lock (_lock)
        {
            _output.AppendLine(line);
        }
    }

    private string Output()
    {
        lock (_lock)
        {
            return _output.ToString();
        }
    }

    /// <summary>What surrounds the tests must not configure what is tested.</summary>
    private static bool IsForeign(string name)
        => name is "HOST" or "PORT" or "CONFIG_FILE_PATH" or "WORKER_CONFIG" or "DATABASE_URL" or "SERVER_ROOT_PATH"
        || name.StartsWith("LITELLM", StringComparison.Ordinal) || name.StartsWith("TOLLGATE", StringComparison.Ordinal)
        || name.StartsWith("REDIS", StringComparison.Ordinal) || name.StartsWith("ASPNETCORE", StringComparison.Ordinal);
}
