using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Tollgate.Testing;

/// <summary>A private Redis in a temporary folder, empty; can be stopped and started again on its port.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string? _password;
    private Process? _process;

    private RedisServer(string? password) => _password = password;

    /// <summary>The port on the loopback address.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>The URL, with the password.</summary>
    public string Url => _password is null ? $"redis://127.0.0.1:{Port}" : $"redis://:{Uri.EscapeDataString(_password)}@127.0.0.1:{Port}";

    /// <summary>Starts a server.</summary>
    public static async Task<RedisServer> StartAsync(string? password = null)
    {
        var server = new RedisServer(password);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it again after <see cref="Stop"/>; what it held is gone.</summary>
    public async Task StartAgainAsync()
    {
        string[] arguments =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--dir", _folder.Path,
            "--logfile", _folder.File("log"),
        ];
        _process = Process.Start("redis-server", _password is null ? arguments : [.. arguments, "--requirepass", _password]);
        try
        {
            while (!await AnswersAsync())
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException("redis-server did not start: " + await File.ReadAllTextAsync(_folder.File("log")));
                }
            }
        }
        catch
        {
            Stop();
            throw;
        }
    }

    /// <summary>Stops it at once.</summary>
    public void Stop()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
        _process = null;
    }

    /// <summary>Holds its answers back until resumed, as a host that is overloaded does.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>Ends <see cref="Pause"/>.</summary>
    public void Resume() => Signal("CONT");

    /// <summary>Sends one command of plain words and returns the first line of the answer.</summary>
    public async Task<string> AskAsync(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Port);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"));
        var first = await reader.ReadLineAsync() ?? "";
        return first.StartsWith('$') ? await reader.ReadLineAsync() ?? "" : first;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Stop();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return (await AskAsync("PING")).Length > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("/bin/kill", ["-" + name, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
