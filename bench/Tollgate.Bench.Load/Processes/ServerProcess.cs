using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Tollgate.Bench.Load.Processes;

/// <summary>A server that this program started, and stops by its id.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly string _name;
    private readonly Queue<string> _lastLines = new();

    private ServerProcess(string name, Process process)
    {
        _name = name;
        _process = process;
        process.OutputDataReceived += (_, e) => Remember(e.Data);
        process.ErrorDataReceived += (_, e) => Remember(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public static ServerProcess Start(
        string name, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            // No value: the server shall not inherit it from the shell.
            start.Environment.Remove(key);
            if (value is not null)
            {
                start.Environment[key] = value;
            }
        }

        return new ServerProcess(name, Process.Start(start) ?? throw new BenchException($"{name}: {program} did not start"));
    }

    /// <summary>Asks until the server gives the wanted answer; throws with its last output when it ends or takes too long.</summary>
    public async Task WaitUntilAsync(
        Func<CancellationToken, Task<bool>> answers, TimeSpan limit, TimeSpan pause, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await answers(cancellation))
        {
            if (_process.HasExited)
            {
                throw new BenchException($"{_name} ended with code {_process.ExitCode} before it answered:\n{LastOutput()}");
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new BenchException($"{_name} did not answer within {limit.TotalSeconds:0} s; its last output:\n{LastOutput()}");
            }

            await Task.Delay(pause, cancellation);
        }
    }

    public void ThrowIfEnded()
    {
        if (_process.HasExited)
        {
            throw new BenchException($"{_name} ended with code {_process.ExitCode} during the run:\n{LastOutput()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Native.Terminate(_process.Id);
            using var limit = new CancellationTokenSource(StopTime);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }

    /// <summary>A port nobody listens on now; another program could still take it before the server does.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Remember(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > 30)
            {
                _lastLines.Dequeue();
            }
        }
    }

    private string LastOutput()
    {
        lock (_lastLines)
        {
            return _lastLines.Count == 0 ? "(no output)" : string.Join('\n', _lastLines);
        }
    }
}
