using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Process;

/// <summary>The program as operators run it: a process of its own in a folder of its own.</summary>
internal sealed partial class TollgateProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly System.Diagnostics.Process _process;
    private readonly Lock _lock = new();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(string Part, TaskCompletionSource Seen)> _awaited = [];

    private TollgateProcess(System.Diagnostics.Process process) => _process = process;

    public string Output => Read(_output);

    public string Errors => Read(_errors);

    /// <summary>Starts <c>tollgate</c> with arguments in a folder.</summary>
    public static TollgateProcess Start(string folder, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LITELLM_MODE"] = "PRODUCTION";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "tollgate.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        var process = new System.Diagnostics.Process { StartInfo = start };
        var tollgate = new TollgateProcess(process);
        process.OutputDataReceived += (_, line) => tollgate.Take(tollgate._output, line.Data);
        process.ErrorDataReceived += (_, line) => tollgate.Take(tollgate._errors, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return tollgate;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string folder, string[] arguments, params (string Name, string Value)[] environment)
    {
        await using var tollgate = Start(folder, arguments, environment);
        return (await tollgate.ExitAsync(), tollgate.Output, tollgate.Errors);
    }

    /// <summary>Where it listens, once it does.</summary>
    public async Task<Uri> AddressAsync()
    {
        var exited = _process.WaitForExitAsync(GatewayFixture.Token);
        if (await Task.WhenAny(_listening.Task, exited).WaitAsync(Patience, GatewayFixture.Token) == exited)
        {
            throw new InvalidOperationException($"The process has ended with {_process.ExitCode}.\n{Output}\n{Errors}");
        }

        return await _listening.Task;
    }

    /// <summary>What has been said until now: lines before it are not meant by a later <see cref="LineAsync"/>.</summary>
    public Moment Now()
    {
        lock (_lock)
        {
            return new Moment(_output.Length, _errors.Length);
        }
    }

    /// <summary>Waits for a line that contains a text, on either stream; lines of the past count, but none before <paramref name="since"/>.</summary>
    public Task LineAsync(string part, Moment since = default)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_output.ToString(since.Output, _output.Length - since.Output).Contains(part, StringComparison.Ordinal)
                || _errors.ToString(since.Errors, _errors.Length - since.Errors).Contains(part, StringComparison.Ordinal))
            {
                return Task.CompletedTask;
            }

            _awaited.Add((part, seen));
        }

        return seen.Task.WaitAsync(Patience, GatewayFixture.Token);
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(GatewayFixture.Token).WaitAsync(Patience, GatewayFixture.Token);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal by name, e.g. <c>TERM</c>.</summary>
    public async Task SignalAsync(string name)
    {
        var id = _process.Id.ToString(CultureInfo.InvariantCulture);
        using var kill = System.Diagnostics.Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", $"kill -{name} {id}" } })!;
        await kill.WaitForExitAsync(GatewayFixture.Token);
        kill.ExitCode.ShouldBe(0);
    }

    /// <summary>A client for a running gateway.</summary>
    public static HttpClient Client(Uri address, string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxResponseDrainSize = 0, UseProxy = false }) { BaseAddress = address, Timeout = Patience };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private void Take(StringBuilder text, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lock)
        {
            text.AppendLine(line);
            foreach (var (part, seen) in _awaited)
            {
                if (line.Contains(part, StringComparison.Ordinal))
                {
                    seen.TrySetResult();
                }
            }
        }

        if (ListensOn().Match(line) is { Success: true } match)
        {
            _listening.TrySetResult(new Uri(match.Groups["address"].Value.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)));
        }
    }

    private string Read(StringBuilder text)
    {
        lock (_lock)
        {
            return text.ToString();
        }
    }

    /// <summary>What surrounds the tests must not configure what is tested.</summary>
    private static bool IsForeign(string name) => name is "HOST" or "PORT" or "CONFIG_FILE_PATH" or "WORKER_CONFIG" or "DATABASE_URL" or "SERVER_ROOT_PATH"
        || name.StartsWith("LITELLM", StringComparison.Ordinal) || name.StartsWith("TOLLGATE", StringComparison.Ordinal)
        || name.StartsWith("ASPNETCORE", StringComparison.Ordinal);

    [GeneratedRegex(@" listens on (?<address>http://\S+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ListensOn();

    /// <summary>How much had been said on each stream.</summary>
    internal readonly record struct Moment(int Output, int Errors);
}
